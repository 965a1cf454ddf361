import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { StepOptions } from '../../../src/engine/contract.js';
import {
  fanIn,
  featureWidth,
  concatenatedWidth,
  kernelSize,
  plainNetwork,
  separableNetwork,
  type Network,
  type Weights,
} from '../../../src/engine/network.js';
import { createWasmEngine } from '../../../src/engine/wasm/engine.js';
import { numbers, whole } from './numbers.js';

const engine = createWasmEngine();

/** Every kernel at work: both methods, both strides, an odd side, padding in the head, a standardized layer. */
const network = plainNetwork('small', 21, 5, [
  [8, 2, 0],
  [16, 1, 0],
  [16, 2, 1],
  [24, 1, 1],
]);
network.layers[3].standardized = true;

/** Depthwise at both strides, at even and odd sides, pointwise, ReLU6, TensorFlow's padding. */
const separable = separableNetwork('separable', 22, 5, [
  [8, 2, 0],
  [16, 1, 0],
  [24, 2, 1],
  [64, 2, 1],
]);

function start({ layers, classes }: Network): Weights {
  const weights: Weights = new Map();
  layers.forEach((layer, index) => {
    const { name, outputs, standardized } = layer;
    const { taps, inputs } = fanIn(layer);
    const scale = Math.fround(1 / Math.sqrt((taps * inputs) / 3));
    const kernel = numbers(kernelSize(layer), index + 1);
    weights.set(
      `${name}/kernel`,
      kernel.map((value) => value * scale),
    );
    weights.set(`${name}/bias`, new Float32Array(outputs));
    if (standardized === true) weights.set(`${name}/gain`, new Float32Array(outputs).fill(1));
  });
  const width = layers.at(-1)!.outputs;
  weights.set('head/kernel', numbers(width * classes, 100));
  weights.set('head/bias', new Float32Array(classes));
  return weights;
}

const maxBatch = 6;
const pixels = Uint8Array.from(whole(maxBatch * 22 * 22 * 3, 256, 7));
const labels = Int32Array.from(whole(maxBatch, 5, 8));
const options: StepOptions = {
  learningRates: Float32Array.of(0.02, 0.02, 0.04, 0.04, 0.08),
  momentum: 0.9,
  weightDecay: 0.001,
  labelSmoothing: 0.1,
  clipNorm: 1,
};

function hashOf(weights: Weights): string {
  const hash = createHash('sha256');
  for (const [name, values] of weights) {
    hash.update(name).update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }
  return hash.digest('hex');
}

function fiveSteps(network: Network, learningRates = options.learningRates) {
  const model = engine.model(network, start(network), maxBatch);
  const step = { ...options, learningRates };
  const losses = [6, 6, 5, 6, 1].map((count) => model.trainStep(pixels, labels, count, step));
  return { losses, weights: model.weights(), embedded: model.embed(pixels, maxBatch) };
}

