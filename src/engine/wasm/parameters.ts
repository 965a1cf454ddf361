import type { StepOptions } from '../contract.js';
import { STANDARDIZATION } from '../network.js';
import type { Address, Arena } from './arena.js';

/**
 * Shape [groups, rows, columns] of an array, and the numbers of rows and columns it is padded to in memory.
 */
export interface Shape {
  readonly groups: number;
  readonly rows: number;
  readonly columns: number;
  readonly paddedRows: number;
  readonly paddedColumns: number;
}

/** A parameter in memory with its gradient and velocity. Its padding has zero gradient and stays zero. */
export interface Parameter {
  readonly name: string;
  readonly shape: Shape;
  /** Floats in memory, including padding. */
  readonly count: number;
  readonly value: Address;
  readonly gradient: Address;
  readonly velocity: Address;
}

export function reserveParameter(arena: Arena, name: string, shape: Shape): Parameter {
  const count = shape.groups * shape.paddedRows * shape.paddedColumns;
  return {
    name,
    shape,
    count,
    value: arena.reserveFloats(count),
    gradient: arena.reserveFloats(count),
    velocity: arena.reserveFloats(count),
  };
}

/**
 * Sets the values and resets the velocity.
 *
 * @throws RangeError when the array is missing or has the wrong length.
 */
export function writeParameter(
  arena: Arena,
  { name, shape, count, value, velocity }: Parameter,
  array: Float32Array | undefined,
): void {
  const expected = shape.groups * shape.rows * shape.columns;
  if (array?.length !== expected) {
    throw new RangeError(`${name} has ${array?.length ?? 'no'} values, but the network needs ${expected}.`);
  }
  const memory = arena.floats(value, count).fill(0);
  forEachRow(shape, (start, paddedStart) => {
    memory.set(array.subarray(start, start + shape.columns), paddedStart);
  });
  arena.floats(velocity, count).fill(0);
}

/** A copy of the values. */
export function readParameter(arena: Arena, { shape, count, value }: Parameter): Float32Array {
  const memory = arena.floats(value, count);
  const array = new Float32Array(shape.groups * shape.rows * shape.columns);
  forEachRow(shape, (start, paddedStart) => {
    array.set(memory.subarray(paddedStart, paddedStart + shape.columns), start);
  });
  return array;
}

function forEachRow(shape: Shape, visit: (start: number, paddedStart: number) => void): void {
  for (let group = 0; group < shape.groups; group++) {
    for (let row = 0; row < shape.rows; row++) {
      visit(
        (group * shape.rows + row) * shape.columns,
        (group * shape.paddedRows + row) * shape.paddedColumns,
      );
    }
  }
}

/** The trainable parameters of a layer. */
export interface TrainedLayer {
  /** The effective kernel, with which the layer convolves. */
  readonly kernel: Parameter;
  readonly bias: Parameter;
  /** The parameters that the kernel is computed from; null: the kernel itself is trained. */
  readonly standardization: Standardization | null;
}

export interface Standardization {
  readonly raw: Parameter;
  readonly gain: Parameter;
  /** Mean and standard deviation of each output's weights, float64. */
  readonly moments: Address;
}

export function reserveStandardization(arena: Arena, name: string, shape: Shape): Standardization {
  const { columns, paddedColumns } = shape;
  return {
    raw: reserveParameter(arena, `${name}/kernel`, shape),
    gain: reserveParameter(arena, `${name}/gain`, {
      groups: 1,
      rows: 1,
      columns,
      paddedRows: 1,
      paddedColumns,
    }),
    moments: arena.reserve(16 * paddedColumns),
  };
}

/** The parameters that SGD updates: the kernel with weight decay, the vectors without. */
export interface LayerParameters {
  kernel: Parameter;
  vectors: Parameter[];
}

export function parametersOf({ kernel, bias, standardization }: TrainedLayer): LayerParameters {
  return standardization === null
    ? { kernel, vectors: [bias] }
    : { kernel: standardization.raw, vectors: [bias, standardization.gain] };
}

/** Computes the effective kernel from the trained parameters. */
export function standardizeKernel({ kernels }: Arena, { kernel, standardization }: TrainedLayer): void {
  if (standardization === null) return;
  const { raw, gain, moments } = standardization;
  const { groups, rows, paddedRows, columns } = kernel.shape;
  kernels.standardize(
    raw.value,
    gain.value,
    kernel.value,
    moments,
    groups,
    rows,
    paddedRows,
    columns,
    STANDARDIZATION.scale / Math.sqrt(groups * rows),
  );
}

/** Propagates the gradient of the effective kernel back to the trained parameters. */
export function backpropStandardization({ kernels }: Arena, { kernel, standardization }: TrainedLayer): void {
  if (standardization === null) return;
  const { raw, gain, moments } = standardization;
  const { groups, rows, paddedRows, columns } = kernel.shape;
  kernels.standardizeGradient(
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
    STANDARDIZATION.scale / Math.sqrt(groups * rows),
  );
}

/** A layer that the step updates. */
interface UpdatedLayer extends LayerParameters {
  learningRate: number;
}

/** One step of SGD with the gradients in memory. The clipped norm is that of all updated layers together. */
export function sgdStep({ kernels }: Arena, layers: readonly UpdatedLayer[], options: StepOptions): void {
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
  for (const { kernel, vectors, learningRate } of layers) {
    for (const parameter of [kernel, ...vectors]) {
      const { value, gradient, velocity, count } = parameter;
      const decay = parameter === kernel ? weightDecay : 0;
      kernels.sgdStep(value, gradient, velocity, count, learningRate, momentum, decay, scale);
    }
  }
}
