import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { StepOptions } from '../../src/engine/contract.js';
import { featureWidth, plainNetwork, type Network, type Weights } from '../../src/engine/network.js';

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

export function withStandardisedLayers(network: Network): Network {
  const layers = network.layers.map((layer) => ({ ...layer, standardised: true }));
  return { ...network, name: `${network.name}, standardised`, layers };
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
  network.layers.forEach(({ name, inputs, outputs }, index) => {
    const bound = Math.sqrt(6 / (9 * inputs));
    const kernel = numbers(9 * inputs * outputs, seed + 2 * index + 1);
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
    .filter(({ standardised = false }) => standardised)
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
  const rates = new Float32Array(network.layers.length + 1).fill(0.02);
  return { rates, momentum: 0.9, weightDecay: 0, labelSmoothing: 0, clipNorm: 0, ...changes };
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
