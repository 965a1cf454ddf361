import { describe, expect, it } from '@jest/globals';
import { numbers, relativeError, whole } from './case.js';
import { engines } from './engines.js';
import { ReferenceLinearProblem } from './reference.js';

describe.each(engines)('logistic regression on $name', (engine) => {
  it.each([
    { rows: 40, width: 24, classes: 4, penalty: 0 },
    { rows: 40, width: 24, classes: 4, penalty: 0.01 },
    { rows: 7, width: 13, classes: 2, penalty: 1 },
    { rows: 3, width: 100, classes: 11, penalty: 0.1 },
    { rows: 1, width: 1, classes: 2, penalty: 0.5 },
  ])(
    'has the loss, gradient and scores of the reference: $rows x $width, $classes classes, penalty $penalty',
    ({ rows, width, classes, penalty }) => {
      const features = numbers(rows * width, 61).map((value) => 3 * value);
      const labels = Int32Array.from(whole(rows, classes, 62));
      const weights = numbers((width + 1) * classes, 63);
      const problem = engine.linear(features, rows, width, labels, classes);
      const reference = new ReferenceLinearProblem(features, rows, labels, classes);
      const expected = reference.lossAndGradient(weights, penalty);
      const actual = problem.lossAndGradient(weights, penalty);
      expect(Math.abs(actual.loss - expected.loss)).toBeLessThan(1e-5 * expected.loss);
      expect(relativeError(actual.gradient, expected.gradient)).toBeLessThan(1e-5);

      const others = numbers(5 * width, 64);
      const scores = problem.scores(weights, others, 5);
      expect(scores).toHaveLength(5 * classes);
      expect(relativeError(scores, reference.scores(weights, others, 5))).toBeLessThan(1e-5);
      problem.dispose();
    },
  );

  it('keeps its own features, and gives gradients that stay', () => {
    const features = numbers(6 * 5, 65);
    const weights = numbers(6 * 3, 66);
    const problem = engine.linear(features, 6, 5, Int32Array.from([0, 1, 2, 0, 1, 2]), 3);
    const first = problem.lossAndGradient(weights, 0.1);
    const kept = first.gradient.slice();
    features.fill(0);
    problem.lossAndGradient(numbers(6 * 3, 67), 0.1);
    expect(first.gradient).toEqual(kept);
    expect(problem.lossAndGradient(weights, 0.1)).toEqual({ loss: first.loss, gradient: kept });
    problem.dispose();
  });

  it('is not thrown by scores that exp cannot hold', () => {
    const problem = engine.linear(Float32Array.of(1, 1), 2, 1, Int32Array.of(0, 1), 2);
    const { loss, gradient } = problem.lossAndGradient(Float32Array.of(400, -400, 0, 0), 0);
    expect(loss).toBeCloseTo(400, 3);
    expect(relativeError(gradient, [0.5, -0.5, 0.5, -0.5])).toBeLessThan(1e-5);
    problem.dispose();
  });
});
