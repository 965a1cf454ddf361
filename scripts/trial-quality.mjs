/**
 * Runs single trials of the development sets and sets them beside what ordinary full trainings in PyTorch reach, as a
 * markdown table: `npm run compile`, then for example
 *
 *   node scripts/trial-quality.mjs --sets cifar10,wbc --sizes small,full --arms fine-tune/lp-ft,scratch/small\ net
 *
 * --datasets   folder of the sets; default ../shared/datasets beside this checkout
 * --sets       some of the sets; default all eight
 * --sizes      training images: small, full (those of the reference), matched or numbers, ascending; default small.
 *              matched: as many as leave the reference's small number to train on
 * --arms       strategy/variant; default the three main arms
 * --seeds      replicates; default 0
 * --effort     factor of the passes; default 1
 * --rates      numbers; default as in a probe: all of the recipe at the smallest size, the best of them carried upward
 * --part       test, or validation: a quarter of the training images, groups apart, takes the place of the test set.
 *              Whatever is chosen is to be chosen there
 * --engine     tensorflow (default) or wasm
 * --workers    processes; default 1
 * --backbone   as for a probe; default embedded
 * --size       side of the input in pixels; default 64
 * --flips      where flips augment: reference (the sets that the reference flips; default) or probe (as in a probe)
 * --out        folder for trials.jsonl and table.md; default: printed only
 *
 * Test sets are the sets' own, else dealt, and neither images nor test images are limited. A trial trains on 80 to 90 %
 * of its images and keeps the rest to choose by; the reference trained on all of them.
 */
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { backboneOf } from '../build/backbone/contract.js';
import { obtainBackbone } from '../build/backbone/obtain.js';
import { readDatasets } from '../build/dataset/read-datasets.js';
import { innerSplit } from '../build/dataset/split/subset.js';
import { embedImages } from '../build/probe/embed-images.js';
import { listImages, readImages } from '../build/probe/read-images.js';
import { openPool } from '../build/scheduling/pool.js';
import { trialGroups } from '../build/probe/trial-data.js';
import { epochsFor, LEARNING_RATE_FROM, learningRatesFor, trainingTraits } from '../build/strategy/recipe.js';
import { referenceSets } from './reference-sets.mjs';

/** Sets whose groups are in a table of their own. */
const GROUPED = ['sign-digits', 'wbc'];
/** Sets that the reference mirrors. */
const FLIPPED = ['cifar10', 'dog-cat', 'textures10', 'trashnet', 'wbc'];
/** Seconds of budget from which on nothing of these sets is left out. */
const AMPLE = 1000;

const root = fileURLToPath(new URL('..', import.meta.url));
const home = join(root, 'build');
const { values: options } = parseArgs({
  options: Object.fromEntries(
    Object.entries({
      datasets: join(root, '../shared/datasets'),
      sets: '',
      sizes: 'small',
      arms: 'fine-tune/lp-ft,hybrid/gradual unfreezing,scratch/small net',
      seeds: '0',
      effort: '1',
      rates: '',
      part: 'test',
      engine: 'tensorflow',
      workers: '1',
      flips: 'reference',
      backbone: 'embedded',
      size: '64',
      out: '',
    }).map(([name, value]) => [name, { type: 'string', default: value }]),
  ),
});
const folder = resolve(options.datasets);
const arms = listed(options.arms);
const seeds = listed(options.seeds).map(Number);
const references = referenceSets();
const wanted = options.sets === '' ? references.map(({ dataset }) => dataset) : listed(options.sets);
const out = options.out === '' ? null : resolve(options.out);
if (out !== null) mkdirSync(out, { recursive: true });

const pool = openPool(join(home, 'worker.js'), Number(options.workers));
const { pretrained } = await obtainBackbone(
  { source: options.backbone, sha256: null, unpinned: true, fallback: false },
  { home, cwd: process.cwd(), signal: new AbortController().signal, environment: process.env },
);
pool.prepare({ kind: 'setup', engine: options.engine });
const rows = [];
try {
  for (const set of wanted) {
    const reference = references.find(({ dataset }) => dataset === set);
    const scratchFolder = mkdtempSync(join(tmpdir(), 'headstart-quality-'));
    try {
      rows.push(...(await measureSet(set, reference, scratchFolder)));
    } finally {
      rmSync(scratchFolder, { recursive: true, force: true });
    }
    if (out !== null) writeFileSync(join(out, 'table.md'), `${table(rows)}\n`);
  }
} finally {
  pool.close();
}
console.log(table(rows));

