import { describe, expect, it } from '@jest/globals';
import { concatenatedWidth } from '../../src/engine/network.js';
import {
  networks as plainNetworks,
  relativeError,
  separableNetworks,
  someBatch,
  someWeights,
  step,
} from './case.js';
import { engines } from './engines.js';
import { ReferenceModel } from './reference.js';

const networks = [...plainNetworks, ...separableNetworks];

describe.each(engines)('forward on $name', (engine) => {
  it.each(networks)('predicts and embeds as the reference does: $name, $size pixels', (network) => {
    const weights = someWeights(network, 11);
    const { pixels, count } = someBatch(network, 3, 12);
    const model = engine.model(network, weights, 4);
    const reference = new ReferenceModel(network, weights);
    const embedded = model.embed(pixels, count);
    expect(embedded).toHaveLength(count * concatenatedWidth(network));
    expect(relativeError(embedded, reference.embed(pixels, count))).toBeLessThan(1e-4);
    const logits = model.predict(pixels, count);
    expect(logits).toHaveLength(count * network.classes);
    expect(relativeError(logits, reference.predict(pixels, count))).toBeLessThan(1e-4);
    model.dispose();
  });

  it.each(networks)('evaluates as the reference does, and leaves the weights alone: $name', (network) => {
    const weights = someWeights(network, 11);
    const { pixels, labels, count } = someBatch(network, 4, 12);
    const model = engine.model(network, weights, 4);
    const before = model.predict(pixels, count);
    const { loss, correctCount } = model.evaluate(pixels, labels, count);
    const expected = new ReferenceModel(network, weights).evaluate(pixels, labels, count);
    expect(loss / expected.loss).toBeCloseTo(1, 4);
    expect(correctCount).toBe(expected.correctCount);
    expect(model.predict(pixels, count)).toEqual(before);
    model.dispose();
  });

  it('reads the first images of a longer array, and a batch of one', () => {
    const network = networks[0];
    const { pixels } = someBatch(network, 4, 13);
    const model = engine.model(network, someWeights(network, 14), 4);
    const all = model.predict(pixels, 4);
    for (const count of [1, 3]) {
      const some = model.predict(pixels, count);
      expect(some).toHaveLength(count * network.classes);
      expect(relativeError(some, all.subarray(0, some.length))).toBeLessThan(1e-5);
    }
    model.dispose();
  });

  it('gives the same numbers to the bit when asked again', () => {
    const network = networks[1];
    const { pixels, count } = someBatch(network, 3, 15);
    const model = engine.model(network, someWeights(network, 16), 3);
    const before = model.predict(pixels, count);
    model.embed(pixels, count);
    expect(model.predict(pixels, count)).toEqual(before);
    model.dispose();
  });

  it('keeps two models apart', () => {
    const network = networks[0];
    const { pixels, count } = someBatch(network, 2, 17);
    const one = engine.model(network, someWeights(network, 18), 2);
    const before = one.predict(pixels, count);
    const other = engine.model(networks[1], someWeights(networks[1], 19), 2);
    const { pixels: others, labels } = someBatch(networks[1], count, 20);
    other.trainStep(others, labels, count, step(networks[1]));
    other.dispose();
    expect(one.predict(pixels, count)).toEqual(before);
    one.dispose();
  });
});
