import { describe, expect, it } from '@jest/globals';
import { plainNetwork, type Network, type Weights } from '../../src/engine/network.js';
import { standardize } from './standardize.js';
import { relativeError, someBatch, someWeights, step } from './case.js';
import { engines } from './engines.js';

const plain = plainNetwork('plain', 16, 3, [
  [8, 2, 0],
  [16, 1, 1],
]);
const standardized: Network = {
  ...plain,
  layers: plain.layers.map((layer) => ({ ...layer, standardized: true })),
};

function withGains(weights: Weights): Weights {
  return new Map([
    ...weights,
    ...plain.layers.map(
      ({ name, outputs }) =>
        [`${name}/gain`, Float32Array.from({ length: outputs }, (_, i) => 0.5 + i / 10)] as const,
    ),
  ]);
}

/** The plain network's weights that do the same. */
function effective(weights: Weights): Weights {
  const result = new Map(weights);
  for (const { name, inputs, outputs } of plain.layers) {
    const into = new Float32Array(9 * inputs * outputs);
    const shape = { groups: 9, rows: inputs, paddedRows: inputs, columns: outputs };
    standardize(weights.get(`${name}/kernel`)!, weights.get(`${name}/gain`)!, into, shape);
    result.set(`${name}/kernel`, into);
  }
  return result;
}

const start = withGains(someWeights(plain, 5));
const { pixels, labels } = someBatch(plain, 4, 6);

describe.each(engines)('standardized layers on $name', (engine) => {
  it('compute with the standardized weights, before and after training', () => {
    const model = engine.model(standardized, start, 4);
    for (let i = 0; i < 3; i++) {
      const twin = engine.model(plain, effective(model.weights()), 4);
      expect(relativeError(model.predict(pixels, 4), twin.predict(pixels, 4))).toBeLessThan(1e-4);
      twin.dispose();
      model.trainStep(pixels, labels, 4, step(standardized, {}));
    }
    model.dispose();
  });

  it('train along the gradient: the loss falls as fast as its square norm says', () => {
    const model = engine.model(standardized, start, 4);
    const rate = 1e-3;
    const options = {
      ...step(standardized, { momentum: 0, weightDecay: 0, clipNorm: 0, labelSmoothing: 0 }),
    };
    options.learningRates = options.learningRates.map(() => rate);
    const before = model.trainStep(pixels, labels, 4, options);
    const moved = model.weights();
    const squares = [...moved].reduce(
      (sum, [name, values]) =>
        sum + values.reduce((part, value, i) => part + ((value - start.get(name)![i]) / rate) ** 2, 0),
      0,
    );
    const after = model.trainStep(pixels, labels, 4, options);
    expect((before - after) / (rate * squares)).toBeGreaterThan(0.9);
    expect((before - after) / (rate * squares)).toBeLessThan(1.1);
    expect([...moved.keys()].sort()).toEqual([...start.keys()].sort());
    model.dispose();
  });

  it('keep raw weights and gains of frozen layers to the bit', () => {
    const model = engine.model(standardized, start, 4);
    const options = step(standardized, {});
    options.learningRates[0] = 0;
    model.trainStep(pixels, labels, 4, options);
    for (const part of ['kernel', 'gain', 'bias']) {
      expect(model.weights().get(`conv1/${part}`)).toEqual(start.get(`conv1/${part}`));
      expect(model.weights().get(`conv2/${part}`)).not.toEqual(start.get(`conv2/${part}`));
    }
    model.dispose();
  });
});
