import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Dataset } from '../../src/dataset/dataset.js';
import { unreadRows } from '../../src/probe/decode-images.js';
import { listImages, readImages } from '../../src/probe/read-images.js';
import type { DecodedImage } from '../../src/scheduling/worker-messages.js';
import type { Pool } from '../../src/scheduling/pool.js';
import { imagesDigest } from '../../src/probe/trial-data.js';
import type { Split } from '../../src/probe/stages.js';
import { folderWith } from '../fixtures/folder-with.js';

const IMAGES = 60;
const hashOf = (row: number) => (row + 1).toString(16).padStart(64, '0');

const dataset = {
  name: 'drawn',
  root: '/drawn',
  classes: ['a', 'b'],
  samples: Array.from({ length: IMAGES }, (_, i) => ({
    path: `${i}.png`,
    label: i % 2,
    group: null,
    split: null,
  })),
  metric: null,
  image: { size: 4, channels: 'colour', exif: true },
  plan: {},
  absent: [],
  leftOut: [],
  skipped: [],
  inferred: [],
} as unknown as Dataset;

/** Decodes every row but those that are corrupt, and runs out of time after so many. */
function pool(corrupt: readonly number[], readable = Infinity): Pool & { asked: number[] } {
  const asked: number[] = [];
  const decode = ({ rows }: { rows: number[] }): DecodedImage[] =>
    rows.flatMap((row): DecodedImage[] => {
      if (asked.length >= readable) return [];
      asked.push(row);
      return corrupt.includes(row)
        ? [{ row, unreadable: { path: `${row}.png`, kind: 'corrupt', reason: '' } }]
        : [{ row, sha256: hashOf(row), pixels: hashOf(row) }];
    });
  return {
    asked,
    size: 1,
    prepare: () => undefined,
    run: (_: string, input: { rows: number[] }) => Promise.resolve(decode(input)),
  } as unknown as Pool & { asked: number[] };
}

const folder = folderWith({});

async function read(workers: Pool, leaveOut?: ReadonlySet<number>): Promise<Split> {
  return readImages(listImages(dataset, 60, 1), {
    pool: workers,
    sampledFor: 60,
    seed: 1,
    folder,
    seconds: 10,
    now: () => 0,
    ...(leaveOut === undefined ? {} : { leaveOut }),
    onImages: () => undefined,
  });
}

describe('rows that there was no time to read', () => {
  it('are left out by another machine, which has the same images and splits then', async () => {
    const rows = fc.integer({ min: 0, max: IMAGES - 1 });
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(rows, { maxLength: 5 }),
        fc.integer({ min: 20, max: 60 }),
        async (corrupt, readable) => {
          const first = await read(pool(corrupt, readable));
          const unread = unreadRows(first);
          expect(unread).toHaveLength(IMAGES - readable);
          const workers = pool(corrupt);
          const second = await read(workers, new Set(unread));
          expect(workers.asked.filter((row) => unread.includes(row))).toEqual([]);
          expect(second.unread).toBe(first.unread);
          expect(imagesDigest(second)).toBe(imagesDigest(first));
        },
      ),
      { numRuns: 30 },
    );
  });

  it('change the digest when they are read after all', async () => {
    const digest = imagesDigest(await read(pool([], 40)));
    expect(imagesDigest(await read(pool([])))).not.toBe(digest);
  });
});

describe('imagesDigest', () => {
  it('tells images, labels, groups and splits apart', async () => {
    const state = await read(pool([]));
    const digest = imagesDigest(state);
    const others: Partial<Split>[] = [
      { pixelHashes: state.pixelHashes.map((hash, row) => (row === 3 ? hashOf(99) : hash)) },
      {
        samples: state.samples.map((sample, row) =>
          row === 3 ? { ...sample, label: 1 - sample.label } : sample,
        ),
      },
      { samples: state.samples.map((sample, row) => (row === 3 ? { ...sample, group: 'g' } : sample)) },
      { test: state.test.slice(1) },
      { metric: 'balanced-accuracy' },
      { horizon: 7 },
    ];
    expect(imagesDigest({ ...state })).toBe(digest);
    const digests = others.map((other) => imagesDigest({ ...state, ...other }));
    expect(new Set([digest, ...digests]).size).toBe(others.length + 1);
  });
});
