import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { novelty } from '../../src/strategy/novelty.js';

describe('novelty', () => {
  it('is the distance of the means in deviations of the source', () => {
    const source = { mean: [1, 10], deviation: [2, 5] };
    expect(novelty(Float32Array.of(1, 10, 1, 10), source)).toBe(0);
    expect(novelty(Float32Array.of(2, 10, 4, 10), source)).toBeCloseTo(Math.sqrt((1 + 0) / 2));
    expect(novelty(Float32Array.of(5, 20), source)).toBeCloseTo(2);
  });

  it('leaves out features that never vary on the source', () => {
    expect(novelty(Float32Array.of(3, 99), { mean: [1, 0], deviation: [2, 0] })).toBeCloseTo(1);
  });

  it('does not depend on the scale of a feature', () => {
    const value = fc.double({ min: -10, max: 10, noNaN: true });
    const rows = fc.array(fc.tuple(value, value), { minLength: 1, maxLength: 10 });
    fc.assert(
      fc.property(rows, fc.double({ min: 0.1, max: 10, noNaN: true }), (pairs, factor) => {
        const plain = novelty(Float32Array.from(pairs.flat()), { mean: [0, 1], deviation: [1, 2] });
        const scaled = pairs.flatMap(([a, b]) => [a * factor, b]);
        const source = { mean: [0, 1], deviation: [factor, 2] };
        expect(novelty(Float32Array.from(scaled), source)).toBeCloseTo(plain, 4);
      }),
    );
  });
});
