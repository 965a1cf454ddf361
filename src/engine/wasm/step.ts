import type { StepOptions } from '../contract.js';
import type { Arena } from './arena.js';
import type { LayerParameters } from './standardised.js';

/** A layer that is trained in this step. */
interface Trained extends LayerParameters {
  rate: number;
}

/** One step of SGD from the gradients in memory; the norm that is clipped is that of all trained layers together. */
export function descend({ kernels }: Arena, layers: readonly Trained[], options: StepOptions): void {
  const { momentum, weightDecay, clipNorm } = options;
  let scale = 1;
  if (clipNorm > 0) {
    let squares = 0;
    for (const { kernel, vectors } of layers) {
      for (const { gradient, count } of [kernel, ...vectors])
        squares += kernels.sumOfSquares(gradient, count);
    }
    const norm = Math.sqrt(squares);
    if (norm > clipNorm) scale = clipNorm / norm;
  }
  for (const { kernel, vectors, rate } of layers) {
    for (const parameter of [kernel, ...vectors]) {
      const { value, gradient, velocity, count } = parameter;
      const decay = parameter === kernel ? weightDecay : 0;
      kernels.descend(value, gradient, velocity, count, rate, momentum, decay, scale);
    }
  }
}
