/** A smooth function to minimize: its value and gradient at a point. */
export type Objective = (point: Float32Array) => { loss: number; gradient: Float32Array };

export interface Minimum {
  point: Float32Array;
  loss: number;
  /** Function evaluations. */
  evaluations: number;
  /** Largest absolute entry of the gradient at the point. */
  gradientMax: number;
}

/** Number of stored pairs of steps and gradient changes. */
export const HISTORY = 10;
export const SUFFICIENT_DECREASE = 1e-4;

/**
 * Limited-memory BFGS with backtracking (Nocedal and Wright 2006, algorithms 7.4 and 7.5). Dot products are
 * float64 in a fixed order. Stops when the largest entry of the gradient is below `tolerance`, or after
 * `maxEvaluations`.
 */
export function minimize(
  objective: Objective,
  start: Float32Array,
  maxEvaluations: number,
  tolerance: number,
): Minimum {
  const steps: Float32Array[] = [];
  const changes: Float32Array[] = [];
  let point: Float32Array = start;
  let { loss, gradient } = objective(point);
  let evaluations = 1;
  while (evaluations < maxEvaluations) {
    if (maxAbs(gradient) < tolerance) break;
    const direction = quasiNewtonDirection(gradient, steps, changes);
    const slope = dot(direction, gradient);
    let length = steps.length === 0 ? Math.min(1, 1 / maxAbs(gradient)) : 1;
    let next = stepAlong(point, direction, length);
    let result = objective(next);
    evaluations++;
    while (
      !(result.loss <= loss + SUFFICIENT_DECREASE * length * slope) &&
      evaluations < maxEvaluations &&
      length > 1e-8
    ) {
      length /= 2;
      next = stepAlong(point, direction, length);
      result = objective(next);
      evaluations++;
    }
    if (!(result.loss < loss)) break;
    storePair(steps, changes, difference(next, point), difference(result.gradient, gradient));
    point = next;
    loss = result.loss;
    gradient = result.gradient;
  }
  return { point, loss, evaluations, gradientMax: maxAbs(gradient) };
}

function quasiNewtonDirection(
  gradient: Float32Array,
  steps: Float32Array[],
  changes: Float32Array[],
): Float32Array {
  const direction = gradient.map((value) => -value);
  const alphas: number[] = [];
  for (let i = steps.length - 1; i >= 0; i--) {
    alphas[i] = dot(steps[i], direction) / dot(steps[i], changes[i]);
    add(direction, changes[i], -alphas[i]);
  }
  const last = steps.length - 1;
  if (last >= 0) {
    const scale = dot(steps[last], changes[last]) / dot(changes[last], changes[last]);
    for (let i = 0; i < direction.length; i++) direction[i] *= scale;
  }
  for (let i = 0; i < steps.length; i++) {
    const beta = dot(changes[i], direction) / dot(steps[i], changes[i]);
    add(direction, steps[i], alphas[i] - beta);
  }
  return direction;
}

/** Stores the pair if its curvature is positive, which a descent direction requires. */
function storePair(
  steps: Float32Array[],
  changes: Float32Array[],
  step: Float32Array,
  change: Float32Array,
): void {
  if (dot(step, change) <= 1e-10) return;
  steps.push(step);
  changes.push(change);
  if (steps.length > HISTORY) {
    steps.shift();
    changes.shift();
  }
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

function add(target: Float32Array, addend: Float32Array, factor: number): void {
  for (let i = 0; i < target.length; i++) target[i] += factor * addend[i];
}

function stepAlong(point: Float32Array, direction: Float32Array, length: number): Float32Array {
  return point.map((value, i) => value + length * direction[i]);
}

function difference(a: Float32Array, b: Float32Array): Float32Array {
  return a.map((value, i) => value - b[i]);
}

function maxAbs(values: Float32Array): number {
  let max = 0;
  for (const value of values) max = Math.max(max, Math.abs(value));
  return max;
}
