/** Sum of squares of `count` floats (a multiple of 4), computed in float64. */
export function sumOfSquares(values: usize, count: i32): f64 {
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  for (const end = values + (count << 2); values < end; values += 16) {
    const four = v128.load(values);
    const a = f64x2.promote_low_f32x4(four);
    const b = f64x2.promote_low_f32x4(v128.shuffle<i64>(four, four, 1, 0));
    low = f64x2.add(low, f64x2.mul(a, a));
    high = f64x2.add(high, f64x2.mul(b, b));
  }
  const sum = f64x2.add(low, high);
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

/**
 * One step of SGD with Nesterov momentum on `count` floats (a multiple of 4):
 * `g = scale * gradient + decay * w; v = momentum * v + g; w -= rate * (g + momentum * v)`.
 */
export function sgdStep(
  weights: usize,
  gradient: usize,
  velocity: usize,
  count: i32,
  rate: f32,
  momentum: f32,
  decay: f32,
  scale: f32,
): void {
  const rates = f32x4.splat(rate);
  const momentums = f32x4.splat(momentum);
  const decays = f32x4.splat(decay);
  const scales = f32x4.splat(scale);
  for (let i = 0; i < count << 2; i += 16) {
    const w = v128.load(weights + i);
    const g = f32x4.add(f32x4.mul(scales, v128.load(gradient + i)), f32x4.mul(decays, w));
    const v = f32x4.add(f32x4.mul(momentums, v128.load(velocity + i)), g);
    v128.store(velocity + i, v);
    v128.store(weights + i, f32x4.sub(w, f32x4.mul(rates, f32x4.add(g, f32x4.mul(momentums, v)))));
  }
}
