import type { StepOptions } from '../contract.js';
import { standardiseGradient } from '../standardise.js';
import type { Operations } from './operations.js';
import { refreshTensor, type Parameter } from './parameters.js';

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
  const trained = updates.flatMap((update) => trainedArrays(update, options));
  const scale = clipScale(trained, options.clipNorm);
  for (const array of trained) descend(array, scale, options);
  for (const { parameter } of updates) refreshTensor(operations, parameter);
}

/** An array that moves in this step. */
interface TrainedArray {
  values: Float32Array;
  velocity: Float32Array;
  gradient: Float32Array;
  rate: number;
  decay: number;
}

/** The parameter itself, or of a standardised kernel the raw weights and the gain. */
function trainedArrays({ parameter, gradient }: Update, { rates, weightDecay }: StepOptions): TrainedArray[] {
  const { values, velocity, standardised } = parameter;
  const rate = rates[parameter.layer];
  const decay = parameter.isKernel ? weightDecay : 0;
  if (standardised === null) return [{ values, velocity, gradient, rate, decay }];
  const { gain, shape } = standardised;
  const rawGradient = new Float32Array(values.length);
  const gainGradient = new Float32Array(gain.length);
  standardiseGradient(values, gain, gradient, rawGradient, gainGradient, shape);
  return [
    { values, velocity, gradient: rawGradient, rate, decay },
    { values: gain, velocity: standardised.velocity, gradient: gainGradient, rate, decay: 0 },
  ];
}

function clipScale(trained: TrainedArray[], clipNorm: number): number {
  if (clipNorm === 0) return 1;
  const norm = Math.sqrt(trained.reduce((sum, { gradient }) => sum + sumOfSquares(gradient), 0));
  return norm > clipNorm ? clipNorm / norm : 1;
}

function sumOfSquares(values: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < values.length; index++) sum += values[index] * values[index];
  return sum;
}

function descend(
  { values, velocity, gradient, rate, decay }: TrainedArray,
  scale: number,
  { momentum }: StepOptions,
): void {
  for (let index = 0; index < values.length; index++) {
    const slope = gradient[index] * scale + decay * values[index];
    const speed = momentum * velocity[index] + slope;
    velocity[index] = speed;
    values[index] = values[index] - rate * (slope + momentum * speed);
  }
}
