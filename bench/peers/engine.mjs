/** One engine on the reference net, `engine.mjs wasm|tensorflow`; lines as in serve.mjs. */
import { joinedWidth, plainNetwork } from '../../build/engine/network.js';
import { openEngine } from '../../build/engine/open.js';
import { randomWeights } from '../../build/strategy/initial.js';
import { serve } from './serve.mjs';

const BATCH = 32;
const SIZE = 64;
const CLASSES = 10;
/** The reference net: the architecture of the embedded backbone. */
const PLAN = [
  [24, 2, 0],
  [24, 1, 0],
  [48, 2, 1],
  [48, 1, 1],
  [96, 2, 2],
  [96, 1, 2],
  [192, 2, 3],
  [192, 1, 3],
  [256, 1, 3],
];

await serve(() => {
  const { engine } = openEngine(process.argv[2]);
  const network = plainNetwork('reference net', SIZE, CLASSES, PLAN);
  const model = engine.model(network, randomWeights(network, 1), BATCH);
  const pixels = Uint8Array.from(
    { length: BATCH * SIZE * SIZE * 3 },
    (_, i) => Math.imul(i, 2654435761) >>> 24,
  );
  const labels = Int32Array.from({ length: BATCH }, (_, i) => i % CLASSES);
  const options = {
    rates: new Float32Array(PLAN.length + 1).fill(0.01),
    momentum: 0.9,
    weightDecay: 5e-4,
    labelSmoothing: 0.1,
    clipNorm: 1,
  };
  return {
    version: `${engine.version}, Node ${process.version}`,
    tasks: {
      embed: () => {
        if (model.embed(pixels, BATCH).length !== BATCH * joinedWidth(network))
          throw new Error('embedding is short');
        return BATCH;
      },
      train: () => {
        if (!Number.isFinite(model.trainStep(pixels, labels, BATCH, options)))
          throw new Error('training diverged');
        return BATCH;
      },
    },
  };
});
