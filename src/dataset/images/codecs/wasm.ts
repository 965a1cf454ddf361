/** Node's types leave WebAssembly to those of the DOM. */
declare const WebAssembly: {
  Module: new (binary: Uint8Array) => object;
  Instance: new (module: object, imports: Record<string, Record<string, unknown>>) => { exports: object };
};

export function compile(base64: string): object {
  return new WebAssembly.Module(Buffer.from(base64, 'base64'));
}

export function instantiate(module: object, imports: Record<string, Record<string, unknown>>): object {
  return new WebAssembly.Instance(module, imports).exports;
}
