import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createWasmEngine } from '../../../src/engine/wasm/engine.js';
import { error, numbers, whole } from './numbers.js';

const engine = createWasmEngine();

/** The definition in float64. */
function expected(
  features: Float32Array,
  labels: Int32Array,
  weights: Float32Array,
  classes: number,
  penalty: number,
) {
  const rows = labels.length;
  const width = features.length / rows;
  const gradient = new Float64Array(weights.length);
  const scores = new Float64Array(rows * classes);
  let loss = 0;
  for (let row = 0; row < rows; row++) {
    const x = [...features.subarray(row * width, (row + 1) * width), 1];
    const z = Array.from({ length: classes }, (_, c) =>
      x.reduce((sum, value, k) => sum + value * weights[k * classes + c], 0),
    );
    const largest = Math.max(...z);
    const sum = z.reduce((total, value) => total + Math.exp(value - largest), 0);
    loss += (largest + Math.log(sum) - z[labels[row]]) / rows;
    z.forEach((value, c) => {
      scores[row * classes + c] = value;
      const slope = (Math.exp(value - largest) / sum - (c === labels[row] ? 1 : 0)) / rows;
      x.forEach((input, k) => (gradient[k * classes + c] += slope * input));
    });
  }
  for (let at = 0; at < width * classes; at++) {
    loss += penalty * weights[at] ** 2;
    gradient[at] += 2 * penalty * weights[at];
  }
  return { loss, gradient, scores };
}

describe('logistic regression on the wasm engine', () => {
  it('has the definition’s loss, gradient and scores at any shape', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 2, max: 19 }),
        fc.constantFrom(0, 0.01),
        (rows, width, classes, penalty) => {
          const features = numbers(rows * width, 1);
          const labels = Int32Array.from(whole(rows, classes, 2));
          const weights = numbers((width + 1) * classes, 3);
          const problem = engine.linear(features, rows, width, labels, classes);
          const wanted = expected(features, labels, weights, classes, penalty);
          const { loss, gradient } = problem.lossAndGradient(weights, penalty);
          expect(Math.abs(loss - wanted.loss)).toBeLessThan(1e-6 * Math.max(1, wanted.loss));
          expect(error(gradient, wanted.gradient)).toBeLessThan(1e-5);
          expect(error(problem.scores(weights, features, rows), wanted.scores)).toBeLessThan(1e-5);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('works through rows in blocks at the widths that the probe asks for', () => {
    const [rows, width, classes] = [150, 1024, 10];
    const features = numbers(rows * width, 1);
    const labels = Int32Array.from(whole(rows, classes, 2));
    const weights = numbers((width + 1) * classes, 3).map((value) => value / 32);
    const problem = engine.linear(features, rows, width, labels, classes);
    const wanted = expected(features, labels, weights, classes, 0.001);
    const { loss, gradient } = problem.lossAndGradient(weights, 0.001);
    expect(Math.abs(loss / wanted.loss - 1)).toBeLessThan(1e-6);
    expect(error(gradient, wanted.gradient)).toBeLessThan(1e-5);
  });

  it('scores other rows than its own, and then gives the same gradient as before', () => {
    const problem = engine.linear(numbers(40, 1), 10, 4, Int32Array.from(whole(10, 3, 2)), 3);
    const weights = numbers(15, 3);
    const before = problem.lossAndGradient(weights, 0.1);
    const others = numbers(1200, 4);
    const wanted = expected(others, new Int32Array(300), weights, 3, 0);
    expect(error(problem.scores(weights, others, 300), wanted.scores)).toBeLessThan(1e-6);
    expect(problem.lossAndGradient(weights, 0.1)).toEqual(before);
  });

  it('says what does not fit', () => {
    const problem = engine.linear(numbers(40, 1), 10, 4, new Int32Array(10), 3);
    expect(() => problem.lossAndGradient(new Float32Array(14), 0)).toThrow('14 weights for 4 features');
    expect(() => engine.linear(new Float32Array(0), 3_000_000, 2000, new Int32Array(0), 2)).toThrow(
      /22\.\d GiB/,
    );
    problem.dispose();
    expect(() => problem.lossAndGradient(new Float32Array(15), 0)).toThrow('disposed');
  });
});
