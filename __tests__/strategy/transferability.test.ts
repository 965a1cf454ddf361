import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { novelty, transferability } from '../../src/strategy/transferability.js';
import { numbers } from '../contract/case.js';

const ROWS = 60;
const WIDTH = 20;
const labels = Int32Array.from({ length: ROWS }, (_, row) => row % 3);

/** Noise, and in every third column the class as strongly as `signal` says. */
function features(signal: number, width = WIDTH): Float32Array {
  return numbers(ROWS * width, 7).map((value, at) => {
    const [row, column] = [Math.floor(at / width), at % width];
    return value + (column % 3 === labels[row] ? signal : 0);
  });
}

describe('transferability', () => {
  it('puts features that tell the classes apart above noise, by both measures', () => {
    const [noise, some, much] = [0, 0.7, 3].map((signal) => transferability(features(signal), labels, 3));
    expect(much.knn).toBe(1);
    expect(some.knn).toBeGreaterThan(noise.knn);
    expect(some.logme).toBeGreaterThan(noise.logme);
    expect(much.logme).toBeGreaterThan(some.logme);
  });

  it('finds neighbours by chance in noise', () => {
    expect(transferability(features(0), labels, 3).knn).toBeLessThan(0.55);
  });

  it('does not turn on the scale and offset of a column', () => {
    const plain = features(1);
    const other = plain.map((value, at) => value * (1 + (at % WIDTH)) + 5);
    const [a, b] = [plain, other].map((values) => transferability(values, labels, 3));
    expect(b.knn).toBe(a.knn);
    expect(b.logme).toBeCloseTo(a.logme, 3);
  });

  it('takes more features than rows, and a class without images', () => {
    const { knn, logme } = transferability(features(3, 200), labels, 4);
    expect(knn).toBeGreaterThan(0.9);
    expect(Number.isFinite(logme)).toBe(true);
  });
});

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
