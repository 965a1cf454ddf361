import { dealSplit } from '../dataset/split/split.js';
import { nestedOrder, subsetSizes } from '../dataset/split/subset.js';
import { runChecks } from '../checks/index.js';
import type { Decoded, Split } from './stages.js';

const LEAST_TEST_PER_CLASS = 2;

/** Test images that every trial predicts: fewer when the budget is short, but enough for every class to be tested. */
export function testLimit(budgetSeconds: number, classes: number): number {
  const affordable = Math.max(300, Math.min(2000, Math.round(budgetSeconds * 8)));
  return Math.max(affordable, LEAST_TEST_PER_CLASS * classes);
}

/**
 * Splits the usable rows as the dataset says, or by Headstart's own rule, locks the test set, and checks the result.
 * @param budgetSeconds sets how many test images are used.
 */
export function splitImages(decoded: Decoded, budgetSeconds: number, seed: number): Split {
  const { samples, hashes, dataset } = decoded;
  const usable = samples.flatMap((_, row) => (hashes[row] === '' ? [] : [row]));
  const labels = Int32Array.from(usable, (row) => samples[row].label);
  const classes = dataset.classes.length;
  const parts = dealSplit({
    labels,
    classes,
    groups: usable.map((row) => samples[row].group),
    splits: usable.map((row) => samples[row].split),
    hashes: usable.map((row) => hashes[row]),
    seed,
  });
  const limit = testLimit(budgetSeconds, classes);
  const testOrder = nestedOrder({
    rows: parts.test,
    labels,
    classes,
    keys: usable.map((row) => hashes[row]),
    seed: 0,
  });
  const split = {
    ...decoded,
    train: parts.train.map((index) => usable[index]),
    test: testOrder.slice(0, limit).map((index) => usable[index]),
    splitMethod:
      parts.test.length > limit
        ? `${parts.method}; of ${parts.test.length} test images ${limit} are used, stratified`
        : parts.method,
    horizon:
      dataset.plan.examples ??
      Math.round((parts.train.length * dataset.samples.length) / (samples.length - decoded.unread)),
    sizes: Array.from(subsetSizes(parts.train.length, classes)).sort((a, b) => a - b),
  };
  return { ...split, findings: runChecks(split) };
}
