import { describe, expect, it } from '@jest/globals';
import { plainNetwork, separableNetwork } from '../../src/engine/network.js';
import { someBatch, someWeights, whole, withStandardizedLayers } from './case.js';
import { ReferenceModel } from './reference.js';

describe('the float64 reference', () => {
  const plain = plainNetwork('tiny', 9, 3, [
    [8, 2, 0],
    [8, 1, 1],
    [8, 2, 1],
  ]);
  const separable = separableNetwork('separable', 10, 3, [
    [8, 2, 0],
    [16, 2, 1],
  ]);
  const networks = [plain, separable].flatMap((network) => [network, withStandardizedLayers(network)]);
  it.each(networks)('has the gradients that finite differences of its loss have: $name', (network) => {
    const model = new ReferenceModel(network, someWeights(network, 1));
    const { pixels, labels, count } = someBatch(network, 2, 2);
    const { gradients } = model.lossAndGradients(pixels, labels, count, 0.1);
    const loss = () => model.loss(pixels, labels, count, 0.1);

    for (const [name, gradient] of gradients) {
      const values = model.parameters.get(name)!;
      for (const at of whole(4, values.length, 3)) {
        const value = values[at];
        values[at] = value + 1e-6;
        const above = loss();
        values[at] = value - 1e-6;
        const below = loss();
        values[at] = value;
        expect([name, at, gradient[at]]).toEqual([name, at, expect.closeTo((above - below) / 2e-6, 7)]);
      }
    }
  });
});