async function measureSet(set, reference, scratchFolder) {
  const state = await readSet(set, scratchFolder);
  const flip = options.flips === 'probe' ? await flipsOf(state) : FLIPPED.includes(set);
  const sizes = listed(options.sizes).map((name) => sizeOf(name, reference, state.train.length));
  const tuned = new Map();
  const found = [];
  for (const [rung, { size, beside }] of sizes.entries()) {
    const trials = arms.flatMap((arm) => seeds.map((seed) => ({ arm, seed })));
    const results = await Promise.all(
      trials.map(async ({ arm, seed }) => {
        const [strategy, variant] = arm.split('/');
        const epochs = epochsFor(arm, size, Number(options.effort));
        const rates = ratesAt(rung, arm, tuned.get(`${LEARNING_RATE_FROM[arm]} ${seed}`));
        const spec = { strategy, variant, trainExamples: size, seed, epochs, rates, flip };
        const { measurement, rate } = await pool.run('trial', { spec });
        say({ set, arm, size, seed, epochs, rate, rates, part: options.part, ...measurement });
        return { arm, seed, rate, epochs, measurement };
      }),
    );
    if (rung === 0) for (const { arm, seed, rate } of results) tuned.set(`${arm} ${seed}`, rate);
    for (const arm of arms) {
      const own = results.filter((result) => result.arm === arm);
      found.push(rowOf({ set, size, testExamples: state.test.length, arm, beside }, own));
    }
  }
  return found;
}

/** How many images a named size is, and the reference's accuracies to set beside it. */
function sizeOf(name, { small, measured, horizon, truth }, available) {
  const within = (size, beside) => ({ size: Math.min(size, available), beside });
  if (name === 'small') return within(small, measured);
  if (name === 'matched') return within(Math.round(small / (small < 400 ? 0.8 : 0.9)), measured);
  if (name === 'full') return within(horizon, truth);
  return within(Number(name), {});
}

async function readSet(set, scratchFolder) {
  const groups = GROUPED.includes(set) ? { groups: join(folder, 'groups', `${set}.csv`) } : {};
  const [dataset] = await readDatasets(join(folder, set), { cwd: root, ...groups });
  const sized = { ...dataset.image, size: Number(options.size) };
  const listed = listImages({ ...dataset, metric: 'accuracy', image: sized }, AMPLE, 1);
  const job = { pool, folder: scratchFolder, seed: 1, onImages: () => undefined };
  const split = await readImages(listed, { ...job, sampledFor: AMPLE, seconds: Infinity, now: () => 0 });
  const backbone = {
    ...split,
    backbone: backboneOf(pretrained),
    backboneFrom: null,
    ranking: null,
    record: { sets: [] },
  };
  const images = options.part === 'validation' ? validateInside(backbone) : backbone;
  return embedImages(images, { ...job, programDir: join(root, 'build'), cache: null, reusesTrials: false });
}

/** A quarter of the training images, groups apart, instead of the test set. */
function validateInside(images) {
  const labels = Int32Array.from(images.samples, ({ label }) => label);
  const inner = innerSplit({
    rows: images.train,
    labels,
    groups: trialGroups(images),
    share: 0.25,
    seed: 99,
  });
  return { ...images, train: inner.train, test: inner.validation };
}

async function flipsOf(state) {
  const { flip } = await pool.run('flip', { examples: Math.min(600, state.train.length) });
  return flip;
}

function ratesAt(rung, arm, tuned) {
  if (options.rates !== '') return listed(options.rates).map(Number);
  const tried = learningRatesFor(arm, trainingTraits(backboneOf(pretrained).layers));
  return rung === 0 ? [...tried] : [tuned ?? tried[0]];
}

function rowOf({ set, size, testExamples, arm, beside }, results) {
  const accuracy = mean(results.map(({ measurement }) => measurement.accuracy));
  const [strategy] = arm.split('/');
  const reached = beside[strategy === 'hybrid' ? 'fine-tune' : strategy];
  const error = Math.sqrt((accuracy * (1 - accuracy)) / testExamples);
  return [
    set,
    String(size),
    arm,
    `${percent(accuracy)} ± ${percent(error)}`,
    reached === undefined ? '' : percent(reached),
    reached === undefined ? '' : signed(accuracy - reached),
    [...new Set(results.map(({ epochs }) => epochs))].join(', '),
    results.map(({ rate }) => rate).join(', '),
    percent(mean(results.map(({ measurement }) => measurement.trainAccuracy))),
    mean(results.map(({ measurement }) => measurement.trainSeconds)).toFixed(0),
  ];
}

function table(cells) {
  const part = options.part === 'test' ? 'Test' : 'Validation';
  const header = [
    'Set',
    'Images',
    'Arm',
    `${part} accuracy ± standard error`,
    'Reference',
    'Difference',
    'Passes',
    'Rate',
    'Training accuracy',
    'Seconds',
  ];
  const line = (items) => `| ${items.join(' | ')} |`;
  return [line(header), line(header.map(() => ':--')), ...cells.map(line)].join('\n');
}

function say(trial) {
  const { set, arm, size, seed, accuracy, trainAccuracy, trainSeconds, rate, epochs } = trial;
  console.error(
    `${set} ${arm} n=${size} seed ${seed}: ${percent(accuracy)} (train ${percent(trainAccuracy)}), rate ${rate}, ${epochs} passes, ${trainSeconds.toFixed(0)} s`,
  );
  if (out === null) return;
  const rest = { ...trial, correct: undefined };
  appendFileSync(join(out, 'trials.jsonl'), `${JSON.stringify(rest)}\n`);
}

function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function percent(fraction) {
  return (100 * fraction).toFixed(1);
}

function signed(fraction) {
  return `${fraction < 0 ? '−' : '+'}${percent(Math.abs(fraction))}`;
}

function listed(text) {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
