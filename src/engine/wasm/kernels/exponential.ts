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

/** e^x for x <= 0 (softmax never asks for more); NaN stays NaN. Relative error below 1e-15. */
export function exponential(x: f64): f64 {
  if (x < -700) return 0;
  const rounded = x * LOG2_E + ROUND;
  const n = rounded - ROUND;
  const r = x - n * LN2_HIGH - n * LN2_LOW;
  let sum: f64 = 1;
  for (let i = 13; i > 0; i--) sum = 1 + (sum * r) / <f64>i;
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
