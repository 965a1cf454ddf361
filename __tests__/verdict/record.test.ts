import { describe, expect, it } from '@jest/globals';
import type { BackboneRecord } from '../../src/verdict/model.js';
import { wordOfRecord } from '../../src/verdict/record.js';

const record = (gaps: number[], trainExamples = 250): BackboneRecord => ({
  sets: gaps.map((logitGap, i) => ({ name: `set ${i}`, trainExamples, logitGap })),
});

describe('wordOfRecord', () => {
  it('speaks for a backbone that was ahead elsewhere, the more the longer the record', () => {
    const few = wordOfRecord(record([1.2, 1.4, 1.3]))!;
    const many = wordOfRecord(record([1.2, 1.4, 1.3, 1.2, 1.4, 1.3]))!;
    expect(few.shift).toBeGreaterThan(0.4);
    expect(many.shift).toBeGreaterThan(few.shift);
    expect(many.sets).toBe(6);
  });

  it('speaks against one that was behind', () => {
    expect(wordOfRecord(record([-0.4, -0.2, -0.3]))!.shift).toBeLessThan(-0.2);
  });

  it('says nothing within its own noise: that of the default backbone is 0.43 ± 0.17, and even is 0.4', () => {
    expect(wordOfRecord(record([0.073, 0.961, 0.542, 0.819, 0, 1.085, -0.041, -0.02]))).toBeNull();
    expect(wordOfRecord(record([2.5, -1.4, 1.9, -0.6]))).toBeNull();
  });

  it('says nothing of a single set, whose noise nobody knows, and of none', () => {
    expect(wordOfRecord(record([3]))).toBeNull();
    expect(wordOfRecord(record([]))).toBeNull();
    expect(wordOfRecord(undefined)).toBeNull();
  });

  it('counts a set once, at its largest size', () => {
    const twice = { sets: [...record([0, 0, 0], 100).sets, ...record([1.2, 1.4, 1.3]).sets] };
    expect(wordOfRecord(twice)).toEqual(wordOfRecord(record([1.2, 1.4, 1.3])));
  });
});
