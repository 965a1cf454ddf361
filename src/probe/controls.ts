import type { Metric } from '../dataset/dataset.js';
import type { ShuffledLabels } from './shuffled-labels.js';

/** Two controls that cost almost nothing and tell whether the measurement can be believed. */
export interface Controls {
  /** What always saying the largest class reaches on the test set, in the metric of the run. */
  largestClass: { accuracy: number };
  /** null: there was no time for it. */
  shuffledLabels: ShuffledLabels | null;
}

/** Score of a rule that always names the commonest class of the training rows. */
export function largestClass(
  labels: Int32Array,
  train: Int32Array,
  test: Int32Array,
  classes: number,
  metric: Metric,
): { accuracy: number } {
  const counts = new Float64Array(classes);
  for (const row of train) counts[labels[row]]++;
  const commonest = counts.indexOf(Math.max(...counts));
  if (metric === 'balanced-accuracy') return { accuracy: 1 / new Set(test.map((row) => labels[row])).size };
  return { accuracy: test.filter((row) => labels[row] === commonest).length / test.length };
}
