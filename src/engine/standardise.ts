/**
 * Weight standardisation (Qiao et al. 2019) with the gain of normaliser-free nets (Brock et al. 2021): what convolves
 * is, for each output, gain × 1.714 / √n × (v − mean) / deviation over the n weights of that output. It lets plain nets
 * without batch norm learn from a random start as fast as with it. The same arithmetic serves every engine.
 */

/** Weights [groups, rows, columns] in memory [groups, paddedRows, columns]; what lies between is left alone. */
export interface KernelShape {
  groups: number;
  rows: number;
  paddedRows: number;
  columns: number;
}

/** Keeps the variance of activations through a ReLU: √(2 / (1 − 1/π)). */
const RELU_GAIN = 1.7139588594436646;
const EPSILON = 1e-8;

/** Writes the weights that convolve into `effective`; `gain` has one number a column. */
export function standardise(
  raw: Float32Array,
  gain: Float32Array,
  effective: Float32Array,
  shape: KernelShape,
): void {
  const { mean, deviation, scale } = moments(raw, shape);
  eachWeight(shape, (at, column) => {
    effective[at] = (gain[column] * scale * (raw[at] - mean[column])) / deviation[column];
  });
}

/** Carries the gradient by the effective weights over to the raw weights and the gain. */
export function standardiseGradient(
  raw: Float32Array,
  gain: Float32Array,
  effectiveGradient: Float32Array,
  rawGradient: Float32Array,
  gainGradient: Float32Array,
  shape: KernelShape,
): void {
  const { mean, deviation, scale } = moments(raw, shape);
  const count = shape.groups * shape.rows;
  const slopeMean = new Float64Array(shape.columns);
  const slopeAlong = new Float64Array(shape.columns);
  eachWeight(shape, (at, column) => {
    slopeMean[column] += effectiveGradient[at] / count;
    slopeAlong[column] += (effectiveGradient[at] * (raw[at] - mean[column])) / deviation[column] / count;
  });
  eachWeight(shape, (at, column) => {
    const unit = (raw[at] - mean[column]) / deviation[column];
    const slope = effectiveGradient[at] - slopeMean[column] - unit * slopeAlong[column];
    rawGradient[at] = ((gain[column] * scale) / deviation[column]) * slope;
  });
  for (let column = 0; column < shape.columns; column++) {
    gainGradient[column] = scale * count * slopeAlong[column];
  }
}

function moments(raw: Float32Array, shape: KernelShape) {
  const count = shape.groups * shape.rows;
  const mean = new Float64Array(shape.columns);
  const deviation = new Float64Array(shape.columns);
  eachWeight(shape, (at, column) => {
    mean[column] += raw[at] / count;
  });
  eachWeight(shape, (at, column) => {
    deviation[column] += (raw[at] - mean[column]) ** 2 / count;
  });
  for (let column = 0; column < shape.columns; column++)
    deviation[column] = Math.sqrt(deviation[column] + EPSILON);
  return { mean, deviation, scale: RELU_GAIN / Math.sqrt(count) };
}

function eachWeight(
  { groups, rows, paddedRows, columns }: KernelShape,
  visit: (at: number, column: number) => void,
): void {
  for (let group = 0; group < groups; group++) {
    for (let row = 0; row < rows; row++) {
      const start = (group * paddedRows + row) * columns;
      for (let column = 0; column < columns; column++) visit(start + column, column);
    }
  }
}
