import type { LinearProblem } from '../contract.js';
import { Arena, type Address } from './arena.js';

/**
 * Bytes of features processed at once: small enough to be still cached when the gradient reads them again.
 */
const BLOCK_BYTES = 2 ** 18;

/** Where everything is in memory. */
interface Layout {
  readonly arena: Arena;
  readonly rows: number;
  readonly width: number;
  readonly classes: number;
  /** The width padded to a multiple of 4, and the classes to a multiple of 8. */
  readonly inner: number;
  readonly columns: number;
  /** Bytes of a row of features. */
  readonly pitch: number;
  readonly blockRows: number;
  readonly features: Address;
  readonly labels: Address;
  /** A block of the features passed to `scores`, and the scores of a block. */
  readonly block: Address;
  readonly scores: Address;
  readonly weights: Address;
  readonly panels: Address;
  readonly bias: Address;
  readonly gradient: Address;
  readonly biasGradient: Address;
  readonly table: Address;
}

/** @throws RangeError when the features do not fit in the memory of an instance. */
export function createLinear(
  features: Float32Array,
  rows: number,
  width: number,
  labels: Int32Array,
  classes: number,
): LinearProblem {
  let layout: Layout | undefined = createLayout(rows, width, classes);
  copyFeatures(layout, layout.features, features, 0, rows);
  layout.arena.integers(layout.labels, rows).set(labels.subarray(0, rows));
  const alive = (): Layout => {
    if (layout === undefined) throw new Error('The linear problem has been disposed.');
    return layout;
  };
  return {
    lossAndGradient: (weights, l2) => lossAndGradient(alive(), weights, l2),
    scores: (weights, features, count) => scores(alive(), weights, features, count),
    dispose: () => {
      layout = undefined;
    },
  };
}

function createLayout(rows: number, width: number, classes: number): Layout {
  const arena = new Arena();
  const inner = Math.ceil(width / 4) * 4;
  const columns = Math.ceil(classes / 8) * 8;
  // An odd number of cache lines, so that the rows of a block do not compete for the same cache sets.
  const pitch = 64 * (2 * Math.floor(Math.ceil(inner / 16) / 2) + 1);
  const blockRows = Math.min(256, Math.max(32, Math.floor(BLOCK_BYTES / pitch / 4) * 4));
  const layout = {
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
  arena.allocate();
  return layout;
}

function copyFeatures(
  { arena, width, pitch }: Layout,
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

/** Packs the weights into panels; the last row is the bias. */
function packWeights(layout: Layout, weights: Float32Array): void {
  const { arena, width, classes, inner, columns } = layout;
  if (weights.length !== (width + 1) * classes) {
    throw new RangeError(`${weights.length} weights for ${width} features and a bias of ${classes} classes.`);
  }
  const padded = arena.floats(layout.weights, inner * columns);
  for (let row = 0; row < width; row++) {
    padded.set(weights.subarray(row * classes, (row + 1) * classes), row * columns);
  }
  arena.floats(layout.bias, columns).set(weights.subarray(width * classes));
  arena.kernels.pack(layout.weights, inner, columns, layout.panels);
}

function scoreBlock(layout: Layout, features: Address, count: number): void {
  const { arena, pitch, inner, panels, columns, bias, table } = layout;
  const { kernels } = arena;
  kernels.multiply(
    features,
    pitch,
    count,
    inner,
    panels,
    columns,
    layout.scores,
    4 * columns,
    kernels.BIAS.value,
    bias,
    table,
  );
}

function lossAndGradient(
  layout: Layout,
  weights: Float32Array,
  l2: number,
): { loss: number; gradient: Float32Array } {
  const { arena, rows, classes, inner, columns, pitch, blockRows } = layout;
  const { kernels } = arena;
  packWeights(layout, weights);
  let losses = 0;
  for (let first = 0; first < rows; first += blockRows) {
    const count = Math.min(blockRows, rows - first);
    const features = layout.features + first * pitch;
    scoreBlock(layout, features, count);
    losses += kernels.crossEntropy(
      layout.scores,
      4 * columns,
      count,
      classes,
      layout.labels + 4 * first,
      0,
      1 / rows,
    );
    kernels.multiplyTransposed(
      features,
      pitch,
      layout.scores,
      4 * columns,
      count,
      inner,
      columns,
      layout.gradient,
      first,
    );
    kernels.sumRows(layout.scores, 4 * columns, count, columns, layout.biasGradient, first);
  }
  return withPenalty(layout, weights, l2, losses / rows);
}

/** Adds the L2 penalty to the mean loss and to the gradient, which is copied without its padding. */
function withPenalty(
  { arena, width, classes, inner, columns, ...layout }: Layout,
  weights: Float32Array,
  l2: number,
  meanLoss: number,
): { loss: number; gradient: Float32Array } {
  const padded = arena.floats(layout.gradient, inner * columns);
  const gradient = new Float32Array(weights.length);
  let squares = 0;
  for (let row = 0, index = 0; row < width; row++) {
    for (let column = 0; column < classes; column++, index++) {
      const weight = weights[index];
      squares += weight * weight;
      gradient[index] = padded[row * columns + column] + 2 * l2 * weight;
    }
  }
  gradient.set(arena.floats(layout.biasGradient, classes), width * classes);
  return { loss: meanLoss + l2 * squares, gradient };
}

function scores(layout: Layout, weights: Float32Array, features: Float32Array, rows: number): Float32Array {
  const { arena, classes, columns, blockRows } = layout;
  packWeights(layout, weights);
  const result = new Float32Array(rows * classes);
  for (let first = 0; first < rows; first += blockRows) {
    const count = Math.min(blockRows, rows - first);
    copyFeatures(layout, layout.block, features, first, count);
    scoreBlock(layout, layout.block, count);
    const padded = arena.floats(layout.scores, count * columns);
    for (let row = 0; row < count; row++) {
      const start = row * columns;
      result.set(padded.subarray(start, start + classes), (first + row) * classes);
    }
  }
  return result;
}
