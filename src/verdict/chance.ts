import type { Metric } from '../dataset/dataset.js';

/** Standard errors above chance from which a strategy counts as one that learns. */
const ERRORS = 2;

/**
 * What knowing nothing but the classes gets right: in accuracy the larger of one class in all and the largest class, in
 * balanced accuracy one of those that occur.
 * @param testLabels null: not known, and taken as equally frequent.
 */
export function chanceOf(metric: Metric, classes: number, testLabels: ArrayLike<number> | null): number {
  if (testLabels === null || testLabels.length === 0) return 1 / classes;
  const counts = countsOf(testLabels);
  if (metric === 'balanced-accuracy') return 1 / counts.length;
  return Math.max(1 / classes, Math.max(...counts) / testLabels.length);
}

/** Standard error of the metric where answers are right at the rate of chance. */
export function chanceError(
  metric: Metric,
  chance: number,
  testExamples: number,
  testLabels: ArrayLike<number> | null,
): number {
  const variance = chance * (1 - chance);
  if (metric === 'accuracy' || testLabels === null || testLabels.length === 0)
    return Math.sqrt(variance / testExamples);
  const counts = countsOf(testLabels);
  return Math.sqrt(counts.reduce((sum, count) => sum + variance / count, 0)) / counts.length;
}

/** Whether an accuracy is more than chance and its noise. */
export function isLearning(accuracy: number, chance: number, standardError: number): boolean {
  return accuracy > chance + ERRORS * standardError;
}

/** Of each class that occurs. */
function countsOf(labels: ArrayLike<number>): number[] {
  const counts = new Map<number, number>();
  for (let i = 0; i < labels.length; i++) counts.set(labels[i], (counts.get(labels[i]) ?? 0) + 1);
  return [...counts.values()];
}
