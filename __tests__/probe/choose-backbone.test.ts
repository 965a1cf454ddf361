import { describe, expect, it } from '@jest/globals';
import type { Candidate } from '../../src/backbone/fit.js';
import type { Pool } from '../../src/scheduling/pool.js';
import { rankBackbones } from '../../src/probe/choose-backbone.js';
import type { Split } from '../../src/probe/stages.js';

const ROWS = 900;
const state = {
  samples: Array.from({ length: ROWS }, (_, row) => ({ label: row % 3 })),
  dataset: { classes: ['a', 'b', 'c'] },
  hashes: Array.from({ length: ROWS }, (_, row) => String(row)),
  train: Int32Array.from({ length: 600 }, (_, row) => row),
  test: Int32Array.from({ length: 300 }, (_, row) => 600 + row),
} as unknown as Split;

const candidate = (name: string) => ({ backbone: { name, layers: [] } }) as unknown as Candidate;

describe('rankBackbones', () => {
  it('orders by neighbours, then by LogME, and looks at training images alone', async () => {
    const measured: Record<string, { knn: number; logme: number }> = {
      low: { knn: 0.4, logme: 9 },
      high: { knn: 0.6, logme: 1 },
      tied: { knn: 0.6, logme: 2 },
    };
    const seen: number[] = [];
    const pool = {
      run: (_: string, input: { pretrained: { name: string }; rows: number[]; labels: Int32Array }) => {
        seen.push(...input.rows);
        expect(Array.from(input.labels)).toEqual(input.rows.map((row) => row % 3));
        return Promise.resolve(measured[input.pretrained.name]);
      },
    } as unknown as Pool;
    const order = await rankBackbones(state, pool, ['low', 'high', 'tied'].map(candidate), 1);
    expect(order.map(({ ranked }) => ranked)).toEqual([
      { name: 'tied', knn: 0.6, logme: 2 },
      { name: 'high', knn: 0.6, logme: 1 },
      { name: 'low', knn: 0.4, logme: 9 },
    ]);
    expect(order[0].candidate.backbone.name).toBe('tied');
    expect(seen).toHaveLength(3 * 400);
    expect(Math.max(...seen)).toBeLessThan(600);
  });
});
