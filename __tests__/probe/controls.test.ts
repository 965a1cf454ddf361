import { describe, expect, it } from '@jest/globals';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { judgeShuffled, largestClass } from '../../src/probe/controls.js';

const rows = Int32Array.from({ length: 400 }, (_, i) => i);
const labels = rows.map((row) => row % 4);
const alone = Array.from(rows, () => null);

describe('judgeShuffled', () => {
  it('passes predictions that know nothing, in nearly every draw', () => {
    const passed = Array.from({ length: 200 }, (_, seed) => {
      const random = xoroshiro128plus(seed);
      const guesses = rows.map(() => uniformInt(random, 0, 3));
      return judgeShuffled(guesses, labels, rows, alone, 4).passed;
    });
    expect(passed.filter(Boolean).length).toBeGreaterThanOrEqual(198);
  });

  it('fails predictions that know the labels', () => {
    const judged = judgeShuffled(labels, labels, rows, alone, 4);
    expect(judged).toMatchObject({ accuracy: 1, passed: false });
    expect(judged.chance).toBeCloseTo(0.25);
  });

  it('allows more where images come in groups that are predicted alike', () => {
    const groups = Array.from(rows, (row) => `track ${Math.floor(row / 40)}`);
    const wide = judgeShuffled(labels, labels, rows, groups, 4);
    const narrow = judgeShuffled(labels, labels, rows, alone, 4);
    expect(wide.high - wide.low).toBeGreaterThan(narrow.high - narrow.low);
  });
});

describe('largestClass', () => {
  it('names the commonest class of the training rows', () => {
    const uneven = rows.map((row) => (row % 10 === 0 ? 1 : 0));
    expect(largestClass(uneven, rows, rows, 2, 'accuracy').accuracy).toBeCloseTo(0.9);
    expect(largestClass(uneven, rows, rows, 2, 'balanced-accuracy').accuracy).toBeCloseTo(0.5);
  });
});
