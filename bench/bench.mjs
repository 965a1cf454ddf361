/**
 * Speed and memory beside peers: `npm run build`, then `npm run bench [part…]`; parts are engines, decode, cold-start
 * and scale, default all. Peers are asked in turn, round after round; printed are medians, with the lowest and highest.
 *
 * HEADSTART_PYTHON     a Python with PyTorch and Pillow, as `bash bench/peers/install.sh <folder>` makes; without it the
 *                      peers are left out
 * HEADSTART_DATASETS   folder with sign-digits, for cold-start; default ../shared/datasets beside this checkout
 * BENCH_ROUNDS         default 7
 * BENCH_FILE           is written as well, such as docs/performance.md
 */
import { existsSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { coldStart } from './cold-start.mjs';
import { decode } from './decode.mjs';
import { engines } from './engines.mjs';
import { scale } from './scale.mjs';

const PARTS = { engines, decode, 'cold-start': coldStart, scale };
const root = fileURLToPath(new URL('..', import.meta.url));
const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(PARTS);
const unknown = wanted.find((part) => !(part in PARTS));
if (unknown !== undefined) fail(`There is no part ${unknown}; there are ${Object.keys(PARTS).join(', ')}.`);
if (!existsSync(`${root}dist/cli.js`) || !existsSync(`${root}build/cli.js`)) fail('Run npm run build first.');

const options = {
  python: process.env.HEADSTART_PYTHON,
  datasets: process.env.HEADSTART_DATASETS ?? `${root}../shared/datasets`,
  rounds: Math.min(20, Number(process.env.BENCH_ROUNDS ?? 7)),
  seconds: 1,
};
if (options.python === undefined)
  console.log('Peers are left out: HEADSTART_PYTHON does not name a Python.\n');
const sections = [];
for (const part of wanted) {
  const section = await PARTS[part](options);
  console.log(`${section}\n`);
  sections.push(section);
}
if (process.env.BENCH_FILE) writeFileSync(process.env.BENCH_FILE, `${page()}\n`);

function page() {
  const processor = cpus()[0]?.model.trim() ?? 'unknown processor';
  const intro = `Written by \`npm run bench ${wanted.join(' ')}\` on ${processor}, ${cpus().length} cores, Node ${process.version}: medians of ${options.rounds} rounds, lowest and highest in brackets, peers asked in turn. Ratios are taken within each round. These are measurements of one machine on one day; ratios carry over better than figures.`;
  return ['# Performance', intro, ...sections].join('\n\n');
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
