import { kernelsDigest } from '../../generated/kernels.js';
import type { Engine } from '../contract.js';
import { createLinear } from './linear.js';
import { createModel } from './model.js';

/**
 * The embedded engine: our own kernels in baseline WebAssembly SIMD, one thread, everything in float32 except sums
 * of losses. The same calls give the same bits on every machine and every version of Node.
 */
export function createWasmEngine(): Engine {
  return {
    name: 'wasm',
    version: `kernels ${kernelsDigest.slice(0, 12)}`,
    model: createModel,
    linear: createLinear,
  };
}
