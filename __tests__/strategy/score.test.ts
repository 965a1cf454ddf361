import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { bitset, score } from '../../src/strategy/score.js';

describe('score', () => {
  it('counts hits, and averages recall over the classes that occur', () => {
    const labels = [0, 0, 0, 0, 1, 1];
    const predicted = [0, 0, 0, 1, 1, 0];
    expect(score(predicted, labels, 3, 'accuracy').accuracy).toBeCloseTo(4 / 6);
    expect(score(predicted, labels, 3, 'balanced-accuracy').accuracy).toBeCloseTo((3 / 4 + 1 / 2) / 2);
    expect(score(predicted, labels, 3, 'accuracy').macroF1).toBeCloseTo((6 / 8 + 2 / 4) / 2);
  });

  it('is 1 for perfect predictions in every metric, and always a fraction', () => {
    const pairs = fc.array(fc.tuple(fc.nat(4), fc.nat(4)), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(pairs, (rows) => {
        const labels = rows.map(([label]) => label);
        const predicted = rows.map(([, guess]) => guess);
        for (const metric of ['accuracy', 'balanced-accuracy'] as const) {
          const { accuracy, macroF1 } = score(predicted, labels, 5, metric);
          expect(accuracy).toBeGreaterThanOrEqual(0);
          expect(accuracy).toBeLessThanOrEqual(1);
          expect(macroF1).toBeLessThanOrEqual(1);
          expect(score(labels, labels, 5, metric)).toMatchObject({ accuracy: 1, macroF1: 1 });
        }
      }),
    );
  });
});

describe('bitset', () => {
  it('keeps every bit, least significant first', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 70 }), (correct) => {
        const bytes = Buffer.from(bitset(correct), 'base64');
        expect(correct.map((_, i) => ((bytes[i >> 3] >> (i & 7)) & 1) === 1)).toEqual(correct);
      }),
    );
  });
});
