import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { splitRows, type SplitInput } from '../../../src/dataset/split/split.js';
import {
  innerSplit,
  nestedOrder,
  roundSizes,
  stratifiedSample,
  subsetSizes,
} from '../../../src/dataset/split/subset.js';

const namesOf = (rows: Int32Array) => Array.from(rows, (row) => `content ${row}`);
const rowsOf = (input: SplitInput) => Array.from(input.labels.keys());

/** Rows with classes, groups of some of them, and contents of which a few repeat. */
const dataset = fc
  .array(fc.record({ label: fc.nat(3), group: fc.option(fc.nat(12)), content: fc.nat(400) }), {
    minLength: 8,
    maxLength: 150,
  })
  .map((rows): SplitInput => ({
    labels: Int32Array.from(rows, ({ label }) => label),
    classes: 4,
    groups: rows.map(({ group }) => (group === null ? null : `g${group}`)),
    splits: rows.map(() => null),
    hashes: rows.map(({ content }) => `h${content}`),
    seed: 1,
  }));

describe('splitRows', () => {
  it('puts every row on one side, and never a group or a content on both', () => {
    fc.assert(
      fc.property(dataset, (input) => {
        const { train, test } = splitRows(input);
        expect([...train, ...test].sort((a, b) => a - b)).toEqual(rowsOf(input));
        const inTest = new Set(test);
        for (const keys of [input.groups, input.hashes]) {
          const sides = new Map<string, Set<boolean>>();
          keys.forEach((key, row) => {
            if (key !== null) sides.set(key, (sides.get(key) ?? new Set()).add(inTest.has(row)));
          });
          expect([...sides.values()].every((side) => side.size === 1)).toBe(true);
        }
      }),
    );
  });

  it('leaves every class something to learn from', () => {
    fc.assert(
      fc.property(dataset, (input) => {
        const { train } = splitRows(input);
        const learned = new Set(Array.from(train, (row) => input.labels[row]));
        expect(learned).toEqual(new Set(input.labels));
      }),
    );
  });

  it('takes about a quarter of each class of plain images', () => {
    const labels = Int32Array.from({ length: 400 }, (_, row) => row % 4);
    const plain = {
      labels,
      classes: 4,
      groups: Array.from(labels, () => null),
      splits: Array.from(labels, () => null),
      hashes: Array.from(labels, (_, row) => `${row}`),
      seed: 1,
    };
    const { test } = splitRows(plain);
    const counts = [0, 1, 2, 3].map((k) => test.filter((row) => labels[row] === k).length);
    for (const count of counts) expect(Math.abs(count - 25)).toBeLessThanOrEqual(1);
  });

  it('moves few old images when new ones come', () => {
    const make = (count: number): SplitInput => ({
      labels: Int32Array.from({ length: count }, (_, row) => row % 2),
      classes: 2,
      groups: Array.from({ length: count }, () => null),
      splits: Array.from({ length: count }, () => null),
      hashes: Array.from({ length: count }, (_, row) => `content ${row}`),
      seed: 1,
    });
    const before = new Set(splitRows(make(1000)).test);
    const after = new Set(splitRows(make(1050)).test);
    const moved = Array.from({ length: 1000 }, (_, row) => row).filter(
      (row) => before.has(row) !== after.has(row),
    );
    expect(moved.length).toBeLessThan(30);
  });

  it('keeps the user’s test set, else takes val for it', () => {
    const base = {
      labels: Int32Array.from([0, 1, 0, 1, 0]),
      classes: 2,
      groups: [null, null, null, null, null],
      hashes: ['a', 'b', 'c', 'd', 'e'],
      seed: 1,
    };
    const own = splitRows({ ...base, splits: ['train', 'train', 'test', 'test', 'val'] });
    expect([[...own.train], [...own.test]]).toEqual([
      [0, 1],
      [2, 3],
    ]);
    expect(own.method).toMatch(/own train and test/);
    const val = splitRows({ ...base, splits: ['train', 'train', 'val', 'val', null] });
    expect([[...val.train], [...val.test]]).toEqual([
      [0, 1, 4],
      [2, 3],
    ]);
    const { method } = splitRows({ ...base, splits: ['train', 'train', 'train', 'train', 'train'] });
    expect(method).toMatch(/by content hash/);
  });
});

