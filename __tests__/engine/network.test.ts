import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  featureWidth,
  forwardMacs,
  concatenatedWidth,
  kernelShape,
  outputSides,
  parameterCount,
  plainNetwork,
  separableNetwork,
  trainMacs,
  zerosBefore,
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
    expect(concatenatedWidth(reference)).toBe(2 * (24 + 48 + 96 + 192) + 256);
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

/** MobileNetV1 of width 0.25 (Howard et al. 2017). */
const mobile = separableNetwork('MobileNetV1 0.25', 224, 1000, [
  [8, 2, 0],
  [16, 1, 0],
  [32, 2, 1],
  [32, 1, 1],
  [64, 2, 2],
  [64, 1, 2],
  [128, 2, 3],
  ...Array.from({ length: 5 }, () => [128, 1, 3] as const),
  [256, 2, 4],
  [256, 1, 4],
]);

describe('a separable network', () => {
  it('is a plain layer and then pairs of depthwise and pointwise layers', () => {
    const style = { padding: 'same', activation: 'relu6' };
    expect(mobile.layers.slice(0, 5)).toEqual([
      { name: 'conv1', inputs: 3, outputs: 8, stride: 2, block: 0, ...style },
      { name: 'depthwise2', kind: 'depthwise', inputs: 8, outputs: 8, stride: 1, block: 0, ...style },
      { name: 'pointwise2', kind: 'pointwise', inputs: 8, outputs: 16, stride: 1, block: 0, ...style },
      { name: 'depthwise3', kind: 'depthwise', inputs: 16, outputs: 16, stride: 2, block: 1, ...style },
      { name: 'pointwise3', kind: 'pointwise', inputs: 16, outputs: 32, stride: 1, block: 1, ...style },
    ]);
    expect(outputSides(mobile).slice(0, 5)).toEqual([112, 112, 112, 56, 56]);
  });

  // 41 million and 0.5 million in table 6 of the paper.
  it('has the multiplications and the parameters that MobileNetV1 is published with', () => {
    expect(forwardMacs(mobile) / 1e6).toBeCloseTo(41, 0);
    expect(parameterCount(mobile) / 1e6).toBeCloseTo(0.47, 2);
  });

  it('counts three times the multiplications to train all layers, less the way back into the pixels', () => {
    expect(trainMacs(mobile, 0)).toBe(3 * forwardMacs(mobile) - 112 ** 2 * 9 * 3 * 8);
  });
});

describe('a layer', () => {
  const layer = { name: 'layer', inputs: 8, outputs: 8, stride: 2, block: 0 } as const;

  it('has a kernel of the shape that its kind asks for', () => {
    expect(kernelShape({ ...layer, outputs: 16 })).toEqual([3, 3, 8, 16]);
    expect(kernelShape({ ...layer, outputs: 16, kind: 'pointwise' })).toEqual([1, 1, 8, 16]);
    expect(kernelShape({ ...layer, kind: 'depthwise' })).toEqual([3, 3, 8, 1]);
    expect(() => kernelShape({ ...layer, outputs: 16, kind: 'depthwise' })).toThrow(
      'layer is depthwise, but has 8 inputs and 16 outputs.',
    );
  });

  it('has no zeros before it only at stride 2 on even sides where TensorFlow pads, or when it is pointwise', () => {
    expect(zerosBefore(layer, 32)).toBe(1);
    expect(zerosBefore({ ...layer, padding: 'same' }, 32)).toBe(0);
    expect(zerosBefore({ ...layer, padding: 'same' }, 33)).toBe(1);
    expect(zerosBefore({ ...layer, padding: 'same', stride: 1 }, 32)).toBe(1);
    expect(zerosBefore({ ...layer, kind: 'pointwise' }, 33)).toBe(0);
  });
});
