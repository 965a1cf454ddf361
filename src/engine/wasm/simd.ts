/** What is used of the host's WebAssembly; Node's types leave it to the DOM's. */
declare const WebAssembly: { validate(bytes: Uint8Array): boolean };

/** A module with one vector instruction in it: `i8x16.splat`. */
const VECTOR = Uint8Array.of(
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0], // magic, version
  ...[1, 5, 1, 0x60, 0, 1, 0x7b], // one type: () → v128
  ...[3, 2, 1, 0], // one function of that type
  ...[10, 8, 1, 6, 0, 0x41, 0, 0xfd, 15, 0x0b], // i32.const 0, i8x16.splat, end
);

/** Whether this CPU runs WebAssembly's vector instructions; without them V8 refuses the kernels. */
export function hasSimd(): boolean {
  return WebAssembly.validate(VECTOR);
}
