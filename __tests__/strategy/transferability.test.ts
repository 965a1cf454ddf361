import { describe, expect, it } from '@jest/globals';
import { transferability } from '../../src/strategy/transferability.js';
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
