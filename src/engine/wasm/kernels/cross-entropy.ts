/**
 * Softmax cross-entropy with label smoothing. Returns the sum of the losses (natural logarithm) and replaces
 * `logits` [rows, classes], rows `pitch` bytes apart, with `weight` times the gradient of each row's loss.
 * Padding columns become zero.
 */
export function crossEntropy(
  logits: usize,
  pitch: i32,
  rows: i32,
  classes: i32,
  labels: usize,
  smoothing: f64,
  weight: f64,
): f64 {
  const off = smoothing / <f64>classes;
  const on = 1 - smoothing;
  const end = classes << 2;
  let total: f64 = 0;
  for (let row = 0; row < rows; row++) {
    let largest = load<f32>(logits);
    let sumOfLogits: f64 = 0;
    for (let c = 0; c < end; c += 4) {
      const logit = load<f32>(logits + c);
      if (logit > largest) largest = logit;
      sumOfLogits += <f64>logit;
    }
    const label = load<i32>(labels + (row << 2)) << 2;
    const expected = on * <f64>load<f32>(logits + label) + off * sumOfLogits;

    let normalizer: f64 = 0;
    for (let c = 0; c < end; c += 4) {
      const e = exponential(<f64>load<f32>(logits + c) - <f64>largest);
      normalizer += e;
      store<f32>(logits + c, <f32>e);
    }
    total += logarithm(normalizer) + <f64>largest - expected;

    const share = weight / normalizer;
    for (let c = 0; c < end; c += 4) {
      const q = off + (c == label ? on : 0);
      store<f32>(logits + c, <f32>(<f64>load<f32>(logits + c) * share - q * weight));
    }
    for (let c = end; c < pitch; c += 4) store<f32>(logits + c, 0);
    logits += pitch;
  }
  return total;
}

/**
 * exp and log below use only float64 additions, multiplications and divisions, so they give the same bits on
 * every machine and in every version of the host.
 */

const LOG2_E: f64 = 1.4426950408889634;
/** ln 2 in two parts; the first ends in 32 zero bits, so its product with a small integer is exact. */
const LN2_HIGH: f64 = 6.9314718036912381649e-1;
const LN2_LOW: f64 = 1.90821492927058770002e-10;
/** Adding 1.5 * 2^52 rounds to an integer and leaves it in the low bits. */
const ROUND: f64 = 6755399441055744;

/** 1 / n! for n from 2 to 13. */
const C2: f64 = 1.0 / 2;
const C3: f64 = 1.0 / 6;
const C4: f64 = 1.0 / 24;
const C5: f64 = 1.0 / 120;
const C6: f64 = 1.0 / 720;
const C7: f64 = 1.0 / 5040;
const C8: f64 = 1.0 / 40320;
const C9: f64 = 1.0 / 362880;
const C10: f64 = 1.0 / 3628800;
const C11: f64 = 1.0 / 39916800;
const C12: f64 = 1.0 / 479001600;
const C13: f64 = 1.0 / 6227020800;

/** e^x for x <= 0, which is all softmax needs; NaN stays NaN. Relative error below 1e-15. */
export function exponential(x: f64): f64 {
  if (x < -700) return 0;
  const rounded = x * LOG2_E + ROUND;
  const n = rounded - ROUND;
  const r = x - n * LN2_HIGH - n * LN2_LOW;
  // Taylor series, |r| < 0.35. Terms are added in pairs, which shortens the chain of dependent operations.
  const square = r * r;
  let sum: f64 = C12 + C13 * r;
  sum = C10 + C11 * r + sum * square;
  sum = C8 + C9 * r + sum * square;
  sum = C6 + C7 * r + sum * square;
  sum = C4 + C5 * r + sum * square;
  sum = C2 + C3 * r + sum * square;
  sum = 1 + r + sum * square;
  return sum * reinterpret<f64>((reinterpret<i64>(rounded) << 52) + ((<i64>1023) << 52));
}

/** ln x for x >= 1; NaN and infinity are returned unchanged. Relative error below 1e-15. */
export function logarithm(x: f64): f64 {
  if (!(x < Infinity)) return x;
  let bits = reinterpret<i64>(x);
  let n = (bits >> 52) - 1023;
  let m = reinterpret<f64>((bits & 0x000fffffffffffff) | ((<i64>1023) << 52));
  if (m > 1.4142135623730951) {
    m *= 0.5;
    n++;
  }
  const s = (m - 1) / (m + 1);
  const square = s * s;
  let sum: f64 = 0;
  for (let i = 23; i > 0; i -= 2) sum = sum * square + 1 / <f64>i;
  return <f64>n * LN2_HIGH + (2 * s * sum + <f64>n * LN2_LOW);
}
