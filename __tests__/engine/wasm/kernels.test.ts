import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Arena } from '../../../src/engine/wasm/arena.js';
import { DEFAULT_PIXELS } from '../../../src/engine/network.js';
import { error, numbers, whole } from './numbers.js';

/** Reserves memory for arrays; `take` allocates it, copies them and returns the kernels. */
function workbench() {
  const arena = new Arena();
  const placed: { address: number; values: Float32Array }[] = [];
  return {
    arena,
    put: (values: Float32Array): number => {
      const address = arena.reserveFloats(values.length);
      placed.push({ address, values });
      return address;
    },
    take: () => {
      arena.allocate();
      for (const { address, values } of placed) arena.floats(address, values.length).set(values);
      return arena.kernels;
    },
  };
}

const sides = { min: 1, max: 70 };

describe('the matrix kernels', () => {
  it('multiply any rows by packed columns, with and without what was there', () => {
    fc.assert(
      fc.property(
        fc.integer(sides),
        fc.integer(sides),
        fc.constantFrom(8, 16, 40),
        fc.boolean(),
        (rows, inner, columns, accumulate) => {
          const { arena, put, take } = workbench();
          const [a, b, before] = [
            numbers(rows * inner, 1),
            numbers(inner * columns, 2),
            numbers(rows * columns, 3),
          ];
          const [left, right, target] = [put(a), put(b), put(before)];
          const bias = put(numbers(columns, 4));
          const panels = arena.reserveFloats(inner * columns);
          const table = arena.reserve(arena.kernels.TABLE_BYTES.value);
          const kernels = take();
          const { ACCUMULATE, BIAS } = kernels;
          kernels.pack(right, inner, columns, panels);
          const flags = BIAS.value | (accumulate ? ACCUMULATE.value : 0);
          kernels.multiply(
            left,
            4 * inner,
            rows,
            inner,
            panels,
            columns,
            target,
            4 * columns,
            flags,
            bias,
            table,
          );

          const shift = numbers(columns, 4);
          const expected = Float64Array.from({ length: rows * columns }, (_, at) => {
            let sum = shift[at % columns] + (accumulate ? before[at] : 0);
            const row = Math.floor(at / columns);
            for (let k = 0; k < inner; k++) sum += a[row * inner + k] * b[k * columns + (at % columns)];
            return sum;
          });
          expect(error(arena.floats(target, rows * columns), expected)).toBeLessThan(1e-5);
        },
      ),
    );
  });

  it('multiply the transpose and sum rows', () => {
    fc.assert(
      fc.property(
        fc.integer(sides),
        fc.constantFrom(4, 12, 36),
        fc.constantFrom(8, 24),
        fc.boolean(),
        (rows, inner, columns, accumulate) => {
          const { arena, put, take } = workbench();
          const [a, b] = [numbers(rows * inner, 1), numbers(rows * columns, 2)];
          const [product, sums] = [numbers(inner * columns, 3), numbers(columns, 4)];
          const [left, right, target, totals] = [put(a), put(b), put(product), put(sums)];
          const kernels = take();
          const add = accumulate ? 1 : 0;
          kernels.multiplyTransposed(left, 4 * inner, right, 4 * columns, rows, inner, columns, target, add);
          kernels.sumRows(right, 4 * columns, rows, columns, totals, add);

          const expected = Float64Array.from(product, (value, at) => {
            let sum = add * value;
            const i = Math.floor(at / columns);
            for (let k = 0; k < rows; k++) sum += a[k * inner + i] * b[k * columns + (at % columns)];
            return sum;
          });
          const total = Float64Array.from(sums, (value, column) => {
            let sum = add * value;
            for (let k = 0; k < rows; k++) sum += b[k * columns + column];
            return sum;
          });
          expect(error(arena.floats(target, inner * columns), expected)).toBeLessThan(1e-5);
          expect(error(arena.floats(totals, columns), total)).toBeLessThan(1e-5);
        },
      ),
    );
  });

  it('pack a transpose as the packed transpose', () => {
    const { arena, put, take } = workbench();
    const [rows, columns] = [24, 12];
    const matrix = numbers(rows * columns, 1);
    const transposed = Float32Array.from(
      { length: rows * columns },
      (_, at) => matrix[(at % rows) * columns + Math.floor(at / rows)],
    );
    const [a, b] = [put(matrix), put(transposed)];
    const [fromTransposed, packed] = [
      arena.reserveFloats(rows * columns),
      arena.reserveFloats(rows * columns),
    ];
    const kernels = take();
    kernels.packTransposed(a, rows, columns, fromTransposed, 32 * columns);
    kernels.pack(b, columns, rows, packed);
    expect(arena.floats(fromTransposed, rows * columns)).toEqual(arena.floats(packed, rows * columns));
  });
});

