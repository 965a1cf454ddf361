/**
 * One engine as a peer of `bench.mjs`: says hello, then answers each line `{"task": "embed" | "train", "seconds": s}`
 * with the images that it did and the CPU-seconds that they took.
 */
import { createInterface } from 'node:readline';
import { openEngine } from '../build/engine/open.js';
import { joinedWidth, plainNetwork } from '../build/engine/network.js';
import { randomWeights } from '../build/strategy/initial.js';

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

const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);

try {
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
  const tasks = {
    embed: () => {
      if (model.embed(pixels, BATCH).length !== BATCH * joinedWidth(network))
        throw new Error('embedding is short');
    },
    train: () => {
      if (!Number.isFinite(model.trainStep(pixels, labels, BATCH, options)))
        throw new Error('training diverged');
    },
  };
  say({ version: `${engine.version}, Node ${process.version}` });
  for await (const line of createInterface({ input: process.stdin })) {
    const { task, seconds } = JSON.parse(line);
    say(measure(tasks[task], seconds));
  }
} catch (error) {
  say({ error: error instanceof Error ? error.message : String(error) });
}

function measure(work, seconds) {
  const end = performance.now() + 1000 * seconds;
  const before = process.cpuUsage();
  let images = 0;
  do {
    work();
    images += BATCH;
  } while (performance.now() < end);
  const { user, system } = process.cpuUsage(before);
  return { images, cpuSeconds: (user + system) / 1e6 };
}
