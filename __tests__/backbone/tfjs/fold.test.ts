import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { foldNorm } from '../../../src/backbone/tfjs/fold.js';
import { numbers } from '../../contract/case.js';

describe('a folded batch norm', () => {
  it('does what the convolution and the norm do one after the other', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 9 }),
        fc.nat({ max: 1000 }),
        fc.constantFrom(1e-5, 1e-3, 0.1),
        fc.boolean(),
        (outputs, taps, seed, epsilon, affine) => {
          const part = (at: number, length = outputs) => numbers(length, seed + at);
          const [kernel, bias, mean] = [part(1, taps * outputs), part(2), part(3)];
          const variance = part(4).map((value) => value ** 2);
          const [gamma, beta] = affine ? [part(5), part(6)] : [null, null];
          const x = part(7, taps);
          const convolve = (weights: Float32Array, shift: Float32Array, o: number) =>
            x.reduce((sum, value, tap) => sum + value * weights[tap * outputs + o], shift[o]);
          const folded = foldNorm(kernel, bias, { mean, variance, gamma, beta, epsilon });
          for (let o = 0; o < outputs; o++) {
            const standard = (convolve(kernel, bias, o) - mean[o]) / Math.sqrt(variance[o] + epsilon);
            const wanted = standard * (gamma?.[o] ?? 1) + (beta?.[o] ?? 0);
            expect(Math.abs(convolve(folded.kernel, folded.bias, o) - wanted)).toBeLessThan(1e-3);
          }
        },
      ),
    );
  });
});
