import { standardise, standardiseGradient } from '../standardise.js';
import type { Arena } from './arena.js';
import type { Convolution } from './convolution.js';
import type { Parameter } from './parameter.js';

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
export function refreshKernel(arena: Arena, { kernel, standardised }: Convolution): void {
  if (standardised === null) return;
  const { raw, gain } = standardised;
  standardise(
    arena.floats(raw.value, raw.count),
    arena.floats(gain.value, gain.count),
    arena.floats(kernel.value, kernel.count),
    kernel.shape,
  );
}

/** Carries the gradient by what convolves over to what is trained. */
export function carryGradient(arena: Arena, { kernel, standardised }: Convolution): void {
  if (standardised === null) return;
  const { raw, gain } = standardised;
  standardiseGradient(
    arena.floats(raw.value, raw.count),
    arena.floats(gain.value, gain.count),
    arena.floats(kernel.gradient, kernel.count),
    arena.floats(raw.gradient, raw.count),
    arena.floats(gain.gradient, gain.count),
    kernel.shape,
  );
}
