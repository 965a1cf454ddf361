import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { StepOptions } from '../../src/engine/contract.js';
import {
  fanIn,
  featureWidth,
  kernelSize,
  plainNetwork,
  separableNetwork,
  type ConvLayer,
  type Network,
  type Weights,
} from '../../src/engine/network.js';

/** Even and odd sides, both strides in every order, widths that are multiples of 8. */
export const networks: Network[] = [
  plainNetwork('even', 32, 4, [
    [8, 2, 0],
    [16, 1, 0],
    [24, 2, 1],
  ]),
  plainNetwork('odd', 33, 3, [
    [8, 2, 0],
    [8, 2, 1],
    [16, 2, 1],
    [16, 1, 2],
  ]),
  plainNetwork('stride one first', 21, 2, [
    [8, 1, 0],
    [16, 2, 1],
  ]),
  plainNetwork('forty', 40, 7, [
    [16, 2, 0],
    [8, 1, 1],
    [8, 2, 1],
    [24, 2, 2],
    [8, 2, 2],
  ]),
  plainNetwork('down to one pixel', 5, 2, [
    [8, 2, 0],
    [8, 2, 0],
    [8, 2, 1],
    [8, 1, 1],
  ]),
];

/** Other input scales for each channel, and only some depths joined. */
const ownPixels: Network = {
  ...plainNetwork('own pixels, two depths', 24, 3, [
    [8, 2, 0],
    [16, 1, 0],
    [16, 2, 1],
    [24, 1, 1],
  ]),
  pixels: { scale: [1 / 58, 1 / 57, 1 / 59], shift: [-2.1, -2, 1.5] },
};
networks.push({
  ...ownPixels,
  layers: ownPixels.layers.map((layer, index) => ({ ...layer, pooled: index % 2 === 1 })),
});

/** Depthwise and pointwise layers at even and odd sides, with both paddings and activations. */
export const separableNetworks: Network[] = [
  separableNetwork('separable', 32, 4, [
    [8, 2, 0],
    [16, 1, 0],
    [24, 2, 1],
    [64, 2, 2],
  ]),
  separableNetwork('separable, odd', 21, 3, [
    [8, 1, 0],
    [24, 2, 1],
    [16, 2, 1],
  ]),
  withLayers(
    separableNetwork('separable, zeros around, ReLU', 24, 3, [
      [8, 2, 0],
      [24, 2, 1],
      [16, 2, 2],
    ]),
    { padding: 'around', activation: 'relu' },
  ),
  withLayers(
    plainNetwork('plain, zeros as TensorFlow puts them, ReLU6', 28, 5, [
      [8, 2, 0],
      [16, 2, 0],
      [16, 1, 1],
    ]),
    { padding: 'same', activation: 'relu6' },
  ),
  {
    name: 'pointwise at stride 2',
    size: 15,
    classes: 3,
    layers: [
      { name: 'first', kind: 'pointwise', inputs: 3, outputs: 8, stride: 1, block: 0 },
      { name: 'second', kind: 'pointwise', inputs: 8, outputs: 16, stride: 2, block: 1 },
      { name: 'third', kind: 'depthwise', inputs: 16, outputs: 16, stride: 1, block: 1 },
    ],
  },
];

/** The network with the same change to every layer. */
function withLayers(network: Network, change: Partial<ConvLayer>): Network {
  return { ...network, layers: network.layers.map((layer) => ({ ...layer, ...change })) };
}

export function withStandardizedLayers(network: Network): Network {
  const standardized = withLayers(network, { standardized: true });
  return { ...standardized, name: `${network.name}, standardized` };
}

/** Uniform numbers from -1 to 1. */
export function numbers(length: number, seed: number): Float32Array {
  const random = xoroshiro128plus(seed);
  return Float32Array.from({ length }, () => uniformInt(random, -1_000_000, 1_000_000) / 1_000_000);
}

export function whole(length: number, below: number, seed: number): number[] {
  const random = xoroshiro128plus(seed);
  return Array.from({ length }, () => uniformInt(random, 0, below - 1));
}

/** Weights of every kind away from zero, biases and head included, so that nothing hides behind a zero. */
export function someWeights(network: Network, seed: number): Weights {
  const weights: Weights = new Map();
  network.layers.forEach((layer, index) => {
    const { name, outputs } = layer;
    const { taps, inputs } = fanIn(layer);
    const bound = Math.sqrt(6 / (taps * inputs));
    const kernel = numbers(kernelSize(layer), seed + 2 * index + 1);
    weights.set(
      `${name}/kernel`,
      kernel.map((value) => value * bound),
    );
    weights.set(
      `${name}/bias`,
      numbers(outputs, seed + 2 * index + 2).map((value) => value * 0.1),
    );
  });
  network.layers
    .filter(({ standardized = false }) => standardized)
    .forEach(({ name, outputs }, index) => {
      weights.set(
        `${name}/gain`,
        numbers(outputs, seed + 501 + index).map((value) => 1 + value / 2),
      );
    });
  const width = featureWidth(network);
  weights.set(
    'head/kernel',
    numbers(width * network.classes, seed + 1001).map((value) => value * Math.sqrt(3 / width)),
  );
  weights.set('head/bias', numbers(network.classes, seed + 1002));
  return weights;
}

export interface Batch {
  pixels: Uint8Array;
  labels: Int32Array;
  count: number;
}

export function someBatch({ size, classes }: Network, count: number, seed: number): Batch {
  return {
    pixels: Uint8Array.from(whole(count * size * size * 3, 256, seed)),
    labels: Int32Array.from(whole(count, classes, seed + 1)),
    count,
  };
}

/** Plain steps on all layers at one rate; `changes` says what is otherwise. */
export function step(network: Network, changes: Partial<StepOptions> = {}): StepOptions {
  const learningRates = new Float32Array(network.layers.length + 1).fill(0.02);
  return { learningRates, momentum: 0.9, weightDecay: 0, labelSmoothing: 0, clipNorm: 0, ...changes };
}

/** ‖actual − expected‖ / ‖expected‖, in the Euclidean norm. */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Infinity;
  return distance(actual, expected) / Math.max(norm(expected), Number.MIN_VALUE);
}

/**
 * The largest error of a parameter relative to how far it went from `start`, with the parameter's name. What
 * storing the weights as float32 rounds off in a few steps is no error.
 */
export function worstMovement(start: Weights, actual: Weights, expected: Weights): [string, number] {
  const errors = [...start].map(([name, from]): [string, number] => {
    const wanted = expected.get(name)!;
    const error = Math.max(0, distance(actual.get(name)!, wanted) - 2 ** -23 * norm(wanted));
    return [name, error / Math.max(distance(from, wanted), Number.MIN_VALUE)];
  });
  return errors.reduce((worst, error) => (error[1] > worst[1] ? error : worst));
}

function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return norm(Float64Array.from(a, (value, at) => value - b[at]));
}

function norm(values: ArrayLike<number>): number {
  return Math.sqrt(Array.from(values).reduce((sum, value) => sum + value ** 2, 0));
}