describe('training on the wasm engine', () => {
  it('gives the same bits in every instance', () => {
    expect(fiveSteps(network)).toEqual(fiveSteps(network));
  });

  // These hashes are the promise that machines, systems and versions of Node agree. They change only with the kernels.
  it('gives the bits that it gives everywhere', () => {
    const { losses, weights } = fiveSteps(network);
    expect({ last: losses.at(-1), weights: hashOf(weights) }).toEqual({
      last: 1.5461065303496062,
      weights: '707ef271a4fe6efeeb11df8a457d1e3e86d269cf97a3ec388c40eed75abd7a72',
    });
  });

  it('gives the bits that it gives everywhere with depthwise and pointwise layers, the lowest frozen', () => {
    const { losses, weights, embedded } = fiveSteps(
      separable,
      Float32Array.of(0, 0, 2, 2, 4, 4, 8, 8).map((rate) => rate / 100),
    );
    expect({
      last: losses.at(-1),
      weights: hashOf(weights),
      embedded: hashOf(new Map([['', embedded]])),
    }).toEqual({
      last: 1.7264215410013295,
      weights: '874c35209c7445294985517f24751462779b59622384207986c81610de735875',
      embedded: '45f222bd43b8a1a17378523a2bdba1090666929803c3f6651554e3ef232de270',
    });
  });

  it('does not depend on what was in the batch before', () => {
    const fresh = engine.model(network, start(network), maxBatch);
    const used = engine.model(network, start(network), maxBatch);
    used.trainStep(pixels, labels, maxBatch, options);
    used.load(start(network));
    expect(used.embed(pixels, 2)).toEqual(fresh.embed(pixels, 2));
    expect(used.trainStep(pixels, labels, 3, options)).toBe(fresh.trainStep(pixels, labels, 3, options));
    expect(used.weights()).toEqual(fresh.weights());
  });

  it('returns a loss that is not a number, and is sound again after the next load', () => {
    const model = engine.model(network, start(network), maxBatch);
    const broken = start(network);
    broken.get('conv1/kernel')![0] = NaN;
    model.load(broken);
    expect(model.trainStep(pixels, labels, maxBatch, options)).toBeNaN();
    expect(model.trainStep(pixels, labels, maxBatch, options)).toBeNaN();
    model.load(start(network));
    const fresh = engine.model(network, start(network), maxBatch);
    expect(model.trainStep(pixels, labels, maxBatch, options)).toBe(
      fresh.trainStep(pixels, labels, maxBatch, options),
    );
    expect(model.weights()).toEqual(fresh.weights());
  });

  it('leaves frozen layers as they were, to the bit', () => {
    const before = start(network);
    const model = engine.model(network, before, maxBatch);
    model.trainStep(pixels, labels, maxBatch, {
      ...options,
      learningRates: Float32Array.of(0, 0, 0.1, 0, 0.1),
    });
    const after = model.weights();
    const moved = [...before].flatMap(([name, values]) =>
      after.get(name)!.every((value, at) => value === values[at]) ? [] : [name],
    );
    expect(moved).toEqual(['conv3/kernel', 'conv3/bias', 'head/kernel', 'head/bias']);
  });

  it('changes nothing when every rate is zero', () => {
    const model = engine.model(network, start(network), maxBatch);
    const loss = model.trainStep(pixels, labels, maxBatch, {
      ...options,
      learningRates: new Float32Array(5),
    });
    expect(loss).toBeGreaterThan(0);
    expect(model.weights()).toEqual(start(network));
  });
});

describe('a model on the wasm engine', () => {
  it('returns arrays of its own', () => {
    const model = engine.model(network, start(network), maxBatch);
    const first = model.embed(pixels, 1);
    const copy = first.slice();
    const logits = model.predict(pixels, 2);
    model.embed(pixels.toReversed(), maxBatch);
    expect(first).toEqual(copy);
    expect(first).toHaveLength(concatenatedWidth(network));
    expect(logits).toHaveLength(2 * network.classes);
    expect(first.subarray(-featureWidth(network)).some((value) => value > 0)).toBe(true);
  });

  it('says what it cannot take', () => {
    const model = engine.model(network, start(network), maxBatch);
    const step = (count: number, truth: Int32Array, learningRates = options.learningRates) =>
      model.trainStep(pixels, truth, count, { ...options, learningRates });
    expect(() => model.predict(pixels, 7)).toThrow(/batch of 7 images.* 1 to 6/);
    expect(() => model.predict(pixels, 0)).toThrow('batch of 0 images');
    expect(() => model.predict(pixels.subarray(0, 7937), 6)).toThrow('6 images need 7938 bytes, not 7937.');
    expect(() => step(2, Int32Array.of(0, 5))).toThrow('2 labels from 0 to 4');
    expect(() => step(2, Int32Array.of(0))).toThrow('2 labels');
    expect(() => step(2, labels, new Float32Array(3))).toThrow('3 learning rates for 4 layers and a head.');
    const narrow = plainNetwork('narrow', 8, 2, [[12, 1, 0]]);
    expect(() => engine.model(narrow, start(narrow), 1)).toThrow('conv1 has 12 outputs');
    const uneven = { ...separable, layers: [{ ...separable.layers[1], inputs: 8, outputs: 16 }] };
    expect(() => engine.model(uneven, start(separable), 1)).toThrow(
      'depthwise2 is depthwise, but has 8 inputs and 16 outputs.',
    );
    const without = start(network);
    without.delete('conv2/bias');
    expect(() => {
      model.load(without);
    }).toThrow(/conv2\/bias has no values.* 16/);
  });

  it('can be made many times over, and not be used after it was disposed', () => {
    const large = plainNetwork('large', 96, 2, [
      [64, 1, 0],
      [64, 2, 0],
    ]);
    const weights = start(large);
    for (let made = 0; made < 150; made++) engine.model(large, weights, 64).dispose();
    const model = engine.model(network, start(network), 1);
    model.dispose();
    expect(() => model.predict(pixels, 1)).toThrow(/small .*disposed/);
  });
});
