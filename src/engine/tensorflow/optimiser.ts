import type { StepOptions } from '../contract.js';
import type { Parameter } from './parameters.js';
import type { Operations } from './operations.js';

/** A parameter that is trained in this step and the gradient of the loss by it. */
export interface Update {
  parameter: Parameter;
  gradient: Float32Array;
}

/**
 * SGD with Nesterov momentum as in Sutskever et al. (2013), in the form of PyTorch: gradients are clipped by their
 * global norm; g = clipped + decay·w for kernels; v = momentum·v + g; w -= rate·(g + momentum·v).
 */
export function nesterovStep(operations: Operations, updates: Update[], options: StepOptions): void {
  const scale = clipScale(updates, options.clipNorm);
  for (const { parameter, gradient } of updates) {
    // TensorFlow may read the values where they are, so its tensor goes before they change.
    operations.free(parameter.tensor);
    descend(parameter, gradient, scale, options);
    parameter.tensor = operations.hold(parameter.values, parameter.shape);
  }
}

function clipScale(updates: Update[], clipNorm: number): number {
  if (clipNorm === 0) return 1;
  const norm = Math.sqrt(updates.reduce((sum, { gradient }) => sum + sumOfSquares(gradient), 0));
  return norm > clipNorm ? clipNorm / norm : 1;
}

function sumOfSquares(values: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < values.length; index++) sum += values[index] * values[index];
  return sum;
}

function descend(parameter: Parameter, gradient: Float32Array, scale: number, options: StepOptions): void {
  const { values, velocity } = parameter;
  const { momentum } = options;
  const rate = options.rates[parameter.layer];
  const decay = parameter.isKernel ? options.weightDecay : 0;
  for (let index = 0; index < values.length; index++) {
    const slope = gradient[index] * scale + decay * values[index];
    const speed = momentum * velocity[index] + slope;
    velocity[index] = speed;
    values[index] = values[index] - rate * (slope + momentum * speed);
  }
}
