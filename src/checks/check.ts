import type { Dataset, Sample, SplitName, Unreadable } from '../dataset/dataset.js';
import type { Finding, Place } from './finding.js';

/** What checks look at: the dataset as it was read and dealt. */
export interface CheckInput {
  dataset: Dataset;
  /** The samples that were decoded; indices below are rows of this list. */
  samples: readonly Sample[];
  unreadable: readonly Unreadable[];
  /** SHA-256 of each row's content; '' where it could not be used. */
  hashes: readonly string[];
  train: Int32Array;
  test: Int32Array;
}

/** One question that is asked of a dataset; null: nothing was found. */
export type Check = (input: CheckInput) => Finding | null;

const MOST_EVIDENCE = 50;

export function evidence(items: readonly string[]): string[] {
  return items.slice(0, MOST_EVIDENCE);
}

/** Images as files that a reader can open. */
export function imagePlaces({ folder }: Dataset, paths: readonly string[]): Place[] {
  return paths.slice(0, MOST_EVIDENCE).map((path) => ({ file: folder === '.' ? path : `${folder}/${path}` }));
}

/** Rows of tables. */
export function rowPlaces(rows: readonly { file: string; line: number }[]): Place[] {
  return rows.slice(0, MOST_EVIDENCE).map(({ file, line }) => ({ file, line }));
}

/** Rows by content, only where more than one has the same. */
export function duplicates({ hashes }: Pick<CheckInput, 'hashes'>): number[][] {
  const rows = new Map<string, number[]>();
  hashes.forEach((hash, row) => {
    if (hash === '') return;
    const same = rows.get(hash);
    if (same === undefined) rows.set(hash, [row]);
    else same.push(row);
  });
  return [...rows.values()].filter((same) => same.length > 1);
}

/** Usable images of each class. */
export function classCounts({ dataset, samples, hashes }: CheckInput): number[] {
  const counts = dataset.classes.map(() => 0);
  samples.forEach(({ label }, row) => {
    if (hashes[row] !== '') counts[label]++;
  });
  return counts;
}

/**
 * The split that the dataset brings and that is its test set; null where Headstart dealt one. A dealt test set has
 * nothing to tell it from train.
 */
export function ownTestSplit({ samples, train, test }: CheckInput): SplitName | null {
  const split = test.length === 0 ? null : samples[test[0]].split;
  return split === null || train.some((row) => samples[row].split === split) ? null : split;
}

export function plural(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
