import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { minimize } from '../../src/strategy/lbfgs.js';

/** A bowl with its bottom at `bottom` and one curvature a coordinate. */
const bowl = (bottom: number[], curvature: number[]) => (point: Float32Array) => ({
  loss: bottom.reduce((sum, at, i) => sum + curvature[i] * (point[i] - at) ** 2, 0),
  gradient: Float32Array.from(bottom, (at, i) => 2 * curvature[i] * (point[i] - at)),
});

describe('minimize', () => {
  it('finds the bottom of any well-conditioned bowl', () => {
    const coordinate = fc.record({
      bottom: fc.integer({ min: -50, max: 50 }).map((n) => n / 10),
      curvature: fc.integer({ min: 1, max: 100 }).map((n) => n / 10),
    });
    fc.assert(
      fc.property(fc.array(coordinate, { minLength: 1, maxLength: 12 }), (coordinates) => {
        const bottom = coordinates.map((c) => c.bottom);
        const found = minimize(
          bowl(
            bottom,
            coordinates.map((c) => c.curvature),
          ),
          new Float32Array(bottom.length),
          200,
          1e-3,
        );
        bottom.forEach((at, i) => {
          expect(Math.abs(found.point[i] - at)).toBeLessThan(0.02);
        });
      }),
    );
  });

  it('never ends higher than it began, whatever the limit', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), (limit) => {
        const rosenbrock = ([x, y]: Float32Array) => ({
          loss: (1 - x) ** 2 + 100 * (y - x * x) ** 2,
          gradient: Float32Array.from([-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)]),
        });
        const start = Float32Array.from([-1.2, 1]);
        const found = minimize(rosenbrock, start, limit, 1e-6);
        expect(found.loss).toBeLessThanOrEqual(rosenbrock(start).loss);
        expect(found.evaluations).toBeLessThanOrEqual(limit);
      }),
    );
  });
});
