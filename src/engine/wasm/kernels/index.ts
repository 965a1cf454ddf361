/** Exports of the WebAssembly module. Functions get addresses from the engine and allocate nothing. */
export { convolve } from './direct';
export { kernelGradient, directWorkspace } from './direct';
export { depthwise } from './depthwise';
export { depthwiseSpread } from './depthwise-spread';
export { depthwiseKernelGradient } from './depthwise-gradient';
export { winogradConvolve, winogradKernelGradient, winogradWorkspace } from './winograd';
export { transformWeights, weightStride } from './winograd-weights';
export { pack, packTransposed } from './matrix';
export { standardize, standardizeGradient } from './standardize';
export { normalize } from './pixels';
export { warp } from './pixels';
export { pool, poolGradient } from './pool';
export { multiply, multiplyTransposed, sumRows } from './matrix';
export { crossEntropy } from './cross-entropy';
export { sumOfSquares, sgdStep } from './sgd';
export { ACCUMULATE, BIAS, RELU, MASK, SIX, TABLE_BYTES } from './tile';

/** The first address after the module's own data. */
export function firstFree(): usize {
  return __heap_base;
}
