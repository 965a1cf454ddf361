import type { LinearProblem } from '../contract.js';
import { Arena } from './arena.js';
import type { Address } from './module.js';

/** Bytes of features that are worked through at once: they are read for the scores and again for the gradient. */
const BLOCK_BYTES = 2 ** 18;

interface Plan {
  readonly arena: Arena;
  readonly rows: number;
  readonly width: number;
  readonly classes: number;
  /** The width filled up to a multiple of 4, the classes to one of 8. */
  readonly inner: number;
  readonly columns: number;
  /** Bytes of a row of features. */
  readonly pitch: number;
  readonly blockRows: number;
  readonly features: Address;
  readonly labels: Address;
  /** Features of `scores`, and scores, of a block. */
  readonly block: Address;
  readonly scores: Address;
  readonly weights: Address;
  readonly panels: Address;
  readonly bias: Address;
  readonly gradient: Address;
  readonly biasGradient: Address;
  readonly table: Address;
}

/** Throws a RangeError when the features take more memory than an instance can have. */
export function createLinear(
  features: Float32Array,
  rows: number,
  width: number,
  labels: Int32Array,
  classes: number,
): LinearProblem {
  let plan: Plan | undefined = layOut(rows, width, classes);
  copyFeatures(plan, plan.features, features, 0, rows);
  plan.arena.integers(plan.labels, rows).set(labels.subarray(0, rows));
  const alive = (): Plan => {
    if (plan === undefined) throw new Error('The linear problem was disposed of.');
    return plan;
  };
  return {
    lossAndGradient: (weights, penalty) => lossAndGradient(alive(), weights, penalty),
    scores: (weights, asked, count) => scores(alive(), weights, asked, count),
    dispose: () => {
      plan = undefined;
    },
  };
}

function layOut(rows: number, width: number, classes: number): Plan {
  const arena = new Arena();
  const inner = Math.ceil(width / 4) * 4;
  const columns = Math.ceil(classes / 8) * 8;
  // An odd number of cache lines, so that the columns of a block do not fall on one another in the cache.
  const pitch = 64 * (2 * Math.floor(Math.ceil(inner / 16) / 2) + 1);
  const blockRows = Math.min(256, Math.max(32, Math.floor(BLOCK_BYTES / pitch / 4) * 4));
  const plan = {
    arena,
    rows,
    width,
    classes,
    inner,
    columns,
    pitch,
    blockRows,
    features: arena.reserve(rows * pitch),
    labels: arena.reserve(4 * rows),
    block: arena.reserve(blockRows * pitch),
    scores: arena.reserveFloats(blockRows * columns),
    weights: arena.reserveFloats(inner * columns),
    panels: arena.reserveFloats(inner * columns),
    bias: arena.reserveFloats(columns),
    gradient: arena.reserveFloats(inner * columns),
    biasGradient: arena.reserveFloats(columns),
    table: arena.reserve(arena.kernels.TABLE_BYTES.value),
  };
  arena.take();
  return plan;
}

function copyFeatures(
  { arena, width, pitch }: Plan,
  into: Address,
  features: Float32Array,
  first: number,
  count: number,
): void {
  for (let row = 0; row < count; row++) {
    const start = (first + row) * width;
    arena.floats(into + row * pitch, width).set(features.subarray(start, start + width));
  }
}

/** The weights as panels, the last row as bias. */
function placeWeights(plan: Plan, weights: Float32Array): void {
  const { arena, width, classes, inner, columns } = plan;
  if (weights.length !== (width + 1) * classes) {
    throw new RangeError(`${weights.length} weights for ${width} features and a bias of ${classes} classes.`);
  }
  const padded = arena.floats(plan.weights, inner * columns);
  for (let row = 0; row < width; row++) {
    padded.set(weights.subarray(row * classes, (row + 1) * classes), row * columns);
  }
  arena.floats(plan.bias, columns).set(weights.subarray(width * classes));
  arena.kernels.pack(plan.weights, inner, columns, plan.panels);
}

function scoreBlock(plan: Plan, features: Address, count: number): void {
  const { arena, pitch, inner, panels, columns, bias, table } = plan;
  const { kernels } = arena;
  kernels.multiply(
    features,
    pitch,
    count,
    inner,
    panels,
    columns,
    plan.scores,
    4 * columns,
    kernels.BIAS.value,
    bias,
    table,
  );
}

function lossAndGradient(
  plan: Plan,
  weights: Float32Array,
  penalty: number,
): { loss: number; gradient: Float32Array } {
  const { arena, rows, classes, inner, columns, pitch, blockRows } = plan;
  const { kernels } = arena;
  placeWeights(plan, weights);
  let losses = 0;
  for (let first = 0; first < rows; first += blockRows) {
    const count = Math.min(blockRows, rows - first);
    const features = plan.features + first * pitch;
    scoreBlock(plan, features, count);
    losses += kernels.crossEntropy(
      plan.scores,
      4 * columns,
      count,
      classes,
      plan.labels + 4 * first,
      0,
      1 / rows,
    );
    kernels.multiplyTransposed(
      features,
      pitch,
      plan.scores,
      4 * columns,
      count,
      inner,
      columns,
      plan.gradient,
      first,
    );
    kernels.sumRows(plan.scores, 4 * columns, count, columns, plan.biasGradient, first);
  }
  return penalise(plan, weights, penalty, losses / rows);
}

/** Adds the penalty to the mean loss and to the gradient, which is taken out of its padding on the way. */
function penalise(
  { arena, width, classes, inner, columns, ...plan }: Plan,
  weights: Float32Array,
  penalty: number,
  meanLoss: number,
): { loss: number; gradient: Float32Array } {
  const padded = arena.floats(plan.gradient, inner * columns);
  const gradient = new Float32Array(weights.length);
  let squares = 0;
  for (let row = 0, index = 0; row < width; row++) {
    for (let column = 0; column < classes; column++, index++) {
      const weight = weights[index];
      squares += weight * weight;
      gradient[index] = padded[row * columns + column] + 2 * penalty * weight;
    }
  }
  gradient.set(arena.floats(plan.biasGradient, classes), width * classes);
  return { loss: meanLoss + penalty * squares, gradient };
}

function scores(plan: Plan, weights: Float32Array, features: Float32Array, rows: number): Float32Array {
  const { arena, classes, columns, blockRows } = plan;
  placeWeights(plan, weights);
  const result = new Float32Array(rows * classes);
  for (let first = 0; first < rows; first += blockRows) {
    const count = Math.min(blockRows, rows - first);
    copyFeatures(plan, plan.block, features, first, count);
    scoreBlock(plan, plan.block, count);
    const padded = arena.floats(plan.scores, count * columns);
    for (let row = 0; row < count; row++) {
      const start = row * columns;
      result.set(padded.subarray(start, start + classes), (first + row) * classes);
    }
  }
  return result;
}
