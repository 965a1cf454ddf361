/** One engine on the reference net, `engine.mjs wasm|tensorflow`; lines as in serve.mjs. */
import { concatenatedWidth } from '../../build/engine/network.js';
import { openEngine } from '../../build/engine/open.js';
import { randomWeights } from '../../build/strategy/initial-weights.js';
import { BATCH, CLASSES, network, SIZE } from '../reference-net.mjs';
import { serve } from './serve.mjs';

await serve(() => {
  const { engine } = openEngine(process.argv[2]);
  const model = engine.model(network, randomWeights(network, 1), BATCH);
  const pixels = Uint8Array.from(
    { length: BATCH * SIZE * SIZE * 3 },
    (_, i) => Math.imul(i, 2654435761) >>> 24,
  );
  const labels = Int32Array.from({ length: BATCH }, (_, i) => i % CLASSES);
  const options = {
    learningRates: new Float32Array(network.layers.length + 1).fill(0.01),
    momentum: 0.9,
    weightDecay: 5e-4,
    labelSmoothing: 0.1,
    clipNorm: 1,
  };
  return {
    version: `${engine.version}, Node ${process.version}`,
    tasks: {
      embed: () => {
        if (model.embed(pixels, BATCH).length !== BATCH * concatenatedWidth(network))
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
