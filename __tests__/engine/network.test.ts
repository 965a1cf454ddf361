import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  featureWidth,
  forwardMacs,
  joinedWidth,
  outputSides,
  parameterCount,
  plainNetwork,
  trainMacs,
} from '../../src/engine/network.js';

/** The network that the engines were measured with. */
const reference = plainNetwork('reference', 64, 10, [
  [24, 2, 0],
  [24, 1, 0],
  [48, 2, 1],
  [48, 1, 1],
  [96, 2, 2],
  [96, 1, 2],
  [192, 2, 3],
  [192, 1, 3],
  [256, 1, 4],
]);

const anyNetwork = fc
  .record({
    size: fc.integer({ min: 4, max: 96 }),
    classes: fc.integer({ min: 2, max: 20 }),
    plan: fc.array(fc.tuple(fc.constantFrom(8, 16, 24), fc.constantFrom<1 | 2>(1, 2), fc.constant(0)), {
      minLength: 1,
      maxLength: 6,
    }),
  })
  .map(({ size, classes, plan }) =>
    plainNetwork(
      'any',
      size,
      classes,
      plan.map(([outputs, stride], block) => [outputs, stride, block] as const),
    ),
  );

describe('a plain network', () => {
  it('chains its layers from RGB and names them in order', () => {
    expect(reference.layers.slice(0, 3)).toEqual([
      { name: 'conv1', inputs: 3, outputs: 24, stride: 2, block: 0 },
      { name: 'conv2', inputs: 24, outputs: 24, stride: 1, block: 0 },
      { name: 'conv3', inputs: 24, outputs: 48, stride: 2, block: 1 },
    ]);
  });

  it('halves its sides at stride 2, rounding up', () => {
    expect(outputSides(reference)).toEqual([32, 32, 16, 16, 8, 8, 4, 4, 4]);
    expect(outputSides({ ...reference, size: 33 })).toEqual([17, 17, 9, 9, 5, 5, 3, 3, 3]);
  });

  it('has the width, parameters and multiplications that were measured', () => {
    expect(featureWidth(reference)).toBe(256);
    expect(joinedWidth(reference)).toBe(2 * (24 + 48 + 96 + 192) + 256);
    expect(forwardMacs(reference) / 1e6).toBeCloseTo(36.9, 1);
    expect(parameterCount(reference) / 1e6).toBeCloseTo(1.1, 1);
  });

  it('multiplies three times as much to train all layers, less the way back into the pixels', () => {
    const firstLayer = 32 ** 2 * 9 * 3 * 24;
    expect(trainMacs(reference, 0)).toBe(3 * forwardMacs(reference) - firstLayer);
  });

  it('multiplies only for the head when all blocks are frozen', () => {
    expect(trainMacs(reference, 5)).toBe(forwardMacs(reference) + 2 * 256 * 10);
  });

  it('never multiplies more when more blocks are frozen', () => {
    fc.assert(
      fc.property(anyNetwork, (network) => {
        const macs = Array.from({ length: network.layers.length + 1 }, (_, frozen) =>
          trainMacs(network, frozen),
        );
        macs.slice(1).forEach((value, index) => {
          expect(value).toBeLessThan(macs[index]);
        });
        expect(macs.at(-1)!).toBeGreaterThan(forwardMacs(network));
      }),
    );
  });
});
