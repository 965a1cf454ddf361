/**
 * Linear probes of backbones on the development sets, as a markdown table: `npm run compile`, then
 *
 *   node scripts/compare-backbones.mjs --backbones embedded@64,../shared/weights/mobilenet_v1_0.25_224@128
 *
 * --datasets    folder of the sets; default ../shared/datasets
 * --backbones   what `headstart probe --backbone` takes, @ the size of the input
 * --sets        some of the sets, separated by commas; default all eight
 * --engine      default tensorflow
 *
 * 1,600 images a set by chance, official splits joined, a third of them, groups apart, to test on; three such splits;
 * the penalty chosen on a quarter of the rest, groups apart; features of the joined depths, standardised; multinomial
 * logistic regression by L-BFGS. In brackets: the set's own test part, trained on 1,600 images of its training part.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { backboneOf } from '../build/backbone/contract.js';
import { obtainBackbone } from '../build/backbone/obtain.js';
import { decodeImage, readImageFile } from '../build/dataset/images/decode.js';
import { readDatasets } from '../build/dataset/read-datasets.js';
import { argmaxRows } from '../build/engine/argmax.js';
import { concatenatedWidth } from '../build/engine/network.js';
import { openEngine } from '../build/engine/open.js';
import { withZeroHead } from '../build/strategy/initial-weights.js';
import { minimize } from '../build/strategy/lbfgs.js';
import { L2_PENALTIES } from '../build/strategy/logistic.js';

const SETS = [
  'arabic-characters',
  'cifar10',
  'dog-cat',
  'gtsrb',
  'sign-digits',
  'textures10',
  'trashnet',
  'wbc',
];
/** Sets whose groups are in a table of their own. */
const GROUPED = ['sign-digits', 'wbc'];
const IMAGES = 1600;
const SPLITS = 3;
const BATCH = 32;

const root = fileURLToPath(new URL('..', import.meta.url));
const { values: options } = parseArgs({
  options: {
    datasets: { type: 'string', default: join(root, '../shared/datasets') },
    backbones: { type: 'string', default: 'embedded@64' },
    sets: { type: 'string', default: SETS.join() },
    engine: { type: 'string', default: 'tensorflow' },
  },
});
const { engine } = openEngine(options.engine);
const columns = [];
for (const written of options.backbones.split(',')) {
  const [source, size] = written.split('@');
  const { pretrained } = await obtainBackbone(
    { source, sha256: null, unpinned: true, fallback: false },
    {
      home: join(root, 'build'),
      cwd: process.cwd(),
      signal: new AbortController().signal,
      environment: process.env,
    },
  );
  const cells = [];
  for (const set of options.sets.split(',')) {
    cells.push(await judged(set, backboneOf(pretrained), Number(size)));
    console.error(`${pretrained.name} at ${size}: ${set} ${shown(cells.at(-1))}`);
  }
  columns.push({ name: `${pretrained.name} at ${size}`, cells });
}
console.log(table());

/** Mean accuracy over the splits, and on the set's own test part where it has one. */
async function judged(set, backbone, size) {
  const groups = GROUPED.includes(set) ? { groups: join(options.datasets, 'groups', `${set}.csv`) } : {};
  const [dataset] = await readDatasets(join(options.datasets, set), { cwd: root, ...groups });
  const { samples } = dataset;
  const order = shuffled(
    samples.map((_, index) => index),
    0,
  );
  const chosen = order.slice(0, IMAGES);
  const own = order.filter((index) => samples[index].split === 'test');
  const ownTrain = order.filter((index) => samples[index].split !== 'test').slice(0, IMAGES);
  const needed = [...new Set([...chosen, ...own, ...(own.length === 0 ? [] : ownTrain)])];
  const embedding = await embeddingOf(dataset, needed, backbone, size);
  const scores = Array.from({ length: SPLITS }, (_, seed) => {
    const { rest, apart } = parted(samples, chosen, 0.3, seed + 1);
    return accuracy(dataset, embedding, rest, apart, seed);
  });
  return {
    mean: scores.reduce((sum, score) => sum + score) / SPLITS,
    own: own.length === 0 ? null : accuracy(dataset, embedding, ownTrain, own, 0),
  };

  function accuracy({ classes }, read, train, test, seed) {
    const { rest, apart } = parted(samples, train, 0.25, seed + 101);
    const labels = (rows) => Int32Array.from(rows, (row) => samples[row].label);
    const inner = standardised(read(rest), read(apart));
    const few = engine.linear(inner.fit, rest.length, inner.width, labels(rest), classes.length);
    let weights = new Float32Array((inner.width + 1) * classes.length);
    let best = { hits: -1 };
    for (const penalty of L2_PENALTIES) {
      weights = minimize((w) => few.lossAndGradient(w, penalty), weights, 80, 1e-5).point;
      const hits = countCorrect(
        few.scores(weights, inner.other, apart.length),
        labels(apart),
        classes.length,
      );
      if (hits > best.hits) best = { hits, penalty };
    }
    few.dispose();
    const outer = standardised(read(train), read(test));
    const all = engine.linear(outer.fit, train.length, outer.width, labels(train), classes.length);
    const start = new Float32Array((outer.width + 1) * classes.length);
    const found = minimize((w) => all.lossAndGradient(w, best.penalty), start, 150, 1e-5).point;
    const right = countCorrect(all.scores(found, outer.other, test.length), labels(test), classes.length);
    all.dispose();
    return right / test.length;
  }
}

