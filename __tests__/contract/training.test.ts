import { describe, expect, it } from '@jest/globals';
import type { Engine, StepOptions } from '../../src/engine/contract.js';
import type { Network } from '../../src/engine/network.js';
import {
  networks,
  separableNetworks,
  someBatch,
  someWeights,
  step,
  withStandardizedLayers,
  worstMovement,
} from './case.js';
import { engines } from './engines.js';
import { ReferenceModel } from './reference.js';

/** Trains the engine and the reference alike; gives the worst errors of the losses and of the weights' movements. */
function compare(
  engine: Engine,
  network: Network,
  options: StepOptions,
  steps: number,
): { loss: number; movement: [string, number] } {
  const start = someWeights(network, 21);
  const model = engine.model(network, start, 4);
  const reference = new ReferenceModel(network, start);
  let loss = 0;
  for (let at = 0; at < steps; at++) {
    const { pixels, labels, count } = someBatch(network, at % 2 === 0 ? 4 : 3, 22 + 2 * at);
    const expected = reference.trainStep(pixels, labels, count, options);
    const actual = model.trainStep(pixels, labels, count, options);
    loss = Math.max(loss, Math.abs(actual - expected) / expected);
  }
  const movement = worstMovement(start, model.weights(), reference.weights());
  model.dispose();
  return { loss, movement };
}

function expectAgreement({ loss, movement: [name, error] }: ReturnType<typeof compare>): void {
  expect(loss).toBeLessThan(1e-4);
  expect([name, Math.max(error, 1e-4)]).toEqual([name, 1e-4]);
}

