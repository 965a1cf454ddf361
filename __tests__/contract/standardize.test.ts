import { describe, expect, it } from '@jest/globals';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { standardize, standardizeGradient } from './standardize.js';

const shape = { groups: 9, rows: 3, paddedRows: 4, columns: 8 };
const length = shape.groups * shape.paddedRows * shape.columns;
const padded = (at: number) => Math.floor(at / shape.columns) % shape.paddedRows === 3;

function random(seed: number, count: number, keepPadding = false): Float32Array {
  const generator = xoroshiro128plus(seed);
  return Float32Array.from({ length: count }, (_, at) =>
    keepPadding && padded(at) ? 0 : uniformInt(generator, -1000, 1000) / 1000,
  );
}

describe('standardize', () => {
  it('gives every output mean 0 and the gain’s share of the variance that a ReLU keeps', () => {
    const gain = random(2, 8);
    const effective = new Float32Array(length);
    standardize(random(1, length, true), gain, effective, shape);
    for (let column = 0; column < 8; column++) {
      const own = Array.from(effective).filter((_, at) => at % 8 === column && !padded(at));
      const sum = own.reduce((total, value) => total + value, 0);
      const squares = own.reduce((total, value) => total + value ** 2, 0);
      expect(sum).toBeCloseTo(0, 5);
      expect(squares).toBeCloseTo(1.7139588594436646 ** 2 * gain[column] ** 2, 4);
    }
  });

  it('leaves padding alone', () => {
    const effective = new Float32Array(length);
    standardize(random(1, length, true), random(2, 8), effective, shape);
    expect(
      Array.from(effective)
        .filter((_, at) => padded(at))
        .every((value) => value === 0),
    ).toBe(true);
  });
});

describe('standardizeGradient', () => {
  it('agrees with finite differences of a linear loss', () => {
    const raw = random(3, length, true);
    const gain = random(4, 8).map((value) => 1 + value / 2);
    const slope = random(5, length, true);
    const loss = () => {
      const effective = new Float32Array(length);
      standardize(raw, gain, effective, shape);
      return effective.reduce((sum, value, at) => sum + value * slope[at], 0);
    };
    const rawGradient = new Float32Array(length);
    const gainGradient = new Float32Array(8);
    standardizeGradient(raw, gain, slope, rawGradient, gainGradient, shape);
    const difference = (values: Float32Array, at: number) => {
      const kept = values[at];
      values[at] = kept + 1e-2;
      const above = loss();
      values[at] = kept - 1e-2;
      const below = loss();
      values[at] = kept;
      return (above - below) / 2e-2;
    };
    for (const at of [0, 7, 8, 40, 100, 200, 279]) {
      if (!padded(at)) expect(rawGradient[at]).toBeCloseTo(difference(raw, at), 2);
    }
    for (let column = 0; column < 8; column++) {
      expect(gainGradient[column]).toBeCloseTo(difference(gain, column), 2);
    }
  });
});
