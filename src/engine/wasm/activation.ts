import type { ConvLayer } from '../network.js';
import type { Instance } from './module.js';

/** Flags with which a kernel puts the layer's bias and activation on its sums. */
export function outputFlags({ BIAS, RELU, SIX }: Instance, { activation }: ConvLayer): number {
  return BIAS.value | RELU.value | (activation === 'relu6' ? SIX.value : 0);
}

/** Flags with which a kernel lets slopes through only where the layer's activation, read from its output, is not flat. */
export function maskFlags({ MASK, SIX }: Instance, { activation }: ConvLayer): number {
  return MASK.value | (activation === 'relu6' ? SIX.value : 0);
}
