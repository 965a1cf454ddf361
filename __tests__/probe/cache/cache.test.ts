import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ProbeCache } from '../../../src/probe/cache/cache.js';
import type { Measured } from '../../../src/probe/stages.js';
import { folderWith } from '../../fixtures/folder-with.js';

const hash = (row: number) => (row + 1).toString(16).padEnd(64, '0');
const rows = Array.from({ length: 12 }, (_, row) => row);

function images(): Measured {
  const test = Int32Array.from(rows.slice(8));
  return {
    backbone: { sha256: 'abc' },
    dataset: { image: { size: 64, channels: 'colour', exif: true }, classes: ['a', 'b'] },
    metric: 'accuracy',
    samples: rows.map((row) => ({ path: `${row}.png`, label: row % 2, group: null })),
    hashes: rows.map(hash),
    pixelHashes: rows.map(hash),
    train: Int32Array.from(rows.slice(0, 8)),
    test,
    sizes: [8],
    flip: null,
    source: null,
    throughput: null,
    reused: null,
    outcomes: [],
  } as unknown as Measured;
}

const facts = { program: 'p', engine: 'wasm 1', seed: 1, workers: 2, machine: 'm', sampledFor: 40 };
const run = { at: '2026-01-02T03:04:05.000Z', seconds: 40, trainingBegan: 10 };

describe('ProbeCache', () => {
  it('trains no more where an earlier run was sure, but for one that was sure by another rule', () => {
    const folder = folderWith({});
    const first = images();
    const log = { incidents: [], seconds: {} };
    const spec = { strategy: 'frozen', variant: 'joined depths', trainExamples: 8, seed: 0 };
    first.outcomes = [
      {
        spec: { ...spec, epochs: 1, rates: [], flip: false },
        seconds: 1,
        result: {
          measurement: { ...spec, testExamples: 4, accuracy: 0.5 },
          predicted: first.test.map(() => 0),
          rate: null,
          penalty: 0.1,
          held: null,
          imagePasses: 0,
        },
      },
    ] as unknown as Measured['outcomes'];
    new ProbeCache(folder, facts, log).keepTrials(first, { ...run, settled: true });
    expect(log.incidents).toEqual([]);

    const secondsLeft = () => {
      const cache = new ProbeCache(folder, facts, log);
      cache.restoreTrials(images());
      return cache.left(100);
    };
    expect(secondsLeft()).toBe(0);

    const file = join(folder, 'trials.json');
    const kept = JSON.parse(readFileSync(file, 'utf8')) as { settled: string };
    writeFileSync(file, JSON.stringify({ ...kept, settled: 'headstart-rule/0' }));
    expect(secondsLeft()).toBe(60);
  });
});
