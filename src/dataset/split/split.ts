import type { SplitName } from '../dataset.js';
import { joinGroups } from './groups.js';
import { unitHash } from './hash.js';

export interface SplitInput {
  /** Class of each row. */
  labels: Int32Array;
  classes: number;
  /** The user's groups; null: a group of its own. */
  groups: readonly (string | null)[];
  /** The user's own splits; null: none. */
  splits: readonly (SplitName | null)[];
  /** SHA-256 of each row's content: exact duplicates count as one group. */
  hashes: readonly string[];
  seed: number;
}

/** Rows that are trained on and rows that only measure. */
export interface Split {
  train: Int32Array;
  test: Int32Array;
  kept: 'user' | 'dealt';
  /** How it came about, in plain words. */
  method: string;
}

const TEST_SHARE = 0.25;

/** Keeps the user's test set, or deals one: stratified by class, groups together. */
export function dealSplit(input: SplitInput): Split {
  const has = (name: SplitName) => input.splits.includes(name);
  const rowsOf = (wanted: (split: SplitName | null) => boolean) =>
    Int32Array.from(input.splits.flatMap((split, row) => (wanted(split) ? [row] : [])));
  if (has('test') && input.splits.some((split) => split === 'train' || split === null)) {
    const aside = has('val') ? ', its val split set aside' : '';
    return {
      train: rowsOf((split) => split === 'train' || split === null),
      test: rowsOf((split) => split === 'test'),
      kept: 'user',
      method: `the dataset’s own train and test${aside}`,
    };
  }
  if (has('val') && input.splits.some((split) => split === 'train' || split === null)) {
    return {
      train: rowsOf((split) => split !== 'val'),
      test: rowsOf((split) => split === 'val'),
      kept: 'user',
      method: 'the dataset’s own train, and its val as test',
    };
  }
  return deal(input);
}

/**
 * Goes through the groups in the order of a hash of their content, so that images that are added move no old ones
 * but at the margin, and puts a group into the test set while its classes still lack test images.
 */
function deal({ labels, classes, groups, hashes, seed }: SplitInput): Split {
  const together = joinGroups(groups, hashes);
  const members = new Map<number, number[]>();
  together.forEach((root, row) => members.set(root, [...(members.get(root) ?? []), row]));
  const ordered = [...members.values()]
    .map((rows) => ({ rows, place: unitHash(groupKey(rows, groups, hashes), seed) }))
    .sort((a, b) => a.place - b.place);

  const total = countsOf(labels, classes);
  const groupsLeft = new Float64Array(classes);
  for (const { rows } of ordered)
    for (const label of new Set(rows.map((row) => labels[row]))) groupsLeft[label]++;
  const target = total.map((count) => count * TEST_SHARE);
  const taken = new Float64Array(classes);
  const test: number[] = [];
  for (const { rows } of ordered) {
    const own = countsOf(
      rows.map((row) => labels[row]),
      classes,
    );
    const present = [...new Set(rows.map((row) => labels[row]))];
    const gain = present.reduce((sum, k) => sum + Math.min(own[k], Math.max(0, target[k] - taken[k])), 0);
    const lastOfItsClass = present.some((k) => groupsLeft[k] === 1);
    for (const k of present) groupsLeft[k]--;
    if (lastOfItsClass || gain < rows.length / 2) continue;
    test.push(...rows);
    for (const k of present) taken[k] += own[k];
  }
  const inTest = new Set(test);
  const grouped = groups.some((group) => group !== null);
  return {
    train: Int32Array.from([...labels.keys()].filter((row) => !inTest.has(row))),
    test: Int32Array.from(test.sort((a, b) => a - b)),
    kept: 'dealt',
    method: `dealt 75 to 25 by a hash of content, stratified${grouped ? ', groups apart' : ''}`,
  };
}

/** What names a group whatever else is in the dataset: the user's name for it, or its content. */
function groupKey(rows: number[], groups: readonly (string | null)[], hashes: readonly string[]): string {
  const names = rows.flatMap((row) => groups[row] ?? []).sort();
  return names[0] ?? hashes[rows[0]];
}

function countsOf(labels: ArrayLike<number>, classes: number): Float64Array {
  const counts = new Float64Array(classes);
  for (let i = 0; i < labels.length; i++) counts[labels[i]]++;
  return counts;
}
