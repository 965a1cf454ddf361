/**
 * exp and log in float64 from additions, multiplications and divisions only, so that they give the same bits on
 * every machine and every version of the host.
 */

const LOG2_E: f64 = 1.4426950408889634;
/** ln 2 in two parts; the first has 32 zero bits at its end, so that a small integer times it is exact. */
const LN2_HIGH: f64 = 6.9314718036912381649e-1;
const LN2_LOW: f64 = 1.90821492927058770002e-10;
/** Adding 1.5 * 2^52 rounds to an integer, which then stands in the low bits. */
const ROUND: f64 = 6755399441055744;

/** 1 / n!, n = 2 to 13. */
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

/** e^x for x <= 0 (softmax never asks for more); NaN stays NaN. Relative error below 1e-15. */
export function exponential(x: f64): f64 {
  if (x < -700) return 0;
  const rounded = x * LOG2_E + ROUND;
  const n = rounded - ROUND;
  const r = x - n * LN2_HIGH - n * LN2_LOW;
  // Taylor, |r| < 0.35; the terms by pairs, which shortens the chain of operations that wait for one another.
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

/** ln x for x >= 1; NaN and infinity stay what they are. Relative error below 1e-15. */
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
