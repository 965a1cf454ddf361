import type { Metric } from '../data/dataset.js';

/** Two controls that cost almost nothing and tell whether the measurement can be believed. */
export interface Controls {
  /** Test accuracy of always saying the largest class. */
  largestClass: { accuracy: number };
  /** `frozen` on shuffled labels must land at chance; when it does not, the measurement is broken. */
  shuffledLabels: { accuracy: number; chance: number; low: number; high: number; passed: boolean } | null;
}

/** Test accuracy of a rule that always names the commonest class of the training rows. */
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

/** Standard errors that the accuracy on shuffled labels may be away from chance. */
const TOLERANCE = 3.5;

/**
 * Compares what was predicted after training on shuffled labels with what predictions that know nothing would reach:
 * the sum over classes of the share predicted times the share there is. Images of one group are predicted alike, so
 * the standard error grows with the size of the groups.
 */
export function judgeShuffled(
  predicted: Int32Array,
  labels: Int32Array,
  test: Int32Array,
  groups: (string | null)[],
  classes: number,
): NonNullable<Controls['shuffledLabels']> {
  const claimed = new Float64Array(classes);
  const actual = new Float64Array(classes);
  let hits = 0;
  test.forEach((row, i) => {
    claimed[predicted[i]] += 1 / test.length;
    actual[labels[row]] += 1 / test.length;
    hits += Number(predicted[i] === labels[row]);
  });
  const chance = claimed.reduce((sum, share, k) => sum + share * actual[k], 0);
  const units = new Set(Array.from(test, (row) => groups[row] ?? row)).size;
  const margin = TOLERANCE * Math.sqrt(Math.max(chance * (1 - chance), 1e-4) / units);
  const accuracy = hits / test.length;
  const low = Math.max(0, chance - margin);
  const high = Math.min(1, chance + margin);
  return { accuracy, chance, low, high, passed: accuracy >= low && accuracy <= high };
}
