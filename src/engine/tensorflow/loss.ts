import type { Operations, Tensor } from './operations.js';

/** [count, classes]: one at the label less the smoothing, which is spread evenly over all classes. */
export function targets(labels: Int32Array, count: number, classes: number, smoothing: number): Float32Array {
  const rows = new Float32Array(count * classes).fill(smoothing / classes);
  for (let row = 0; row < count; row++) rows[row * classes + labels[row]] += 1 - smoothing;
  return rows;
}

/** Mean cross-entropy over the rows, and its gradient to the logits. */
export function meanCrossEntropy(
  operations: Operations,
  logits: Tensor,
  wanted: Tensor,
  count: number,
): { loss: number; gradient: Tensor } {
  const { losses, gradient } = operations.softmaxCrossEntropy(logits, wanted);
  const sum = operations.download(losses).reduce((total, loss) => total + loss, 0);
  return { loss: sum / count, gradient: operations.scale(gradient, 1 / count) };
}
