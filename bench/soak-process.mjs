/**
 * One worker's life in short: `node --expose-gc --no-liftoff soak-process.mjs <engine> <trials>…` runs trial after trial
 * on images of noise, all ways to train in turn, and after each of the numbers of trials prints a line of JSON: what the
 * process holds once the garbage is collected.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { countInstances } from './live-instances.mjs';

const instances = countInstances();
const { backboneOf } = await import('../build/backbone/contract.js');
const { readEmbedded } = await import('../build/backbone/embedded.js');
const { createPixelFile, openPixelFile } = await import('../build/dataset/images/pixel-file.js');
const { concatenatedWidth } = await import('../build/engine/network.js');
const { loadTensorflow } = await import('../build/engine/tensorflow/load.js');
const { createFeatureFile } = await import('../build/scheduling/feature-file.js');
const { Work } = await import('../build/scheduling/worker-tasks.js');
const { VARIANTS } = await import('../build/strategy/trial.js');

const IMAGES = 96;
const TEST = 32;
const SIZE = 32;
const CLASSES = 4;
/** Number of training images: two sizes, so that memory is taken in more than one shape. */
const SIZES = [24, 48];

/** The machine may be shared: a process that leaks is ended before it takes all memory. */
const MOST_BYTES = 2 * 2 ** 30;

const [engine, ...looks] = process.argv.slice(2);
const stops = looks.map(Number);
const home = fileURLToPath(new URL('../build', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'headstart-bench-'));
try {
  const work = await openWork();
  const specs = Object.entries(VARIANTS).flatMap(([strategy, variants]) =>
    variants.flatMap((variant) => SIZES.map((trainExamples) => ({ strategy, variant, trainExamples }))),
  );
  for (let done = 0; done < Math.max(...stops);) {
    const spec = { ...specs[done % specs.length], seed: done, epochs: 1, rates: [0.03], flip: true };
    await work.perform({ kind: 'task', id: done, name: 'trial', input: { spec } });
    // A worker gets each task in a turn of its own; without one, nothing that is finalised would go.
    await setImmediate();
    const resident = process.memoryUsage.rss();
    if (resident > MOST_BYTES) {
      throw new Error(
        `${(resident / 2 ** 30).toFixed(1)} GiB are resident after ${done + 1} trials; it was ended.`,
      );
    }
    if (stops.includes(++done))
      process.stdout.write(`${JSON.stringify({ trials: done, ...(await held()) })}\n`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function openWork() {
  const [pixelFile, featureFile] = ['pixels', 'features'].map((name) => join(folder, name));
  createPixelFile(pixelFile, IMAGES, SIZE);
  createFeatureFile(featureFile, IMAGES, concatenatedWidth(backboneOf(readEmbedded(home)).network(SIZE, 2)));
  const random = xoroshiro128plus(5);
  const pixels = openPixelFile(pixelFile, SIZE);
  for (let row = 0; row < IMAGES; row++) {
    pixels.write(
      row,
      new Uint8Array(SIZE * SIZE * 3).map(() => random.next()),
    );
  }
  pixels.close();
  const rows = Int32Array.from({ length: IMAGES }, (_, row) => row);
  const work = new Work();
  work.prepare({ kind: 'setup', engine });
  work.prepare({ kind: 'backbone', pretrained: readEmbedded(home) });
  work.prepare({
    ...{ kind: 'images', root: folder, paths: [], size: SIZE, channels: 'colour', exif: true },
    ...{ pixelFile, featureFile },
  });
  work.prepare({
    kind: 'trials',
    classes: CLASSES,
    metric: 'accuracy',
    labels: rows.map((row) => row % CLASSES),
    groups: Array.from(rows, () => null),
    orders: [rows.slice(TEST)],
    test: rows.slice(0, TEST),
  });
  await work.perform({ kind: 'task', id: -1, name: 'embed', input: { rows: [...rows] } });
  return work;
}

async function held() {
  // Finalisers run in a later turn, and free what only a second collection sees.
  for (let time = 0; time < 3; time++) {
    globalThis.gc();
    await setImmediate();
  }
  const { rss, heapUsed } = process.memoryUsage();
  return {
    rss,
    heapUsed,
    most: process.resourceUsage().maxRSS * 1024,
    kept: engine === 'tensorflow' ? loadTensorflow().addon.getNumOfTensors() : instances.live(),
  };
}
