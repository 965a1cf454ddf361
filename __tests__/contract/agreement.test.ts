import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { plainNetwork, separableNetwork, type Network } from '../../src/engine/network.js';
import {
  relativeError,
  someBatch,
  someWeights,
  step,
  withStandardizedLayers,
  worstMovement,
} from './case.js';
import { absence, engines, tensorflow } from './engines.js';
import { ReferenceModel } from './reference.js';

const anyNetwork: fc.Arbitrary<Network> = fc
  .record({
    size: fc.integer({ min: 8, max: 24 }),
    classes: fc.integer({ min: 2, max: 6 }),
    make: fc.constantFrom(plainNetwork, separableNetwork),
    standardized: fc.boolean(),
    plan: fc.array(
      fc.tuple(fc.constantFrom(8, 16, 24), fc.constantFrom<1 | 2>(1, 2), fc.integer({ min: 0, max: 2 })),
      { minLength: 1, maxLength: 4 },
    ),
  })
  .map(({ size, classes, plan, make, standardized }) => {
    const network = make('any', size, classes, plan);
    return standardized ? withStandardizedLayers(network) : network;
  });

const anyStep = fc.record({
  momentum: fc.constantFrom(0, 0.5, 0.9),
  weightDecay: fc.constantFrom(0, 0.01, 0.3),
  labelSmoothing: fc.constantFrom(0, 0.1),
  clipNorm: fc.constantFrom(0, 0.1, 10),
});

/** One fixed run of cases: what is tested does not change from day to day. */
const fixed = { seed: 20, numRuns: 15 };

describe.each(engines)('any small network on $name', (engine) => {
  it('embeds, predicts and trains as the reference does', () => {
    fc.assert(
      fc.property(
        anyNetwork,
        anyStep,
        fc.integer({ min: 1, max: 5 }),
        fc.nat({ max: 1000 }),
        (network, changes, count, seed) => {
          const start = someWeights(network, seed);
          const model = engine.model(network, start, 5);
          const reference = new ReferenceModel(network, start);
          const { pixels, labels } = someBatch(network, count, seed);
          const options = step(network, changes);
          const loss = model.trainStep(pixels, labels, count, options);
          const expected = reference.trainStep(pixels, labels, count, options);
          expect(Math.abs(loss - expected)).toBeLessThan(1e-4 * expected);
          expect(worstMovement(start, model.weights(), reference.weights())[1]).toBeLessThan(1e-4);
          const embedded = reference.embed(pixels, count);
          expect(relativeError(model.embed(pixels, count), embedded)).toBeLessThan(1e-4);
          const predicted = reference.predict(pixels, count);
          expect(relativeError(model.predict(pixels, count), predicted)).toBeLessThan(1e-4);
          model.dispose();
        },
      ),
      fixed,
    );
  });
});

if (tensorflow === null) {
  console.warn(`TensorFlow is absent, so only the embedded engine is tested. ${absence!}`);
  it('TensorFlow is ABSENT here: the engines cannot be compared', () => {
    expect(engines.map(({ name }) => name)).toEqual(['wasm']);
  });
} else {
  it('both engines train to the same weights', () => {
    fc.assert(
      fc.property(anyNetwork, anyStep, fc.nat({ max: 1000 }), (network, changes, seed) => {
        const start = someWeights(network, seed);
        const trained = engines.map((engine) => {
          const model = engine.model(network, start, 4);
          for (const count of [4, 4, 2]) {
            const { pixels, labels } = someBatch(network, count, seed + count);
            model.trainStep(pixels, labels, count, step(network, changes));
          }
          const weights = model.weights();
          model.dispose();
          return weights;
        });
        expect(worstMovement(start, trained[1], trained[0])[1]).toBeLessThan(1e-4);
      }),
      fixed,
    );
  });
}
