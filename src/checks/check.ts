import type { Dataset, Sample, SplitName, Unreadable } from '../dataset/dataset.js';
import type { Finding, Place } from './finding.js';

/** The dataset after it was read, decoded and split. */
export interface CheckInput {
  dataset: Dataset;
  /** The samples that were decoded; the rows below are indices into this list. */
  samples: readonly Sample[];
  unreadable: readonly Unreadable[];
  /** SHA-256 of each row's content; '' if it could not be used. */
  hashes: readonly string[];
  train: Int32Array;
  test: Int32Array;
}

/** Looks for one problem of a dataset; null: it does not have it. */
export type Check = (input: CheckInput) => Omit<Finding, 'id'> | null;

export const MAX_EVIDENCE = 50;

export function evidence(items: readonly string[]): string[] {
  return items.slice(0, MAX_EVIDENCE);
}

export function imagePlaces({ folder }: Dataset, paths: readonly string[]): Place[] {
  return paths.slice(0, MAX_EVIDENCE).map((path) => ({ file: folder === '.' ? path : `${folder}/${path}` }));
}

/** Usable images of each class. */
export function classCounts({ dataset, samples, hashes }: CheckInput): number[] {
  const counts = dataset.classes.map(() => 0);
  samples.forEach(({ label }, row) => {
    if (hashes[row] !== '') counts[label]++;
  });
  return counts;
}

/** Labels that the rows have. */
export function labelsOf({ samples }: CheckInput, rows: Int32Array): Set<number> {
  return new Set(Array.from(rows, (row) => samples[row].label));
}

/**
 * The dataset's own split that is its test set; null if Headstart split the images. Then test and train have
 * the same split in the dataset.
 */
export function ownTestSplit({ samples, train, test }: CheckInput): SplitName | null {
  const split = test.length === 0 ? null : samples[test[0]].split;
  return split === null || train.some((row) => samples[row].split === split) ? null : split;
}

export function plural(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
