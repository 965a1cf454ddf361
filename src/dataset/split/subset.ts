import { unitHash } from './hash.js';

/**
 * The rows in an order of which every beginning is stratified: each class has its share to within one image, so that
 * a subset is a beginning, and larger subsets contain smaller ones. The order goes by a hash of what an image is
 * (`keys`, by row), so images that come or go hardly move the others.
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
  const placed = byClass.flatMap((own, label) => {
    const offset = unitHash(`class ${label}`, seed);
    return own
      .sort((a, b) => a.hash - b.hash || a.row - b.row)
      .map(({ row }, i) => ({ row, place: (i + offset) / own.length }));
  });
  return Int32Array.from(placed.sort((a, b) => a.place - b.place || a.row - b.row).map(({ row }) => row));
}

/** Images of each class that the smallest subset should hold. */
export const LEAST_PER_CLASS = 5;
const MOST_SIZES = 6;

/** `n`, n/2, n/4, …, never below five images a class where there are as many, descending. */
export function subsetSizes(n: number, classes: number): number[] {
  const sizes: number[] = [];
  for (let size = n; sizes.length < MOST_SIZES; size = Math.round(size / 2)) {
    if (sizes.length > 0 && size < LEAST_PER_CLASS * classes) break;
    sizes.push(size);
    if (size <= 1) break;
  }
  return sizes;
}

/** Sizes with two digits that count, from `fewest` to `most`, ascending; both are among them. */
export function roundSizes(fewest: number, most: number): number[] {
  const sizes: number[] = [];
  for (let size = fewest; size < most; size = roundedSize(size) + lastDigit(size)) sizes.push(size);
  return [...sizes, most];
}

/** Down to two digits that count. */
export function roundedSize(size: number): number {
  return Math.floor(size / lastDigit(size)) * lastDigit(size);
}

/** What one more in the second digit is worth. */
function lastDigit(size: number): number {
  return 10 ** Math.max(0, Math.floor(Math.log10(size)) - 1);
}

/** Divides rows into `fit` and `hold`, about `share` of each class held, groups together; a class keeps a row to fit. */
export function innerSplit(input: {
  rows: Int32Array;
  labels: Int32Array;
  groups: readonly (string | null)[];
  share: number;
  seed: number;
}): { fit: Int32Array; hold: Int32Array } {
  const { rows, labels, groups, share, seed } = input;
  const units = new Map<string, number[]>();
  for (const row of rows) {
    const key = groups[row] ?? `row ${row}`;
    units.set(key, [...(units.get(key) ?? []), row]);
  }
  const ordered = [...units].map(([key, members]) => ({ members, place: unitHash(key, seed) }));
  ordered.sort((a, b) => a.place - b.place);
  const count = (of: ArrayLike<number>) => {
    const counts = new Map<number, number>();
    for (let i = 0; i < of.length; i++) counts.set(labels[of[i]], (counts.get(labels[of[i]]) ?? 0) + 1);
    return counts;
  };
  const total = count(rows);
  const held = new Map<number, number>();
  const hold: number[] = [];
  for (const { members } of ordered) {
    const own = [...count(members)];
    const wanted = own.some(([label, n]) => {
      const target = Math.max(1, Math.round(total.get(label)! * share));
      return (held.get(label) ?? 0) + n / 2 <= target;
    });
    const spare = own.every(([label, n]) => total.get(label)! - (held.get(label) ?? 0) - n >= 1);
    if (!wanted || !spare || hold.length + members.length > Math.max(1, rows.length * share * 1.5)) continue;
    hold.push(...members);
    for (const [label, n] of own) held.set(label, (held.get(label) ?? 0) + n);
  }
  if (hold.length === 0) hold.push(rows[rows.length - 1]);
  const inHold = new Set(hold);
  return { fit: rows.filter((row) => !inHold.has(row)), hold: Int32Array.from(hold) };
}

/** Indices of at most `limit` samples, each class by its share, chosen by a hash of the path; all when there are fewer. */
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
    const own = byClass.get(labels[index]);
    if (own === undefined) byClass.set(labels[index], [index]);
    else own.push(index);
  }
  const kept = [...byClass.values()].flatMap((own) => {
    const share = Math.max(Math.min(own.length, 2), Math.round((own.length * limit) / paths.length));
    return own.sort((a, b) => places[a] - places[b]).slice(0, share);
  });
  return Int32Array.from(kept.sort((a, b) => a - b));
}
