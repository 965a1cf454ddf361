import type { Arena } from './arena.js';
import type { Convolution } from './convolution.js';
import type { Parameter } from './parameter.js';

/** Keeps the variance of activations through a ReLU: √(2 / (1 − 1/π)). */
const RELU_GAIN = 1.7139588594436646;

/** What is trained in a layer: its kernel, which decays, and vectors, which do not. */
export interface LayerParameters {
  kernel: Parameter;
  vectors: Parameter[];
}

export function parametersOf({ kernel, bias, standardised }: Convolution): LayerParameters {
  return standardised === null
    ? { kernel, vectors: [bias] }
    : { kernel: standardised.raw, vectors: [bias, standardised.gain] };
}

/** Computes what convolves from what is trained. */
export function refreshKernel({ kernels }: Arena, { kernel, standardised }: Convolution): void {
  if (standardised === null) return;
  const { raw, gain, moments } = standardised;
  const { groups, rows, paddedRows, columns } = kernel.shape;
  kernels.standardise(
    raw.value,
    gain.value,
    kernel.value,
    moments,
    groups,
    rows,
    paddedRows,
    columns,
    RELU_GAIN / Math.sqrt(groups * rows),
  );
}

/** Carries the gradient by what convolves over to what is trained. */
export function carryGradient({ kernels }: Arena, { kernel, standardised }: Convolution): void {
  if (standardised === null) return;
  const { raw, gain, moments } = standardised;
  const { groups, rows, paddedRows, columns } = kernel.shape;
  kernels.standardiseGradient(
    raw.value,
    gain.value,
    kernel.gradient,
    raw.gradient,
    gain.gradient,
    moments,
    groups,
    rows,
    paddedRows,
    columns,
    RELU_GAIN / Math.sqrt(groups * rows),
  );
}
