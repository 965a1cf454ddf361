import { exponential, logarithm } from './exponential';

/**
 * Softmax cross-entropy with label smoothing. Replaces `logits` [rows, classes], rows `pitch` bytes apart, by
 * `weight` times the gradient of each row's loss, and returns the sum of the losses (natural logarithm).
 * Columns from `classes` to the pitch become zero.
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

    let normaliser: f64 = 0;
    for (let c = 0; c < end; c += 4) {
      const e = exponential(<f64>load<f32>(logits + c) - <f64>largest);
      normaliser += e;
      store<f32>(logits + c, <f32>e);
    }
    total += logarithm(normaliser) + <f64>largest - expected;

    const share = weight / normaliser;
    for (let c = 0; c < end; c += 4) {
      const q = off + (c == label ? on : 0);
      store<f32>(logits + c, <f32>(<f64>load<f32>(logits + c) * share - q * weight));
    }
    for (let c = end; c < pitch; c += 4) store<f32>(logits + c, 0);
    logits += pitch;
  }
  return total;
}
