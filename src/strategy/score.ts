import type { Metric } from '../dataset/dataset.js';

/** How well predictions match labels. */
export interface Score {
  /** In the given metric, 0 to 1. */
  accuracy: number;
  /** Mean F1 over the classes that occur in labels or predictions. */
  macroF1: number;
  correct: boolean[];
}

export function score(
  predicted: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
  metric: Metric,
): Score {
  const correctCounts = new Float64Array(classes);
  const labelCounts = new Float64Array(classes);
  const predictedCounts = new Float64Array(classes);
  const correct: boolean[] = [];
  for (let i = 0; i < labels.length; i++) {
    const isCorrect = predicted[i] === labels[i];
    correct.push(isCorrect);
    labelCounts[labels[i]]++;
    predictedCounts[predicted[i]]++;
    if (isCorrect) correctCounts[labels[i]]++;
  }
  return {
    accuracy: metric === 'accuracy' ? share(correct) : balancedAccuracy(correctCounts, labelCounts),
    macroF1: macroF1(correctCounts, labelCounts, predictedCounts),
    correct,
  };
}

function share(correct: boolean[]): number {
  return correct.length === 0 ? 0 : correct.filter(Boolean).length / correct.length;
}

/** Mean recall over the classes that occur in the labels. */
function balancedAccuracy(correctCounts: Float64Array, labelCounts: Float64Array): number {
  const recalls = [...correctCounts].map((count, k) => count / labelCounts[k]).filter(Number.isFinite);
  return mean(recalls);
}

function macroF1(
  correctCounts: Float64Array,
  labelCounts: Float64Array,
  predictedCounts: Float64Array,
): number {
  return mean(
    [...correctCounts]
      .map((count, k) => (2 * count) / (labelCounts[k] + predictedCounts[k]))
      .filter(Number.isFinite),
  );
}

function mean(values: number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** One bit per image, least significant bit first, as base64. */
export function bitset(correct: readonly boolean[]): string {
  const bytes = new Uint8Array(Math.ceil(correct.length / 8));
  correct.forEach((isCorrect, i) => {
    if (isCorrect) bytes[i >> 3] |= 1 << (i & 7);
  });
  return Buffer.from(bytes).toString('base64');
}
