/**
 * Runs single trials of every strategy and writes, for `compare_recipes.py`, the recipe of each, which images it saw and
 * what it predicted: `npm run compile`, then for example
 *
 *   node scripts/reference/recipe-trials.mjs --out /tmp/trials --sets trashnet,cifar10 --images 600
 *
 * --out        folder; <set>/<strategy>-<variant>-<seed>/ with recipe.json, rows.json and predicted.json
 * --datasets   folder of the sets; default ../shared/datasets beside this checkout
 * --sets       default trashnet,cifar10
 * --images     training images of a trial; default 600
 * --seeds      default 0,1
 * --arms       strategy/variant; default all that a probe measures
 * --workers    processes; default 1
 *
 * Rates are the first that a probe tries; flips are off. The embedded backbone and engine.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { backboneOf } from '../../build/backbone/contract.js';
import { readEmbedded } from '../../build/backbone/embedded.js';
import { readDatasets } from '../../build/dataset/read-datasets.js';
import { embedImages } from '../../build/probe/embed-images.js';
import { listImages, readImages } from '../../build/probe/read-images.js';
import { startMeasuring } from '../../build/probe/stages.js';
import { openPool } from '../../build/scheduling/pool.js';
import { nestedOrders, trialGroups } from '../../build/probe/trial-data.js';
import { recipeOfTrial } from '../../build/report/recipe.js';
import { epochsFor, LEARNING_RATES } from '../../build/strategy/recipe.js';
import { trialRows } from '../../build/strategy/trial.js';

/** Seconds of budget from which on nothing of these sets is left out. */
const AMPLE = 1000;
const SEED = 1;
const UNKNOWN = { mean: 0, low: 0, high: 0 };

const root = fileURLToPath(new URL('../..', import.meta.url));
const home = join(root, 'build');
const { values: options } = parseArgs({
  options: Object.fromEntries(
    Object.entries({
      out: '',
      datasets: join(root, '../shared/datasets'),
      sets: 'trashnet,cifar10',
      images: '600',
      seeds: '0,1',
      arms: [
        'frozen/joined depths',
        ...Object.keys(LEARNING_RATES).filter((arm) => !arm.includes('backbone net')),
      ].join(','),
      workers: '1',
    }).map(([name, value]) => [name, { type: 'string', default: value }]),
  ),
});
if (options.out === '') throw new Error('Name a folder with --out.');

const pool = openPool(join(home, 'worker.js'), Number(options.workers));
pool.prepare({ kind: 'setup', engine: 'wasm' });
try {
  for (const set of options.sets.split(',')) {
    const scratch = mkdtempSync(join(tmpdir(), 'headstart-recipes-'));
    try {
      await runSet(set, scratch);
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
  }
} finally {
  pool.close();
}

async function runSet(set, scratch) {
  const folder = resolve(options.datasets);
  const [dataset] = await readDatasets(join(folder, set), { cwd: root });
  const job = { pool, folder: scratch, seed: SEED, onImages: () => undefined };
  const listed = listImages({ ...dataset, metric: 'accuracy' }, AMPLE, SEED);
  const split = await readImages(listed, { ...job, sampledFor: AMPLE, seconds: Infinity, now: () => 0 });
  const backbone = backboneOf(readEmbedded(home));
  const images = { ...split, backbone, backboneFrom: null, ranking: null, record: { sets: [] } };
  const embedded = await embedImages(images, { ...job, programDir: home, cache: null, reusesTrials: false });
  const state = startMeasuring(embedded, null);
  const trials = options.arms
    .split(',')
    .flatMap((arm) => options.seeds.split(',').map((seed) => ({ arm, seed: Number(seed) })));
  await Promise.all(trials.map((trial) => runTrial(state, set, trial)));
}

async function runTrial(state, set, { arm, seed }) {
  const [strategy, variant] = arm.split('/');
  const trainExamples = Math.min(Number(options.images), state.train.length);
  const isFrozen = strategy === 'frozen';
  const epochs = isFrozen ? 1 : epochsFor(arm, trainExamples);
  const rates = isFrozen ? [] : LEARNING_RATES[arm].slice(0, 1);
  const spec = { strategy, variant, trainExamples, seed, epochs, rates, flip: false };
  const result = await pool.run('trial', { spec });
  const folder = join(resolve(options.out), set, `${strategy}-${variant.replaceAll(' ', '-')}-${seed}`);
  mkdirSync(folder, { recursive: true });
  const write = (name, value) => writeFileSync(join(folder, name), `${JSON.stringify(value)}\n`);
  write('recipe.json', recipeOfTrial(state, { spec, result }, UNKNOWN));
  write('rows.json', rowsOf(state, spec));
  write('predicted.json', Array.from(result.predicted));
  const { accuracy, trainSeconds } = result.measurement;
  console.error(`${set} ${arm} ${seed}: ${(100 * accuracy).toFixed(1)} %, ${trainSeconds.toFixed(0)} s`);
}

/** Path and label of each image, by what it is for. */
function rowsOf(state, spec) {
  const labels = Int32Array.from(state.samples, ({ label }) => label);
  const context = { orders: nestedOrders(state, SEED), labels, groups: trialGroups(state) };
  const { train: fit, validation: hold } = trialRows(context, spec);
  const listed = (rows) => Array.from(rows, (row) => [state.samples[row].path, state.samples[row].label]);
  return { root: state.dataset.root, fit: listed(fit), hold: listed(hold), test: listed(state.test) };
}
