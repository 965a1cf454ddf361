/**
 * Weight standardization (Qiao et al. 2019) with the gain of normalizer-free nets (Brock et al. 2021): the
 * effective weights of an output are gain × 1.714 / √n × (v − mean) / deviation over its n weights. With it, plain nets
 * without batch norm learn from a random start as fast as with it. Both engines must agree with this plain version.
 */

/** Weights [groups, rows, columns] in memory [groups, paddedRows, columns]; what lies between is left alone. */
export interface KernelShape {
  groups: number;
  rows: number;
  paddedRows: number;
  columns: number;
}

/** Keeps the variance of activations through a ReLU: √(2 / (1 − 1/π)), as Brock et al. estimated it by sampling. */
const RELU_GAIN = 1.7139588594436646;
const EPSILON = 1e-8;

/** Writes the weights that convolve into `effective`; `gain` has one number a column. */
export function standardize(
  raw: Float32Array,
  gain: Float32Array,
  effective: Float32Array,
  shape: KernelShape,
): void {
  const { rows, paddedRows, groups, columns } = shape;
  const sums = columnSums(raw, raw, shape);
  const { mean, factor } = standards(sums, gain, shape);
  for (let group = 0; group < groups; group++) {
    const end = (group * paddedRows + rows) * columns;
    for (let start = group * paddedRows * columns; start < end; start += columns) {
      for (let column = 0; column < columns; column++) {
        effective[start + column] = factor[column] * (raw[start + column] - mean[column]);
      }
    }
  }
}

/** Carries the gradient by the effective weights over to the raw weights and the gain. */
export function standardizeGradient(
  raw: Float32Array,
  gain: Float32Array,
  effectiveGradient: Float32Array,
  rawGradient: Float32Array,
  gainGradient: Float32Array,
  shape: KernelShape,
): void {
  const { rows, paddedRows, groups, columns } = shape;
  const count = groups * rows;
  const sums = columnSums(raw, effectiveGradient, shape);
  const { mean, deviation, scale, factor } = standards(sums, gain, shape);
  const gradientMean = sums.second.map((sum) => sum / count);
  const gradientAlong = sums.product.map(
    (sum, column) => (sum - mean[column] * sums.second[column]) / deviation[column] / count,
  );
  const along = gradientAlong.map((slope, column) => slope / deviation[column]);
  for (let group = 0; group < groups; group++) {
    const end = (group * paddedRows + rows) * columns;
    for (let start = group * paddedRows * columns; start < end; start += columns) {
      for (let column = 0; column < columns; column++) {
        const at = start + column;
        const centered =
          effectiveGradient[at] - gradientMean[column] - along[column] * (raw[at] - mean[column]);
        rawGradient[at] = factor[column] * centered;
      }
    }
  }
  for (let column = 0; column < columns; column++) {
    gainGradient[column] = scale * count * gradientAlong[column];
  }
}

/** Sums over each column in one pass; in float64 nothing is lost by it. */
function columnSums(raw: Float32Array, second: Float32Array, shape: KernelShape) {
  const { rows, paddedRows, groups, columns } = shape;
  const sum = new Float64Array(columns);
  const square = new Float64Array(columns);
  const secondSum = new Float64Array(columns);
  const product = new Float64Array(columns);
  for (let group = 0; group < groups; group++) {
    const end = (group * paddedRows + rows) * columns;
    for (let start = group * paddedRows * columns; start < end; start += columns) {
      for (let column = 0; column < columns; column++) {
        const value = raw[start + column];
        const other = second[start + column];
        sum[column] += value;
        square[column] += value * value;
        secondSum[column] += other;
        product[column] += value * other;
      }
    }
  }
  return { raw: sum, square, second: secondSum, product };
}

function standards(
  sums: { raw: Float64Array; square: Float64Array },
  gain: Float32Array,
  { groups, rows }: KernelShape,
) {
  const count = groups * rows;
  const scale = RELU_GAIN / Math.sqrt(count);
  const mean = sums.raw.map((sum) => sum / count);
  const deviation = sums.square.map((sum, column) =>
    Math.sqrt(Math.max(0, sum / count - mean[column] ** 2) + EPSILON),
  );
  const factor = deviation.map((value, column) => (gain[column] * scale) / value);
  return { mean, deviation, scale, factor };
}