describe.each(engines)('training on $name', (engine) => {
  const standardized = networks.slice(0, 2).map(withStandardizedLayers);
  const [separable] = separableNetworks as [Network];
  const all = [...networks, ...standardized, ...separableNetworks, withStandardizedLayers(separable)];
  it.each(all)('moves every weight as the reference does, in 1 step: $name', (network) => {
    expectAgreement(compare(engine, network, step(network), 1));
  });

  it.each(all)('and in 5 steps with batches of 4 and 3: $name', (network) => {
    expectAgreement(compare(engine, network, step(network), 5));
  });

  const [network] = networks as [Network];
  it.each<[string, Partial<StepOptions>]>([
    ['no momentum', { momentum: 0 }],
    ['weight decay', { weightDecay: 0.3 }],
    ['label smoothing', { labelSmoothing: 0.2 }],
    ['a clip that binds', { learningRates: new Float32Array(4).fill(0.5), clipNorm: 0.05 }],
    ['a clip that does not bind', { clipNorm: 1e6 }],
    ['all of it', { momentum: 0.5, weightDecay: 0.1, labelSmoothing: 0.1, clipNorm: 0.5 }],
    ['other rates for each layer', { learningRates: Float32Array.of(0.001, 0.01, 0.02, 0.05) }],
    ['the lowest layer frozen', { learningRates: Float32Array.of(0, 0.01, 0.02, 0.05), clipNorm: 0.1 }],
    ['a layer in the middle frozen', { learningRates: Float32Array.of(0.1, 0, 0.2, 0.5), clipNorm: 0.1 }],
    ['the head frozen', { learningRates: Float32Array.of(0.1, 0.1, 0.2, 0), clipNorm: 0.1 }],
    ['the head alone', { learningRates: Float32Array.of(0, 0, 0, 0.5), weightDecay: 0.1 }],
  ])('moves the weights as the reference does with %s', (_, changes) => {
    expectAgreement(compare(engine, network, step(network, changes), 5));
  });

  it.each([
    ['the lowest layers', 3],
    ['all layers but the last', 6],
    ['all layers', 7],
  ])('moves the weights of a separable network as the reference does with %s frozen', (_, frozen) => {
    const learningRates = Float32Array.from({ length: 8 }, (_rate, layer) =>
      layer < frozen ? 0 : 0.02 + layer / 100,
    );
    expectAgreement(
      compare(engine, separable, step(separable, { learningRates, weightDecay: 0.1, clipNorm: 0.5 }), 5),
    );
  });

  it('clips, decays and keeps momentum of standardized layers as the reference does', () => {
    const changes = {
      learningRates: new Float32Array(4).fill(0.1),
      momentum: 0.5,
      weightDecay: 0.1,
      clipNorm: 0.5,
    };
    expectAgreement(compare(engine, standardized[0], step(network, changes), 5));
  });

  it('leaves frozen layers as they were, to the bit, under weight decay and momentum', () => {
    const start = someWeights(network, 31);
    const model = engine.model(network, start, 4);
    const { pixels, labels, count } = someBatch(network, 4, 32);
    const learningRates = Float32Array.of(0, 0.05, 0, 0.05);
    for (let at = 0; at < 3; at++) {
      model.trainStep(pixels, labels, count, step(network, { learningRates, weightDecay: 0.1 }));
    }
    const end = model.weights();
    const unchanged = [...start].filter(([name, values]) =>
      values.every((value, at) => Object.is(value, end.get(name)![at])),
    );
    expect(unchanged.map(([name]) => name)).toEqual([
      'conv1/kernel',
      'conv1/bias',
      'conv3/kernel',
      'conv3/bias',
    ]);
    model.dispose();
  });

  it('changes nothing at rates of zero, and still tells the loss', () => {
    const start = someWeights(network, 33);
    const model = engine.model(network, start, 4);
    const { pixels, labels, count } = someBatch(network, 4, 34);
    const options = step(network, {
      learningRates: new Float32Array(network.layers.length + 1),
      weightDecay: 0.1,
    });
    const expected = new ReferenceModel(network, start).loss(pixels, labels, count, 0);
    expect(model.trainStep(pixels, labels, count, options)).toBeCloseTo(expected, 4);
    expect(model.weights()).toEqual(start);
    model.dispose();
  });

  it('forgets the momentum when weights are loaded', () => {
    const start = someWeights(network, 35);
    const { pixels, labels, count } = someBatch(network, 4, 36);
    const fresh = engine.model(network, start, 4);
    fresh.trainStep(pixels, labels, count, step(network));
    const used = engine.model(network, someWeights(network, 37), 4);
    used.trainStep(pixels, labels, count, step(network));
    used.load(start);
    expect(used.weights()).toEqual(start);
    used.trainStep(pixels, labels, count, step(network));
    expect(used.weights()).toEqual(fresh.weights());
    fresh.dispose();
    used.dispose();
  });

  it('gives copies of the weights and keeps copies of those it was given', () => {
    const start = someWeights(network, 38);
    const model = engine.model(network, start, 4);
    start.get('conv1/kernel')!.fill(0);
    model.weights().get('conv2/kernel')!.fill(0);
    expect(model.weights()).toEqual(someWeights(network, 38));
    const { pixels, count } = someBatch(network, 2, 39);
    const untouched = engine.model(network, someWeights(network, 38), 4);
    expect(model.predict(pixels, count)).toEqual(untouched.predict(pixels, count));
    model.dispose();
    untouched.dispose();
  });

  it('repeats a training to the bit', () => {
    const run = () => {
      const model = engine.model(network, someWeights(network, 40), 4);
      for (let at = 0; at < 3; at++) {
        const { pixels, labels, count } = someBatch(network, 4, 41 + 2 * at);
        model.trainStep(pixels, labels, count, step(network, { clipNorm: 1 }));
      }
      const weights = model.weights();
      model.dispose();
      return weights;
    };
    expect(run()).toEqual(run());
  });

  it('learns: the loss of one batch falls', () => {
    const model = engine.model(network, someWeights(network, 51), 4);
    const { pixels, labels, count } = someBatch(network, 4, 52);
    const losses = Array.from({ length: 60 }, () => model.trainStep(pixels, labels, count, step(network)));
    expect(losses.at(-1)!).toBeLessThan(0.2 * losses[0]);
    model.dispose();
  });

  it('refuses weights that are not the network’s', () => {
    const start = someWeights(network, 53);
    start.delete('conv2/bias');
    expect(() => engine.model(network, start, 4)).toThrow(/conv2\/bias/);
    start.set('conv2/bias', new Float32Array(3));
    expect(() => engine.model(network, start, 4)).toThrow(/conv2\/bias/);
  });
});
