import { splitRows } from '../dataset/split/split.js';
import { nestedOrder, subsetSizes } from '../dataset/split/subset.js';
import type { ProbeState } from './state.js';

const LEAST_TEST_PER_CLASS = 2;

/** Test images that every trial predicts: fewer when the budget is short, but enough for every class to be tested. */
export function testLimit(budgetSeconds: number, classes: number): number {
  const affordable = Math.max(300, Math.min(2000, Math.round(budgetSeconds * 8)));
  return Math.max(affordable, LEAST_TEST_PER_CLASS * classes);
}

/** Deals or keeps the splits among the rows that can be used, and locks the test set. */
export function splitImages(state: ProbeState, budgetSeconds: number, seed: number): void {
  const { samples, hashes, dataset } = state;
  const usable = samples.flatMap((_, row) => (hashes[row] === '' ? [] : [row]));
  const labels = Int32Array.from(usable, (row) => samples[row].label);
  const split = splitRows({
    labels,
    classes: dataset.classes.length,
    groups: usable.map((row) => samples[row].group),
    splits: usable.map((row) => samples[row].split),
    hashes: usable.map((row) => hashes[row]),
    seed,
  });
  const classes = dataset.classes.length;
  const limit = testLimit(budgetSeconds, classes);
  const testOrder = nestedOrder({
    rows: split.test,
    labels,
    classes,
    keys: usable.map((row) => hashes[row]),
    seed: 0,
  });
  state.train = split.train.map((index) => usable[index]);
  state.test = testOrder.slice(0, limit).map((index) => usable[index]);
  state.splitMethod =
    split.test.length > limit
      ? `${split.method}; of ${split.test.length} test images ${limit} are used, stratified`
      : split.method;
  state.horizon =
    dataset.plan.examples ??
    Math.round((state.train.length * dataset.samples.length) / (samples.length - state.unread));
  state.sizes = Array.from(subsetSizes(state.train.length, classes)).sort((a, b) => a - b);
}
