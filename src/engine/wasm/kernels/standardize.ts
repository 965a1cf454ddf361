/**
 * Weight standardization (Qiao et al. 2019) with the gain of normalizer-free nets (Brock et al. 2021): the
 * effective weights of an output are gain × 1.714 / √n × (v − mean) / deviation over its n weights. With it,
 * plain nets without batch norm learn from a random start as fast as with it. Kernels [groups, rows, columns]
 * are stored as [groups, paddedRows, columns]; `columns` is a multiple of 8. Sums are float64. `moments`
 * holds the mean and deviation of each column, float64 [2, columns]: `standardize` writes them,
 * `standardizeGradient` reads them.
 */

const EPSILON: f64 = 1e-8;

/** `effective = gain * scale * (raw - mean) / deviation`. */
export function standardize(
  raw: usize,
  gain: usize,
  effective: usize,
  moments: usize,
  groups: i32,
  rows: i32,
  paddedRows: i32,
  columns: i32,
  scale: f64,
): void {
  const count = f64x2.splat(<f64>(groups * rows));
  const pitch = columns << 2;
  for (let c = 0; c < columns; c += 4) {
    let sum0 = f64x2.splat(0);
    let sum1 = f64x2.splat(0);
    let square0 = f64x2.splat(0);
    let square1 = f64x2.splat(0);
    for (let group = 0; group < groups; group++) {
      let at = raw + (c << 2) + group * paddedRows * pitch;
      for (let row = 0; row < rows; row++) {
        const four = v128.load(at);
        const low = f64x2.promote_low_f32x4(four);
        const high = f64x2.promote_low_f32x4(v128.shuffle<i64>(four, four, 1, 0));
        sum0 = f64x2.add(sum0, low);
        sum1 = f64x2.add(sum1, high);
        square0 = f64x2.add(square0, f64x2.mul(low, low));
        square1 = f64x2.add(square1, f64x2.mul(high, high));
        at += pitch;
      }
    }
    storeMoments(moments, columns, c, f64x2.div(sum0, count), f64x2.div(square0, count));
    storeMoments(moments, columns, c + 2, f64x2.div(sum1, count), f64x2.div(square1, count));
  }
  const end = groups * paddedRows * pitch;
  for (let c = 0; c < columns; c += 4) {
    const mean = narrow(moments + (c << 3));
    const factor = factorOf(gain, moments, columns, c, scale);
    for (let group = 0; group < end; group += paddedRows * pitch) {
      const last = group + rows * pitch;
      for (let at = group + (c << 2); at < last; at += pitch) {
        v128.store(effective + at, f32x4.mul(factor, f32x4.sub(v128.load(raw + at), mean)));
      }
    }
  }
}

/** Propagates the gradient of `effective` back to `raw` and `gain`. */
export function standardizeGradient(
  raw: usize,
  gain: usize,
  effectiveGradient: usize,
  rawGradient: usize,
  gainGradient: usize,
  moments: usize,
  groups: i32,
  rows: i32,
  paddedRows: i32,
  columns: i32,
  scale: f64,
): void {
  const count = <f64>(groups * rows);
  const pitch = columns << 2;
  const end = groups * paddedRows * pitch;
  for (let c = 0; c < columns; c += 4) {
    const mean = narrow(moments + (c << 3));
    let sum0 = f64x2.splat(0);
    let sum1 = f64x2.splat(0);
    let along0 = f64x2.splat(0);
    let along1 = f64x2.splat(0);
    for (let group = 0; group < end; group += paddedRows * pitch) {
      const last = group + rows * pitch;
      for (let at = group + (c << 2); at < last; at += pitch) {
        const gradient = v128.load(effectiveGradient + at);
        const product = f32x4.mul(gradient, f32x4.sub(v128.load(raw + at), mean));
        sum0 = f64x2.add(sum0, f64x2.promote_low_f32x4(gradient));
        sum1 = f64x2.add(sum1, f64x2.promote_low_f32x4(v128.shuffle<i64>(gradient, gradient, 1, 0)));
        along0 = f64x2.add(along0, f64x2.promote_low_f32x4(product));
        along1 = f64x2.add(along1, f64x2.promote_low_f32x4(v128.shuffle<i64>(product, product, 1, 0)));
      }
    }
    const counts = f64x2.splat(count);
    const deviations = moments + ((columns + c) << 3);
    const deviation0 = v128.load(deviations);
    const deviation1 = v128.load(deviations, 16);
    const scales = f64x2.splat(scale);
    v128.store(
      gainGradient + (c << 2),
      join(
        f64x2.div(f64x2.mul(scales, along0), deviation0),
        f64x2.div(f64x2.mul(scales, along1), deviation1),
      ),
    );
    const gradientMean = join(f64x2.div(sum0, counts), f64x2.div(sum1, counts));
    const gradientAlong = join(
      f64x2.div(along0, f64x2.mul(counts, f64x2.mul(deviation0, deviation0))),
      f64x2.div(along1, f64x2.mul(counts, f64x2.mul(deviation1, deviation1))),
    );
    const factor = factorOf(gain, moments, columns, c, scale);
    for (let group = 0; group < end; group += paddedRows * pitch) {
      const last = group + rows * pitch;
      for (let at = group + (c << 2); at < last; at += pitch) {
        const unit = f32x4.sub(v128.load(raw + at), mean);
        const centered = f32x4.sub(
          f32x4.sub(v128.load(effectiveGradient + at), gradientMean),
          f32x4.mul(gradientAlong, unit),
        );
        v128.store(rawGradient + at, f32x4.mul(factor, centered));
      }
    }
  }
}

/** Stores the mean and deviation of two columns, given their mean and mean square. */
function storeMoments(moments: usize, columns: i32, column: i32, mean: v128, meanSquare: v128): void {
  const variance = f64x2.sub(meanSquare, f64x2.mul(mean, mean));
  const positive = f64x2.pmax(variance, f64x2.splat(0));
  v128.store(moments + (column << 3), mean);
  v128.store(moments + ((columns + column) << 3), f64x2.sqrt(f64x2.add(positive, f64x2.splat(EPSILON))));
}

/** gain * scale / deviation of four columns. */
function factorOf(gain: usize, moments: usize, columns: i32, column: i32, scale: f64): v128 {
  const gains = v128.load(gain + (column << 2));
  const deviations = moments + ((columns + column) << 3);
  const scales = f64x2.splat(scale);
  const low = f64x2.promote_low_f32x4(gains);
  const high = f64x2.promote_low_f32x4(v128.shuffle<i64>(gains, gains, 1, 0));
  return join(
    f64x2.div(f64x2.mul(low, scales), v128.load(deviations)),
    f64x2.div(f64x2.mul(high, scales), v128.load(deviations, 16)),
  );
}

/** Loads four float64 as four float32. */
function narrow(from: usize): v128 {
  return join(v128.load(from), v128.load(from, 16));
}

function join(low: v128, high: v128): v128 {
  return v128.shuffle<i64>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2);
}
