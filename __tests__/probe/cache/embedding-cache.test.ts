import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { keepEmbeddings, restoreEmbeddings } from '../../../src/probe/cache/embedding-cache.js';
import {
  createFeatureFile,
  openFeatureFile,
  type FeatureFile,
} from '../../../src/scheduling/feature-file.js';
import { folderWith } from '../../fixtures/folder-with.js';

const WIDTH = 5;
const conditions = { backbone: 'abc', engine: 'wasm 1', size: 64 };
const hashOf = (row: number) => row.toString(16).padStart(64, '0').split('').reverse().join('');
const valueOf = (row: number) => Float32Array.from({ length: WIDTH }, (_, i) => row + i / 7);

const features = (name: string, rows: number): FeatureFile => {
  const file = join(folderWith({}), name);
  createFeatureFile(file, rows, WIDTH);
  return openFeatureFile(file, WIDTH);
};

let folder: string;
beforeEach(() => {
  folder = join(folderWith({}), 'cache');
  const source = features('source', 600);
  const rows = Array.from({ length: 600 }, (_, row) => row);
  for (const row of rows) source.write(row, valueOf(row));
  keepEmbeddings(folder, conditions, rows, rows.map(hashOf), source);
});

describe('embedding cache', () => {
  it('gives back to the bit what belongs to the same pixels, wherever they are now, and names the rest', () => {
    const target = features('target', 3);
    const hashes = [hashOf(599), hashOf(9999), hashOf(3)];
    expect(restoreEmbeddings(folder, conditions, [0, 1, 2], hashes, target)).toEqual([1]);
    expect(target.read([0])).toEqual(valueOf(599));
    expect(target.read([2])).toEqual(valueOf(3));
  });

  it.each([
    ['another backbone', { ...conditions, backbone: 'abd' }],
    ['another engine', { ...conditions, engine: 'tensorflow 2' }],
    ['another size', { ...conditions, size: 96 }],
  ])('gives nothing for %s', (_, other) => {
    expect(restoreEmbeddings(folder, other, [0], [hashOf(0)], features('target', 1))).toEqual([0]);
  });

  it('gives nothing from a file that was cut short, and nothing where there is none', () => {
    const file = join(folder, 'embeddings.f32');
    truncateSync(file, readFileSync(file).length - 4);
    expect(restoreEmbeddings(folder, conditions, [0], [hashOf(0)], features('target', 1))).toEqual([0]);
    writeFileSync(file, '');
    expect(restoreEmbeddings(folder, conditions, [0], [hashOf(0)], features('target', 1))).toEqual([0]);
    expect(restoreEmbeddings(join(folder, 'none'), conditions, [0], ['ff'], features('target', 1))).toEqual([
      0,
    ]);
  });
});
