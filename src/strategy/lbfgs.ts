/** A smooth function to be minimised, and where it was asked. */
export type Objective = (point: Float32Array) => { loss: number; gradient: Float32Array };

export interface Minimum {
  point: Float32Array;
  loss: number;
  /** Function evaluations. */
  evaluations: number;
  /** Largest entry of the gradient there. */
  steepness: number;
}

/** Pairs of steps and changes of the gradient that are remembered. */
export const HISTORY = 10;
export const SUFFICIENT_DECREASE = 1e-4;

/**
 * Limited-memory BFGS with backtracking (Nocedal and Wright 2006, algorithms 7.4 and 7.5). Dot products in
 * float64 in a fixed order. Stops when the gradient's largest entry is below `tolerance`.
 */
export function minimise(
  objective: Objective,
  start: Float32Array,
  limit: number,
  tolerance: number,
): Minimum {
  const steps: Float32Array[] = [];
  const changes: Float32Array[] = [];
  let point: Float32Array = start;
  let { loss, gradient } = objective(point);
  let evaluations = 1;
  while (evaluations < limit) {
    if (largest(gradient) < tolerance) break;
    const direction = quasiNewtonDirection(gradient, steps, changes);
    const slope = dot(direction, gradient);
    let length = steps.length === 0 ? Math.min(1, 1 / largest(gradient)) : 1;
    let next = moved(point, direction, length);
    let found = objective(next);
    evaluations++;
    while (
      !(found.loss <= loss + SUFFICIENT_DECREASE * length * slope) &&
      evaluations < limit &&
      length > 1e-8
    ) {
      length /= 2;
      next = moved(point, direction, length);
      found = objective(next);
      evaluations++;
    }
    if (!(found.loss < loss)) break;
    remember(steps, changes, difference(next, point), difference(found.gradient, gradient));
    point = next;
    loss = found.loss;
    gradient = found.gradient;
  }
  return { point, loss, evaluations, steepness: largest(gradient) };
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

/** Keeps the last pairs whose curvature is positive, without which the direction would not descend. */
function remember(
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

function moved(point: Float32Array, direction: Float32Array, length: number): Float32Array {
  return point.map((value, i) => value + length * direction[i]);
}

function difference(a: Float32Array, b: Float32Array): Float32Array {
  return a.map((value, i) => value - b[i]);
}

function largest(values: Float32Array): number {
  let most = 0;
  for (const value of values) most = Math.max(most, Math.abs(value));
  return most;
}
