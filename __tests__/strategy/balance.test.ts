import { describe, expect, it } from '@jest/globals';
import { createWasmEngine } from '../../src/engine/wasm/engine.js';
import { joinedWidth, plainNetwork } from '../../src/engine/network.js';
import { balanced } from '../../src/strategy/balance.js';
import { randomWeights } from '../../src/strategy/initial.js';

const COUNT = 4;
const network = plainNetwork('two layers', 8, 3, [
  [8, 2, 0],
  [16, 1, 1],
]);
const pixels = new Uint8Array(COUNT * 8 * 8 * 3).map((_, i) => (i * 2654435761) >>> 24);
const rows = Int32Array.from({ length: COUNT }, (_, row) => row);

function unevenWeights() {
  const weights = randomWeights(network, 3);
  weights.set(
    'head/kernel',
    Float32Array.from({ length: 16 * 3 }, (_, at) => (at % 7) - 3),
  );
  weights.set(
    'conv1/bias',
    Float32Array.from({ length: 8 }, (_, output) => 0.1 * output),
  );
  return weights;
}

describe('balanced', () => {
  const engine = createWasmEngine();
  const weights = unevenWeights();
  const model = engine.model(network, weights, COUNT);
  const width = joinedWidth(network);
  const before = { logits: model.predict(pixels, COUNT), features: model.embed(pixels, COUNT) };
  const features = {
    width,
    read: (of: ArrayLike<number>) =>
      Float32Array.from({ length: of.length * width }, (_, at) => before.features[at]),
  };
  const result = balanced({ features }, network, weights, rows);
  model.load(result);
  const after = { logits: model.predict(pixels, COUNT), features: model.embed(pixels, COUNT) };
  model.dispose();

  it('predicts what the network predicted before', () => {
    after.logits.forEach((logit, at) =>
      expect(Math.abs(logit - before.logits[at])).toBeLessThan(1e-4 * (1 + Math.abs(before.logits[at]))),
    );
  });

  it('brings the mean activation of every channel that is at work to the same level, and none above it', () => {
    const mean = (of: Float32Array, channel: number) =>
      rows.reduce((sum, row) => sum + of[row * width + channel], 0) / COUNT;
    const means = Array.from({ length: width }, (_, channel) => mean(after.features, channel));
    for (const value of means) expect(value).toBeLessThan(0.5001);
    expect(means.filter((value) => value > 0.4999).length).toBeGreaterThan(width / 2);
  });

  it('leaves the given weights as they were', () => {
    expect(weights).toEqual(unevenWeights());
  });
});
