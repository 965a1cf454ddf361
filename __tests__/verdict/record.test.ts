import { describe, expect, it } from '@jest/globals';
import type { BackboneRecord } from '../../src/verdict/types.js';
import { PRIOR } from '../../src/verdict/prior.js';
import * as verdict from '../../src/verdict/prior.js';

const record = (gaps: number[], trainExamples = 250): BackboneRecord => ({
  sets: gaps.map((logitGap, i) => ({ name: `set ${i}`, trainExamples, logitGap })),
});

const recordShift = (one: BackboneRecord | undefined) => verdict.recordShift(one, PRIOR.record);
const recordCounts = (one: BackboneRecord | undefined) => verdict.recordCounts(one, PRIOR.record);

describe('recordShift', () => {
  it('speaks for a backbone that was ahead elsewhere, the more the longer the record', () => {
    const few = recordShift(record([1.2, 1.4, 1.3]));
    const many = recordShift(record([1.2, 1.4, 1.3, 1.2, 1.4, 1.3]));
    expect(few).toBeGreaterThan(0.4);
    expect(many).toBeGreaterThan(few);
  });

  it('speaks against one that was behind', () => {
    expect(recordShift(record([-0.4, -0.2, -0.3]))).toBeLessThan(-0.2);
  });

  it('says nothing within its own noise: that of the default backbone is 0.43 ± 0.17, and even is 0.5', () => {
    const inNoise = [
      [0.073, 0.961, 0.542, 0.819, 0, 1.085, -0.041, -0.02],
      [2.5, -1.4, 1.9, -0.6],
    ].map((gaps) => record(gaps));
    expect(inNoise.map(recordShift)).toEqual([0, 0]);
    expect(inNoise.map(recordCounts)).toEqual([false, false]);
  });

  it('says nothing of a single set, whose noise nobody knows, and of none', () => {
    expect([record([3]), record([]), undefined].map(recordShift)).toEqual([0, 0, 0]);
  });

  it('counts a set once, at its largest size', () => {
    const twice = { sets: [...record([0, 0, 0], 100).sets, ...record([1.2, 1.4, 1.3]).sets] };
    expect(recordShift(twice)).toBe(recordShift(record([1.2, 1.4, 1.3])));
  });
});
