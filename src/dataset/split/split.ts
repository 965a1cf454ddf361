import { hash } from 'node:crypto';
import type { SplitName } from '../dataset.js';

export interface SplitInput {
  /** Class of each row. */
  labels: Int32Array;
  classes: number;
  /** The user's groups; null: a group of its own. */
  groups: readonly (string | null)[];
  /** The user's own splits; null: none. */
  splits: readonly (SplitName | null)[];
  /** SHA-256 of each row's content: exact duplicates are one group. */
  hashes: readonly string[];
  seed: number;
}

/** Rows to train on, and rows that only measure. */
export interface Split {
  train: Int32Array;
  test: Int32Array;
  /** How the split was made, for reports. */
  method: string;
}

const TEST_FRACTION = 0.25;

/** Keeps the user's test set, or splits the rows: stratified by class, groups together. */
export function splitRows(input: SplitInput): Split {
  const { splits } = input;
  const rowsIn = (...wanted: (SplitName | null)[]) =>
    Int32Array.from(splits.flatMap((split, row) => (wanted.includes(split) ? [row] : [])));
  const train = rowsIn('train', null);
  const val = rowsIn('val');
  const test = rowsIn('test');
  if (train.length > 0 && test.length > 0) {
    const aside = val.length > 0 ? ', its val split set aside' : '';
    return { train, test, method: `the dataset’s own train and test${aside}` };
  }
  if (train.length > 0 && val.length > 0) {
    return { train, test: val, method: 'the dataset’s own train, and its val as test' };
  }
  return stratifiedSplit(input);
}

/**
 * Goes through the groups in the order of a hash of their content, so that adding images moves few old ones,
 * and puts a group into the test set while its classes lack test images.
 */
function stratifiedSplit({ labels, classes, groups, hashes, seed }: SplitInput): Split {
  const members = new Map<number, number[]>();
  joinGroups(groups, hashes).forEach((group, row) =>
    members.set(group, [...(members.get(group) ?? []), row]),
  );
  const ordered = [...members.values()]
    .map((rows) => ({
      rows,
      present: [...new Set(rows.map((row) => labels[row]))],
      place: unitHash(groupKey(rows, groups, hashes), seed),
    }))
    .sort((a, b) => a.place - b.place);

  const groupsLeft = new Float64Array(classes);
  for (const { present } of ordered) for (const label of present) groupsLeft[label]++;
  const target = countLabels(labels, classes).map((count) => count * TEST_FRACTION);
  const taken = new Float64Array(classes);
  const test: number[] = [];
  for (const { rows, present } of ordered) {
    const counts = countLabels(
      rows.map((row) => labels[row]),
      classes,
    );
    const gain = present.reduce((sum, k) => sum + Math.min(counts[k], Math.max(0, target[k] - taken[k])), 0);
    const isLastOfItsClass = present.some((k) => groupsLeft[k] === 1);
    for (const k of present) groupsLeft[k]--;
    if (isLastOfItsClass || gain < rows.length / 2) continue;
    test.push(...rows);
    for (const k of present) taken[k] += counts[k];
  }
  const inTest = new Set(test);
  const hasGroups = groups.some((group) => group !== null);
  return {
    train: Int32Array.from([...labels.keys()].filter((row) => !inTest.has(row))),
    test: Int32Array.from(test.sort((a, b) => a - b)),
    method: `split 75/25 by content hash, stratified${hasGroups ? ', groups kept together' : ''}`,
  };
}

/** For each row, the first row that it shares a group or content with, directly or through others. */
function joinGroups(groups: readonly (string | null)[], hashes: readonly string[]): Int32Array {
  const parent = Int32Array.from({ length: groups.length }, (_, row) => row);
  const rootOf = (row: number): number => {
    while (parent[row] !== row) row = parent[row] = parent[parent[row]];
    return row;
  };
  const first = new Map<string, number>();
  const join = (key: string, row: number) => {
    const other = first.get(key);
    if (other === undefined) {
      first.set(key, row);
      return;
    }
    const [low, high] = [rootOf(other), rootOf(row)].sort((a, b) => a - b);
    parent[high] = low;
  };
  groups.forEach((group, row) => {
    if (group !== null) join(`group ${group}`, row);
    if (hashes[row] !== '') join(`content ${hashes[row]}`, row);
  });
  return parent.map((_, row) => rootOf(row));
}

/** Identifies a group regardless of the rest of the dataset: the user's name for it, or its content. */
function groupKey(rows: number[], groups: readonly (string | null)[], hashes: readonly string[]): string {
  const names = rows.flatMap((row) => groups[row] ?? []).sort();
  return names[0] ?? hashes[rows[0]];
}

function countLabels(labels: ArrayLike<number>, classes: number): Float64Array {
  const counts = new Float64Array(classes);
  for (let i = 0; i < labels.length; i++) counts[labels[i]]++;
  return counts;
}

/** A number from 0 up to 1 that depends only on the text and the seed, on every machine. */
export function unitHash(text: string, seed: number): number {
  return parseInt(hash('sha256', `${seed}\0${text}`).slice(0, 12), 16) / 2 ** 48;
}
