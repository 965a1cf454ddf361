import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { CachedProbe } from '../../../src/probe/cache/trial-record.js';
import { conditionsOf, readKept, writeKept } from '../../../src/probe/cache/cache.js';
import type { Measured } from '../../../src/probe/stages.js';
import { folderWith } from '../../fixtures/folder-with.js';

const kept: CachedProbe = {
  schema: 'headstart/kept/v2',
  conditions: 'these',
  spentSeconds: 40,
  settled: null,
  throughput: null,
  runs: [
    {
      at: '2026-01-02T03:04:05.000Z',
      images: '',
      labels: '',
      orders: [],
      test: '',
      flip: { flip: true, plain: 0.9, mirrored: 0.9 },
      source: null,
      trials: [],
    },
  ],
};

describe('kept trials', () => {
  it('are read as they were written, and nothing unfinished stays beside them', () => {
    const folder = join(folderWith({}), 'set');
    writeKept(folder, kept);
    writeKept(folder, kept);
    expect(readKept(folder, 'these')).toEqual(kept);
    expect(readdirSync(folder)).toEqual(['trials.json']);
  });

  it.each([
    ['of other conditions', JSON.stringify({ ...kept, conditions: 'others' })],
    ['cut short', JSON.stringify(kept).slice(0, -5)],
    ['of another form', JSON.stringify({ ...kept, runs: [{ at: 'then' }] })],
    ['of another version', JSON.stringify({ ...kept, schema: 'headstart/kept/v1' })],
    ['empty', ''],
  ])('count as absent when the file is %s', (_, text) => {
    const folder = folderWith({});
    writeFileSync(join(folder, 'trials.json'), text);
    expect(readKept(folder, 'these')).toBeNull();
  });

  it('hold for one program, engine, seed, backbone, input, metric and list of classes', () => {
    const state = {
      backbone: { sha256: 'abc' },
      dataset: { image: { size: 64, channels: 'colour', exif: true }, classes: ['a', 'b'] },
      metric: 'accuracy',
    } as unknown as Measured;
    const facts = { program: 'p', engine: 'wasm 1', seed: 1 };
    const other = (changes: object) => ({ ...state, ...changes });
    const all = [
      conditionsOf(state, facts),
      conditionsOf(state, { ...facts, program: 'q' }),
      conditionsOf(state, { ...facts, engine: 'wasm 2' }),
      conditionsOf(state, { ...facts, seed: 2 }),
      conditionsOf(other({ backbone: { sha256: 'abd' } }), facts),
      conditionsOf(other({ metric: 'balanced-accuracy' }), facts),
      conditionsOf(other({ dataset: { ...state.dataset, classes: ['b', 'a'] } }), facts),
      conditionsOf(other({ dataset: { ...state.dataset, image: { size: 96 } } }), facts),
    ];
    expect(new Set(all).size).toBe(all.length);
    expect(conditionsOf(other({}), facts)).toBe(all[0]);
  });
});
