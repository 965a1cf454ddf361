/**
 * How often the control with shuffled labels raises its alarm on clean development sets, and how often it finds a leak
 * that was planted: test images among the training images. After `npm run compile`:
 *
 *   node bench/controls.mjs --datasets ../shared/datasets
 *
 * --datasets   folder of the sets
 * --sets       some of the sets, separated by commas; default all four
 * --seeds      splits of each set; default 200
 * --shares     of the test images that leak, in per cent; default 0,1,2,5,10,100
 *
 * Images are embedded once a set; splits, deals, probes and judgement are the program's own, with the wasm engine.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { backboneOf } from '../build/backbone/contract.js';
import { readEmbedded } from '../build/backbone/embedded.js';
import { readDatasets } from '../build/dataset/read-datasets.js';
import { decodeImage, readImageFile } from '../build/dataset/images/decode.js';
import { concatenatedWidth } from '../build/engine/network.js';
import { openEngine } from '../build/engine/open.js';
import { dealLabels, judgeDeals, recitalOf } from '../build/probe/controls.js';
import { listImages, splitImages } from '../build/probe/read-images.js';
import { nestedOrders } from '../build/probe/trial-data.js';
import { withZeroHead } from '../build/strategy/initial-weights.js';
import { memorize } from '../build/strategy/probes.js';
import { table } from './numbers.mjs';

/** Few classes, where shuffled labels tell least; one with groups. */
const SETS = [
  { name: 'cifar10', classes: 4 },
  { name: 'dog-cat' },
  { name: 'trashnet' },
  { name: 'wbc', groups: 'groups/wbc.csv' },
];
const BATCH = 32;
const BUDGET_SECONDS = 60;

const root = fileURLToPath(new URL('..', import.meta.url));
const { values: options } = parseArgs({
  options: {
    datasets: { type: 'string', default: join(root, '../shared/datasets') },
    sets: { type: 'string', default: SETS.map(({ name }) => name).join() },
    seeds: { type: 'string', default: '200' },
    shares: { type: 'string', default: '0,1,2,5,10,100' },
  },
});
const seeds = Array.from({ length: Number(options.seeds) }, (_, seed) => seed);
const shares = options.shares.split(',').map(Number);
const { engine } = openEngine('wasm');
const backbone = backboneOf(readEmbedded(join(root, 'build')));

const rows = [];
for (const set of SETS.filter(({ name }) => options.sets.split(',').includes(name))) {
  const images = await embedded(await datasetOf(set));
  const began = performance.now();
  const alarms = shares.map(
    (share) => seeds.filter((seed) => !controlled(images, seed, share).passed).length,
  );
  const seconds = (performance.now() - began) / 1000 / (shares.length * seeds.length);
  const { tested, judged } = controlled(images, 0, 0);
  rows.push([
    set.name,
    images.dataset.classes.length,
    tested,
    judged.deals,
    seconds.toFixed(2),
    ...alarms.map((count) => `${count} of ${seeds.length}`),
  ]);
  console.error(rows.at(-1).join('  '));
}
const leaks = shares.map((share) => (share === 0 ? 'Clean' : `${share} % leak`));
console.log(table(['Set', 'Classes', 'Test images', 'Deals', 'Seconds', ...leaks], rows));

async function datasetOf({ name, classes, groups }) {
  const own = groups === undefined ? {} : { groups: join(options.datasets, groups) };
  const [dataset] = await readDatasets(join(options.datasets, name), { cwd: root, ...own });
  if (classes === undefined) return dataset;
  const samples = dataset.samples.filter(({ label }) => label < classes);
  return { ...dataset, classes: dataset.classes.slice(0, classes), samples };
}

/** Each image decoded and embedded once; hashes of files and of pixels by path. */
async function embedded(dataset) {
  const { size } = dataset.image;
  const network = backbone.network(size, 2);
  const width = concatenatedWidth(network);
  const model = engine.model(network, withZeroHead(network, backbone.weights), BATCH);
  const byPath = new Map();
  for (let start = 0; start < dataset.samples.length; start += BATCH) {
    const batch = dataset.samples.slice(start, start + BATCH);
    const bytes = new Uint8Array(BATCH * size * size * 3);
    const files = [];
    for (const [position, { path }] of batch.entries()) {
      const file = await readImageFile(dataset.root, path);
      const image = await decodeImage(file.bytes, dataset.image);
      bytes.set(image, position * size * size * 3);
      files.push({ sha256: file.sha256, pixels: createHash('sha256').update(image).digest('hex') });
    }
    const found = model.embed(bytes, batch.length);
    batch.forEach(({ path }, i) =>
      byPath.set(path, { ...files[i], features: found.slice(i * width, (i + 1) * width) }),
    );
  }
  model.dispose();
  return { dataset, width, byPath };
}

/** The control on one split, with a share of the test images, in per cent, put among the training images. */
function controlled({ dataset, width, byPath }, seed, share) {
  const listed = listImages(dataset, BUDGET_SECONDS, seed);
  const images = listed.samples.map(({ path }) => byPath.get(path));
  const hashes = images.map(({ sha256 }) => sha256);
  const pixelHashes = images.map(({ pixels }) => pixels);
  const decoded = { ...listed, hashes, pixelHashes, unreadable: [], unread: 0 };
  const split = splitImages(decoded, BUDGET_SECONDS, seed);
  // The order of the test rows is that of a hash.
  const leaked = split.test.slice(0, Math.round((share / 100) * split.test.length));
  const leaking = { ...split, train: Int32Array.from([...split.train, ...leaked]) };
  const deals = dealLabels(leaking, nestedOrders(leaking, 0)[0]);
  const read = (some) => {
    const features = new Float32Array(some.length * width);
    some.forEach((row, i) => features.set(images[row].features, i * width));
    return features;
  };
  const classes = dataset.classes.length;
  const predicted = memorize({ engine, features: { width, read }, classes }, recitalOf(deals));
  const judged = judgeDeals(deals, predicted, classes);
  return { passed: judged.passed, judged, tested: split.test.length };
}
