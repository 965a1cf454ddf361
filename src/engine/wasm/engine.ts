import { kernelsDigest } from '../../generated/kernels.js';
import type { Engine } from '../contract.js';
import { createLinear } from './linear.js';
import { createModel } from './model.js';

/**
 * The embedded engine: kernels in baseline WebAssembly SIMD, single-threaded, in float32 except for sums of
 * losses. The same calls give the same bits on every machine and in every version of Node.
 */
export function createWasmEngine(): Engine {
  return {
    name: 'wasm',
    version: `kernels ${kernelsDigest.slice(0, 12)}`,
    model: createModel,
    linear: createLinear,
  };
}

/** The part of the WebAssembly API used here; Node's types do not include it. */
declare const WebAssembly: { validate(bytes: Uint8Array): boolean };

/** A module that contains one vector instruction, `i8x16.splat`. */
const SIMD_MODULE = Uint8Array.of(
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0], // magic, version
  ...[1, 5, 1, 0x60, 0, 1, 0x7b], // one type: () → v128
  ...[3, 2, 1, 0], // one function of that type
  ...[10, 8, 1, 6, 0, 0x41, 0, 0xfd, 15, 0x0b], // i32.const 0, i8x16.splat, end
);

/** Whether this CPU supports WebAssembly SIMD; without it V8 refuses to compile the kernels. */
export function hasSimd(): boolean {
  return WebAssembly.validate(SIMD_MODULE);
}
