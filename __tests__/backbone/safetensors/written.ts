/** A tensor that is to be written: its bytes as `dtype` has them. */
export interface Written {
  dtype: string;
  shape: number[];
  bytes: Uint8Array;
}

export function floats(shape: number[], values: Float32Array): Written {
  return { dtype: 'F32', shape, bytes: new Uint8Array(values.slice().buffer) };
}

/** A safetensors file of these tensors; `change` has the last word on its header. */
export function safetensors(
  tensors: Record<string, Written>,
  change: (header: Record<string, unknown>) => unknown = (header) => header,
): Uint8Array {
  let offset = 0;
  const entries = Object.entries(tensors).map(([name, { dtype, shape, bytes }]) => {
    const from = offset;
    offset += bytes.length;
    return [name, { dtype, shape, data_offsets: [from, offset] }] as const;
  });
  const header = change({ __metadata__: { format: 'pt' }, ...Object.fromEntries(entries) });
  const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, ...Object.values(tensors).map(({ bytes }) => bytes)]);
}
