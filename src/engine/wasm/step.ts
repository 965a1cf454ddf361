import type { StepOptions } from '../contract.js';
import type { Arena } from './arena.js';
import type { Parameter } from './parameter.js';

/** A layer that is trained in this step. */
interface Trained {
  kernel: Parameter;
  bias: Parameter;
  rate: number;
}

/** One step of SGD from the gradients in memory; the norm that is clipped is that of all trained layers together. */
export function descend({ kernels }: Arena, layers: readonly Trained[], options: StepOptions): void {
  const { momentum, weightDecay, clipNorm } = options;
  let scale = 1;
  if (clipNorm > 0) {
    let squares = 0;
    for (const { kernel, bias } of layers) {
      squares += kernels.sumOfSquares(kernel.gradient, kernel.count);
      squares += kernels.sumOfSquares(bias.gradient, bias.count);
    }
    const norm = Math.sqrt(squares);
    if (norm > clipNorm) scale = clipNorm / norm;
  }
  for (const { kernel, bias, rate } of layers) {
    for (const [parameter, decay] of [
      [kernel, weightDecay],
      [bias, 0],
    ] as const) {
      const { value, gradient, velocity, count } = parameter;
      kernels.descend(value, gradient, velocity, count, rate, momentum, decay, scale);
    }
  }
}
