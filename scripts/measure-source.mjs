/**
 * Measures what the features of a backbone are on images of its source, for the novelty of a dataset. After
 * `npm run build`:
 *
 *   node scripts/measure-source.mjs --out src/backbone/weights/sources.json
 *
 * --images     stem of a shard of Tiny ImageNet, held out from pre-training; default ../shared/datasets/pretrain/val
 * --backbone   as for `headstart probe`; default embedded
 * --size       side of the input in pixels; default 64
 * --engine     default tensorflow
 * --out        the file of all sources; what it holds of other backbones and sizes is kept
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { backboneOf } from '../build/backbone/contract.js';
import { obtainBackbone } from '../build/backbone/obtain.js';
import { decodeImage } from '../build/dataset/images/decode.js';
import { concatenatedWidth } from '../build/engine/network.js';
import { openEngine } from '../build/engine/open.js';
import { withZeroHead } from '../build/strategy/initial-weights.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values: options } = parseArgs({
  options: {
    images: { type: 'string', default: join(root, '../shared/datasets/pretrain/val') },
    backbone: { type: 'string', default: 'embedded' },
    size: { type: 'string', default: '64' },
    engine: { type: 'string', default: 'tensorflow' },
    out: { type: 'string' },
  },
});
const BATCH = 32;
const size = Number(options.size);

const { pretrained } = await obtainBackbone(
  { source: options.backbone, sha256: null, unpinned: false, fallback: false },
  {
    home: join(root, 'build'),
    cwd: process.cwd(),
    signal: new AbortController().signal,
    environment: process.env,
  },
);
const network = backboneOf(pretrained).network(size, 2);
const width = concatenatedWidth(network);
const model = openEngine(options.engine).engine.model(
  network,
  withZeroHead(network, pretrained.weights),
  BATCH,
);

const sums = new Float64Array(width);
const squares = new Float64Array(width);
let images = 0;
const waiting = [];
const embed = () => {
  const pixels = Buffer.concat(waiting);
  for (const [at, value] of model.embed(pixels, waiting.length).entries()) {
    sums[at % width] += value;
    squares[at % width] += value ** 2;
  }
  images += waiting.splice(0).length;
};
for (const bytes of webps(readFileSync(`${options.images}.bin`))) {
  waiting.push(await decodeImage(bytes, { size, channels: 'colour', exif: false }));
  if (waiting.length === BATCH) embed();
}
if (waiting.length > 0) embed();

const short = (value) => Number(value.toPrecision(4));
const mean = Array.from(sums, (sum) => short(sum / images));
const deviation = Array.from(squares, (square, at) =>
  short(Math.sqrt(Math.max(0, square / images - (sums[at] / images) ** 2))),
);
const { name, sha256 } = pretrained;
const isSame = (source) => source.name === name && source.size === size;
const known = existsSync(options.out) ? JSON.parse(readFileSync(options.out, 'utf8')) : [];
const all = [...known.filter((source) => !isSame(source)), { name, sha256, size, images, mean, deviation }];
writeFileSync(options.out, `[\n${all.map((source) => JSON.stringify(source)).join(',\n')}\n]\n`);
console.log(`${name} at ${size}: ${width} features of ${images} images`);

/** The files of a shard: each says its own length. */
function* webps(shard) {
  for (let at = 0; at < shard.length;) {
    const length = shard.readUInt32LE(at + 4) + 8;
    yield shard.subarray(at, at + length);
    at += length;
  }
}
