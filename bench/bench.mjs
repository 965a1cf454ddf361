/**
 * Speed and memory beside peers: `npm run build`, then `npm run bench [part…]`; default all parts. Peers are asked in
 * turn, round after round; printed are medians, with the lowest and highest.
 *
 * HEADSTART_PYTHON     a Python with PyTorch, ONNX Runtime and Pillow, as `bash bench/peers/install.sh <folder>` makes;
 *                      without it the peers are left out
 * HEADSTART_DATASETS   folder with sign-digits, for the parts that probe; default ../shared/datasets beside this checkout
 * BENCH_ROUNDS         default 7; at most 3 of what takes a minute or more
 * BENCH_SIZES          images of the part scale; default 1000,10000,100000; up to 1000000
 * BENCH_ENGINES        engines of the part scale; default wasm,tensorflow
 * BENCH_SOAK           trials after which the part soak looks at memory; default 200,1000,2000
 * HEADSTART_NODE24     a Node with SQLite for the part bot, where the one at hand has none
 * BENCH_FILE           is written as well, such as docs/performance.md
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';

/** In the order of the page; loaded when they are asked for, because most of them need a build. */
const PARTS = {
  engines: async (options) => (await import('./engines.mjs')).engines(options),
  peak: async (options) => (await import('./peak.mjs')).peak(options),
  decode: async (options) => (await import('./decode.mjs')).decode(options),
  trials: async (options) => (await import('./trials.mjs')).trials(options),
  'cold-start': async (options) => (await import('./cold-start.mjs')).coldStart(options),
  again: async (options) => (await import('./again.mjs')).again(options),
  scale: async (options) => (await import('./scale.mjs')).scale(options),
  soak: async (options) => (await import('./soak.mjs')).soak(options),
  bot: async () => (await import('./bot.mjs')).bot(),
};
const root = fileURLToPath(new URL('..', import.meta.url));
const named = process.argv.slice(2);
const unknown = named.find((part) => !(part in PARTS));
if (unknown !== undefined) fail(`There is no part ${unknown}; there are ${Object.keys(PARTS).join(', ')}.`);
const wanted = Object.keys(PARTS).filter((part) => named.length === 0 || named.includes(part));
if (!existsSync(`${root}dist/cli.js`) || !existsSync(`${root}build/cli.js`)) fail('Run npm run build first.');

const rounds = Math.min(20, Number(process.env.BENCH_ROUNDS ?? 7));
const options = {
  python: process.env.HEADSTART_PYTHON,
  datasets: process.env.HEADSTART_DATASETS ?? `${root}../shared/datasets`,
  rounds,
  /** Of what takes a minute or more. */
  longRounds: Math.min(3, rounds),
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
  const notes = readFileSync(new URL('notes.md', import.meta.url), 'utf8').trim();
  return ['# Performance', intro, ...sections, notes].join('\n\n');
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
