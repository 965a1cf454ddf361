/**
 * Prints a digest of what the wasm engine computes, to be compared between versions of Node and between machines:
 * weights, losses and embeddings after a few training steps of a plain, a standardized and a separable network. Runs
 * on `build/`, which `npm run compile` makes.
 */
import { createHash } from 'node:crypto';
import { stdout, version } from 'node:process';
import { plainNetwork, separableNetwork } from '../build/engine/network.js';
import { createWasmEngine } from '../build/engine/wasm/engine.js';
import { randomWeights, standardizedFrom } from '../build/strategy/initial-weights.js';

const BATCH = 16;
const STEPS = 5;
const PLAN = [
  [8, 2, 0],
  [24, 1, 0],
  [32, 2, 1],
  [64, 2, 1],
  [64, 1, 2],
];
const plain = plainNetwork('plain', 48, 10, PLAN);
const networks = [
  plain,
  { ...standardizedFrom(plain, 0), name: 'standardised' },
  separableNetwork('separable', 48, 10, PLAN),
  separableNetwork('separable, odd', 45, 10, PLAN),
];

/** Whole numbers from 0 to 250 without order. */
const numbers = (length) => Uint8Array.from({ length }, (_, at) => (at * at * 31 + at * 17) % 251);

const engine = createWasmEngine();
const hash = createHash('sha256');
for (const network of networks) {
  const model = engine.model(network, randomWeights(network, 1), BATCH);
  const pixels = numbers(BATCH * network.size ** 2 * 3);
  const labels = Int32Array.from(numbers(BATCH), (number) => number % network.classes);
  const learningRates = new Float32Array(network.layers.length + 1).fill(0.01);
  const options = { learningRates, momentum: 0.9, weightDecay: 0.001, labelSmoothing: 0.1, clipNorm: 1 };
  for (let step = 0; step < STEPS; step++) {
    hash.update(Float64Array.of(model.trainStep(pixels, labels, BATCH, options)));
  }
  for (const [name, values] of model.weights()) hash.update(name).update(values);
  hash.update(model.embed(pixels, BATCH));
}
stdout.write(`${hash.digest('hex')} Node ${version}\n`);