/** Joined features of rows; each image is decoded and embedded once. */
async function embeddingOf(dataset, needed, backbone, size) {
  const network = backbone.network(size, 2);
  const width = concatenatedWidth(network);
  const model = engine.model(network, withZeroHead(network, backbone.weights), BATCH);
  const features = new Map();
  try {
    const bytes = new Uint8Array(BATCH * size * size * 3);
    for (let start = 0; start < needed.length; start += BATCH) {
      const batch = needed.slice(start, start + BATCH);
      for (const [position, row] of batch.entries()) {
        const file = await readImageFile(dataset.root, dataset.samples[row].path);
        bytes.set(await decodeImage(file.bytes, { ...dataset.image, size }), position * size * size * 3);
      }
      const embedded = model.embed(bytes, batch.length);
      batch.forEach((row, position) =>
        features.set(row, embedded.slice(position * width, (position + 1) * width)),
      );
    }
  } finally {
    model.dispose();
  }
  return (rows) => ({ width, values: rows.map((row) => features.get(row)) });
}

/** Both by the mean and deviation of the first. */
function standardised({ width, values }, { values: others }) {
  const mean = new Float64Array(width);
  const deviation = new Float64Array(width);
  for (const row of values) row.forEach((value, at) => (mean[at] += value / values.length));
  for (const row of values) row.forEach((value, at) => (deviation[at] += (value - mean[at]) ** 2));
  const scale = deviation.map((sum) => 1 / (Math.sqrt(sum / values.length) + 1e-6));
  const apply = (rows) =>
    Float32Array.from(
      { length: rows.length * width },
      (_, at) => (rows[Math.floor(at / width)][at % width] - mean[at % width]) * scale[at % width],
    );
  return { width, fit: apply(values), other: apply(others) };
}

/** Whole groups by chance until the share is reached; images without a group are one each. */
function parted(samples, rows, share, seed) {
  const groupOf = (row) => samples[row].group ?? `row ${row}`;
  const sizes = new Map();
  for (const row of rows) sizes.set(groupOf(row), (sizes.get(groupOf(row)) ?? 0) + 1);
  const away = new Set();
  let count = 0;
  for (const group of shuffled([...sizes.keys()].sort(), seed)) {
    if (count >= share * rows.length) break;
    away.add(group);
    count += sizes.get(group);
  }
  return {
    rest: rows.filter((row) => !away.has(groupOf(row))),
    apart: rows.filter((row) => away.has(groupOf(row))),
  };
}

function shuffled(items, seed) {
  const random = xoroshiro128plus(seed + 7);
  const order = [...items];
  for (let i = order.length - 1; i > 0; i--) {
    const j = uniformInt(random, 0, i);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

function countCorrect(scores, labels, classes) {
  return argmaxRows(scores, classes).reduce((sum, label, i) => sum + Number(label === labels[i]), 0);
}

function table() {
  const sets = options.sets.split(',');
  const rows = sets.map((set, i) => [set, ...columns.map(({ cells }) => shown(cells[i]))]);
  const means = columns.map(({ cells }) =>
    (cells.reduce((sum, { mean }) => sum + mean, 0) / cells.length).toFixed(3),
  );
  const lines = [
    ['Set', ...columns.map(({ name }) => name)],
    [':--', ...columns.map(() => '--:')],
    ...rows,
    ['mean', ...means],
  ];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function shown({ mean, own }) {
  return own === null ? mean.toFixed(3) : `${mean.toFixed(3)} (${own.toFixed(3)})`;
}
