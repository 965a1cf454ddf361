/**
 * What the module exports (declared for TypeScript in `../module.ts`). Everything works on addresses that the engine
 * lays out; nothing is allocated here.
 */
export { convolve } from './convolve';
export { kernelGradient, directWorkspace } from './kernel-gradient';
export { depthwise } from './depthwise';
export { depthwiseSpread } from './depthwise-spread';
export { depthwiseKernelGradient } from './depthwise-gradient';
export { winogradConvolve, winogradKernelGradient, winogradWorkspace } from './winograd';
export { transformWeights, weightStride } from './winograd-weights';
export { pack, packTransposed } from './pack';
export { standardise, standardiseGradient } from './standardise';
export { normalise } from './pixels';
export { warp } from './warp';
export { pool, poolGradient } from './pool';
export { multiply, multiplyTransposed, sumRows } from './multiply';
export { crossEntropy } from './cross-entropy';
export { sumOfSquares, descend } from './descent';
export { ACCUMULATE, BIAS, RELU, MASK, SIX, TABLE_BYTES } from './tile';

/** The first address that the module's own data leaves free. */
export function firstFree(): usize {
  return __heap_base;
}
