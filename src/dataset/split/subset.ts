import { unitHash } from './split.js';

/**
 * The rows in an order in which every prefix is stratified: each class has its share to within one image. So
 * a subset is a prefix, and larger subsets contain smaller ones. The order depends on hashes of `keys`, which
 * identify each row's image, so adding or removing images hardly moves the others.
 */
export function nestedOrder(input: {
  rows: Int32Array;
  labels: Int32Array;
  classes: number;
  keys: readonly string[];
  seed: number;
}): Int32Array {
  const { rows, labels, classes, keys, seed } = input;
  const byClass = Array.from({ length: classes }, (): { row: number; hash: number }[] => []);
  for (const row of rows) byClass[labels[row]].push({ row, hash: unitHash(keys[row], seed) });
  const placed = byClass.flatMap((ofClass, label) => {
    const offset = unitHash(`class ${label}`, seed);
    return ofClass
      .sort((a, b) => a.hash - b.hash || a.row - b.row)
      .map(({ row }, i) => ({ row, place: (i + offset) / ofClass.length }));
  });
  return Int32Array.from(placed.sort((a, b) => a.place - b.place || a.row - b.row).map(({ row }) => row));
}

/** Images per class that the smallest subset should have. */
export const MIN_PER_CLASS = 5;
const MAX_SIZES = 6;

/** `n`, n/2, n/4, …, with at least five images per class if `n` allows, descending. */
export function subsetSizes(n: number, classes: number): number[] {
  const sizes: number[] = [];
  for (let size = n; sizes.length < MAX_SIZES; size = Math.round(size / 2)) {
    if (sizes.length > 0 && size < MIN_PER_CLASS * classes) break;
    sizes.push(size);
    if (size <= 1) break;
  }
  return sizes;
}

/** Sizes of two significant digits between `min` and `max`, ascending, with both ends. */
export function roundSizes(min: number, max: number): number[] {
  const sizes: number[] = [];
  for (let size = min; size < max; size = roundedSize(size) + secondDigit(size)) sizes.push(size);
  return [...sizes, max];
}

/** Rounded down to two significant digits. */
export function roundedSize(size: number): number {
  return Math.floor(size / secondDigit(size)) * secondDigit(size);
}

/** The value of one in the second digit. */
function secondDigit(size: number): number {
  return 10 ** Math.max(0, Math.floor(Math.log10(size)) - 1);
}

/**
 * Divides rows into training and validation, about `share` of each class for validation, groups together.
 * Every class keeps a row to train on.
 */
export function innerSplit(input: {
  rows: Int32Array;
  labels: Int32Array;
  groups: readonly (string | null)[];
  share: number;
  seed: number;
}): { train: Int32Array; validation: Int32Array } {
  const { rows, labels, groups, share, seed } = input;
  const members = new Map<string, number[]>();
  for (const row of rows) {
    const key = groups[row] ?? `row ${row}`;
    members.set(key, [...(members.get(key) ?? []), row]);
  }
  const ordered = [...members]
    .map(([key, unit]) => ({ unit, place: unitHash(key, seed) }))
    .sort((a, b) => a.place - b.place);
  const countByLabel = (of: ArrayLike<number>) => {
    const counts = new Map<number, number>();
    for (let i = 0; i < of.length; i++) counts.set(labels[of[i]], (counts.get(labels[of[i]]) ?? 0) + 1);
    return counts;
  };
  const total = countByLabel(rows);
  const held = new Map<number, number>();
  const validation: number[] = [];
  for (const { unit } of ordered) {
    const counts = [...countByLabel(unit)];
    const isWanted = counts.some(([label, count]) => {
      const target = Math.max(1, Math.round(total.get(label)! * share));
      return (held.get(label) ?? 0) + count / 2 <= target;
    });
    const isSpare = counts.every(([label, count]) => total.get(label)! - (held.get(label) ?? 0) - count >= 1);
    const isTooLarge = validation.length + unit.length > Math.max(1, rows.length * share * 1.5);
    if (!isWanted || !isSpare || isTooLarge) continue;
    validation.push(...unit);
    for (const [label, count] of counts) held.set(label, (held.get(label) ?? 0) + count);
  }
  if (validation.length === 0) validation.push(rows[rows.length - 1]);
  const inValidation = new Set(validation);
  return {
    train: rows.filter((row) => !inValidation.has(row)),
    validation: Int32Array.from(validation),
  };
}

/** At most `limit` indices of samples, stratified, chosen by a hash of the path; all if there are no more. */
export function stratifiedSample(input: {
  labels: Int32Array;
  paths: readonly string[];
  limit: number;
  seed: number;
}): Int32Array {
  const { labels, paths, limit, seed } = input;
  const all = Int32Array.from(paths.keys());
  if (paths.length <= limit) return all;
  const places = paths.map((path) => unitHash(path, seed));
  const byClass = new Map<number, number[]>();
  for (const index of all) {
    const ofClass = byClass.get(labels[index]);
    if (ofClass === undefined) byClass.set(labels[index], [index]);
    else ofClass.push(index);
  }
  const chosen = [...byClass.values()].flatMap((ofClass) => {
    const count = Math.max(Math.min(ofClass.length, 2), Math.round((ofClass.length * limit) / paths.length));
    return ofClass.sort((a, b) => places[a] - places[b]).slice(0, count);
  });
  return Int32Array.from(chosen.sort((a, b) => a - b));
}
