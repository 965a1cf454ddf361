import type { Metric } from '../dataset/dataset.js';

/** How well predictions meet labels. */
export interface Score {
  /** In the metric asked for, 0 to 1. */
  accuracy: number;
  /** Mean of the per-class F1 over classes that occur in the labels or the predictions. */
  macroF1: number;
  correct: boolean[];
}

export function score(
  predicted: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
  metric: Metric,
): Score {
  const hits = new Float64Array(classes);
  const actual = new Float64Array(classes);
  const claimed = new Float64Array(classes);
  const correct: boolean[] = [];
  for (let i = 0; i < labels.length; i++) {
    const hit = predicted[i] === labels[i];
    correct.push(hit);
    actual[labels[i]]++;
    claimed[predicted[i]]++;
    if (hit) hits[labels[i]]++;
  }
  return {
    accuracy: metric === 'accuracy' ? share(correct) : balancedAccuracy(hits, actual),
    macroF1: macroF1(hits, actual, claimed),
    correct,
  };
}

function share(correct: boolean[]): number {
  return correct.length === 0 ? 0 : correct.filter(Boolean).length / correct.length;
}

/** Mean recall over the classes that occur. */
function balancedAccuracy(hits: Float64Array, actual: Float64Array): number {
  const recalls = [...hits].map((hit, k) => hit / actual[k]).filter(Number.isFinite);
  return mean(recalls);
}

function macroF1(hits: Float64Array, actual: Float64Array, claimed: Float64Array): number {
  return mean([...hits].map((hit, k) => (2 * hit) / (actual[k] + claimed[k])).filter(Number.isFinite));
}

function mean(values: number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** One bit an image, least significant bit first, as base64. */
export function bitset(correct: readonly boolean[]): string {
  const bytes = new Uint8Array(Math.ceil(correct.length / 8));
  correct.forEach((hit, i) => {
    if (hit) bytes[i >> 3] |= 1 << (i & 7);
  });
  return Buffer.from(bytes).toString('base64');
}