describe('nestedOrder', () => {
  it('is a permutation whose every prefix has each class’s share to within one', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(3), { minLength: 4, maxLength: 120 }), fc.nat(99), (list, seed) => {
        const labels = Int32Array.from(list);
        const rows = Int32Array.from(labels.keys());
        const order = nestedOrder({ rows, labels, classes: 4, keys: namesOf(rows), seed });
        expect([...order].sort((a, b) => a - b)).toEqual([...rows]);
        const share = [0, 1, 2, 3].map((k) => list.filter((label) => label === k).length / list.length);
        for (let n = 1; n <= order.length; n++) {
          const prefix = Array.from(order.slice(0, n), (row) => labels[row]);
          share.forEach((wanted, k) => {
            // An order by evenly spaced places may be off by one at each end of a class's spacing.
            expect(Math.abs(prefix.filter((label) => label === k).length - wanted * n)).toBeLessThan(2.5);
          });
        }
      }),
    );
  });

  it('hardly moves when an image is replaced by another', () => {
    const labels = Int32Array.from({ length: 400 }, (_, row) => row % 4);
    const rows = Int32Array.from(labels.keys());
    const keys = namesOf(rows);
    const half = (names: string[]) =>
      new Set(nestedOrder({ rows, labels, classes: 4, keys: names, seed: 1 }).slice(0, 200));
    const [before, after] = [half(keys), half(keys.with(17, 'another'))];
    expect([...before].filter((row) => !after.has(row)).length).toBeLessThanOrEqual(2);
  });

  it('differs by seed', () => {
    const labels = Int32Array.from({ length: 60 }, (_, row) => row % 3);
    const rows = Int32Array.from(labels.keys());
    const orders = [1, 2].map((seed) => [
      ...nestedOrder({ rows, labels, classes: 3, keys: namesOf(rows), seed }),
    ]);
    expect(orders[0]).not.toEqual(orders[1]);
  });
});

describe('roundSizes', () => {
  it('have two significant digits, and both ends', () => {
    expect(roundSizes(8, 13)).toEqual([8, 9, 10, 11, 12, 13]);
    expect(roundSizes(215, 252)).toEqual([215, 220, 230, 240, 250, 252]);
    expect(roundSizes(980, 1234)).toEqual([980, 990, 1000, 1100, 1200, 1234]);
    expect(roundSizes(50, 20)).toEqual([20]);
    expect(roundSizes(20, 20)).toEqual([20]);
  });
});

describe('subsetSizes', () => {
  it('halves the whole, never below five per class except for the whole itself', () => {
    expect(subsetSizes(1600, 10)).toEqual([1600, 800, 400, 200, 100, 50]);
    expect(subsetSizes(1600, 43)).toEqual([1600, 800, 400]);
    expect(subsetSizes(20, 43)).toEqual([20]);
  });
});

describe('innerSplit', () => {
  it('keeps groups together and leaves something on both sides', () => {
    fc.assert(
      fc.property(dataset, fc.constantFrom(0.1, 0.2, 0.33), (input, share) => {
        const rows = Int32Array.from(rowsOf(input));
        const { train, validation } = innerSplit({
          rows,
          labels: input.labels,
          groups: input.groups,
          share,
          seed: 1,
        });
        expect([...train, ...validation].sort((a, b) => a - b)).toEqual([...rows]);
        expect(validation.length).toBeGreaterThan(0);
        expect(train.length).toBeGreaterThan(0);
      }),
    );
  });
});

describe('stratifiedSample', () => {
  it('keeps the classes’ shares, and the same images when others come', () => {
    const labels = Int32Array.from({ length: 5000 }, (_, i) => (i % 10 === 0 ? 1 : 0));
    const paths = Array.from(labels, (_, i) => `images/${i}.png`);
    const chosen = stratifiedSample({ labels, paths, limit: 1000, seed: 1 });
    expect(chosen).toHaveLength(1000);
    expect(chosen.filter((i) => labels[i] === 1)).toHaveLength(100);
    const more = stratifiedSample({ labels, paths, limit: 1100, seed: 1 });
    expect(chosen.every((i) => more.includes(i))).toBe(true);
  });
});