describe('the image kernels', () => {
  it('normalize pixels into four channels', () => {
    const { arena, take } = workbench();
    const [images, side] = [2, 3];
    const bytes = Uint8Array.from(whole(images * side * side * 3, 256, 5));
    const pixels = arena.reserve(bytes.length + 1);
    const scaling = arena.reserveFloats(8);
    const target = arena.reserveFloats(images * side * side * 4);
    const kernels = take();
    arena.bytes(pixels, bytes.length).set(bytes);
    const { scale, shift } = DEFAULT_PIXELS;
    arena.floats(scaling, 8).set([...scale, 0, ...shift, 0]);
    kernels.normalize(pixels, images, side, scaling, target, 16 * side * side, 16 * side);
    const expected = Float64Array.from({ length: images * side * side * 4 }, (_, at) =>
      at % 4 === 3 ? 0 : (bytes[3 * Math.floor(at / 4) + (at % 4)] / 255 - 0.5) / 0.25,
    );
    expect(error(arena.floats(target, expected.length), expected)).toBeLessThan(1e-6);
  });

  it('pool means and spread their gradients where the activation was not flat', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom(8, 16),
        fc.boolean(),
        (side, channels, six) => {
          const { arena, put, take } = workbench();
          const images = 2;
          const size = images * side * side * channels;
          const values = numbers(size, 1).map((value) => 9 * value);
          const gradients = numbers(images * channels, 2);
          const [source, featureGradient] = [put(values), put(gradients)];
          const [features, into] = [arena.reserveFloats(images * channels), arena.reserveFloats(size)];
          const kernels = take();
          const [row, image] = [4 * side * channels, 4 * side * side * channels];
          kernels.pool(source, image, row, images, side, channels, features, 4 * channels);
          const flags = kernels.MASK.value | (six ? kernels.SIX.value : 0);
          kernels.poolGradient(featureGradient, images, side, channels, source, into, image, row, flags);

          const feature = (at: number) =>
            Math.floor(at / (side * side * channels)) * channels + (at % channels);
          const means = new Float64Array(images * channels);
          values.forEach((value, at) => (means[feature(at)] += value / side ** 2));
          const spread = Float64Array.from(values, (value, at) =>
            value > 0 && !(six && value >= 6) ? gradients[feature(at)] / side ** 2 : 0,
          );
          expect(error(arena.floats(features, means.length), means)).toBeLessThan(1e-5);
          expect(error(arena.floats(into, size), spread)).toBeLessThan(1e-6);
        },
      ),
    );
  });
});

describe('cross-entropy', () => {
  function crossEntropy(logits: Float32Array, classes: number, labels: number[], smoothing = 0) {
    const { arena, put, take } = workbench();
    const columns = logits.length / labels.length;
    const scores = put(logits);
    const truth = arena.reserve(4 * labels.length);
    const kernels = take();
    arena.integers(truth, labels.length).set(labels);
    const loss = kernels.crossEntropy(scores, 4 * columns, labels.length, classes, truth, smoothing, 1);
    return { loss, gradient: arena.floats(scores, logits.length) };
  }

  it('is the definition’s, with its gradient, smoothing and padding', () => {
    const [rows, classes, columns, smoothing] = [20, 5, 8, 0.1];
    const logits = numbers(rows * columns, 1).map((value) => 8 * value);
    const labels = whole(rows, classes, 2);
    const { loss, gradient } = crossEntropy(logits, classes, labels, smoothing);

    let expected = 0;
    const expectedGradient = Float64Array.from(logits, (_, at) => {
      const row = Math.floor(at / columns);
      const column = at % columns;
      if (column >= classes) return 0;
      const z = logits.subarray(row * columns, row * columns + classes);
      const sum = z.reduce((total, value) => total + Math.exp(value), 0);
      const target = smoothing / classes + (labels[row] === column ? 1 - smoothing : 0);
      expected -= target * (z[column] - Math.log(sum));
      return Math.exp(z[column]) / sum - target;
    });
    expect(Math.abs(loss - expected)).toBeLessThan(1e-12 * expected);
    expect(error(gradient, expectedGradient)).toBeLessThan(1e-6);
  });

  it('has an exponential and a logarithm that are right to the last digits', () => {
    fc.assert(
      fc.property(fc.float({ min: 0, max: 90, noNaN: true }), (gap) => {
        const { loss } = crossEntropy(Float32Array.of(0, -gap), 2, [0]);
        expect(Math.abs(loss - Math.log1p(Math.exp(-gap)))).toBeLessThan(1e-15);
      }),
      { numRuns: 1000 },
    );
  });

  it.each([2, 3, 7, 100, 1000])('is ln %i for as many equal classes', (classes) => {
    const { loss } = crossEntropy(new Float32Array(classes), classes, [0]);
    expect(Math.abs(loss / Math.log(classes) - 1)).toBeLessThan(1e-15);
  });

  it('stays finite for logits far apart', () => {
    const { loss, gradient } = crossEntropy(Float32Array.of(3e38, 0, -3e38), 3, [0]);
    expect(loss).toBe(0);
    expect([...gradient]).toEqual([0, 0, 0]);
  });

  it.each([NaN, Infinity])('is not a number when a logit is %d', (bad) => {
    expect(crossEntropy(Float32Array.of(1, bad, 0), 3, [0]).loss).toBeNaN();
  });
});

describe('the optimizer’s kernels', () => {
  it('sum squares in float64', () => {
    const { put, take } = workbench();
    const values = numbers(4096, 1);
    const address = put(values);
    const expected = values.reduce((sum, value) => sum + value * value, 0);
    expect(Math.abs(take().sumOfSquares(address, values.length) / expected - 1)).toBeLessThan(1e-14);
  });

  it('step with Nesterov momentum, decay and a scale', () => {
    const { arena, put, take } = workbench();
    const count = 64;
    const [w, g, v] = [numbers(count, 1), numbers(count, 2), numbers(count, 3)];
    const [weights, gradient, velocity] = [put(w), put(g), put(v)];
    take().sgdStep(weights, gradient, velocity, count, 0.25, 0.5, 0.125, 0.75);
    const velocities = v.map((value, at) => 0.5 * value + 0.75 * g[at] + 0.125 * w[at]);
    const expected = w.map((value, at) => {
      const step = 0.75 * g[at] + 0.125 * value;
      return value - 0.25 * (step + 0.5 * velocities[at]);
    });
    expect(error(arena.floats(velocity, count), velocities)).toBeLessThan(1e-6);
    expect(error(arena.floats(weights, count), expected)).toBeLessThan(1e-6);
  });
});
