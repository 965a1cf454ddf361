import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { blocksOf, foldBatchNorm } from '../../../src/backbone/tfjs/assemble.js';
import { numbers } from '../../contract/case.js';

const anyLayers = fc.array(
  fc.record({
    kind: fc.constantFrom<'plain' | 'depthwise' | 'pointwise'>('plain', 'depthwise', 'pointwise'),
    stride: fc.constantFrom<1 | 2>(1, 2),
  }),
  { minLength: 1, maxLength: 30 },
);
const plain = (...strides: (1 | 2)[]) => strides.map((stride) => ({ kind: 'plain' as const, stride }));

describe('blocks', () => {
  it('rise one by one from 0, and are 2 to 6 when there is more than one layer', () => {
    fc.assert(
      fc.property(anyLayers, (layers) => {
        const blocks = blocksOf(layers);
        expect(blocks).toHaveLength(layers.length);
        expect(blocks[0]).toBe(0);
        blocks.slice(1).forEach((block, index) => expect([0, 1]).toContain(block - blocks[index]));
        expect(blocks.at(-1)! + 1).toBeLessThanOrEqual(6);
        expect(blocks.at(-1)! + 1).toBeGreaterThanOrEqual(Math.min(2, layers.length));
      }),
    );
  });

  it('begin at layers with stride 2 and nowhere else, where there are any', () => {
    fc.assert(
      fc.property(anyLayers, (layers) => {
        fc.pre(layers.slice(1).some(({ stride }) => stride === 2));
        const blocks = blocksOf(layers);
        blocks.forEach((block, index) => {
          if (index > 0 && block !== blocks[index - 1]) expect(layers[index].stride).toBe(2);
        });
      }),
    );
  });

  it('are joined nearest the pixels when there are more than six', () => {
    expect(blocksOf(plain(2, 2, 2, 2, 2, 2))).toEqual([0, 1, 2, 3, 4, 5]);
    expect(blocksOf(plain(2, 2, 1, 2, 2, 2, 2, 2, 1))).toEqual(
      [0, 0, 0, 1, 2, 3, 4, 5, 5].map((block) => block),
    );
  });

  it('are two halves without stride 2, and leave pairs together where they can', () => {
    expect(blocksOf(plain(2))).toEqual([0]);
    expect(blocksOf(plain(2, 1, 1, 1))).toEqual([0, 0, 1, 1]);
    const pair = [
      { kind: 'depthwise', stride: 1 },
      { kind: 'pointwise', stride: 1 },
    ] as const;
    expect(blocksOf([...plain(2), ...pair, ...pair])).toEqual([0, 0, 0, 1, 1]);
    expect(blocksOf(pair)).toEqual([0, 1]);
  });
});

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
          const folded = foldBatchNorm(kernel, bias, { mean, variance, gamma, beta, epsilon });
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
