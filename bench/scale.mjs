import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CLASSES, DISTINCT, drawSet, SIDE } from './drawn-set.mjs';
import { ratios, spread, table } from './numbers.mjs';
import { whyNot } from './planned-runs.mjs';
import { wholeRun } from './whole-run.mjs';

const BUDGET = 60;
const SIZES = (process.env.BENCH_SIZES ?? '1000,10000,100000').split(',').map(Number);
const ENGINES = (process.env.BENCH_ENGINES ?? 'wasm,tensorflow').split(',');
const MIB = 2 ** 20;

/** Time and memory of a whole probe as the dataset grows, at the same budget. */
export async function scale({ longRounds }) {
  const folders = new Map();
  try {
    for (const images of SIZES) {
      folders.set(images, mkdtempSync(join(tmpdir(), 'headstart-bench-')));
      drawSet(join(folders.get(images), 'images'), images);
    }
    const asks = SIZES.flatMap((images) => ENGINES.map((engine) => ({ images, engine, runs: [] })));
    const absent = [];
    for (let round = 0; round < longRounds; round++) {
      for (const ask of asks.filter(({ failed }) => failed === undefined)) {
        const run = await probeOnce(folders.get(ask.images), ask.engine);
        if ('failed' in run) {
          ask.failed = true;
          absent.push(`${label(ask)} is left out: ${run.failed}`);
        } else ask.runs.push(run);
      }
    }
    return page(
      asks.filter(({ failed }) => failed === undefined),
      absent,
      longRounds,
    );
  } finally {
    for (const folder of folders.values()) rmSync(folder, { recursive: true, force: true });
  }
}

async function probeOnce(folder, engine) {
  const cli = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
  const out = join(folder, 'out');
  const { status, seconds, peakBytes, mainPeakBytes, said } = await wholeRun(process.execPath, [
    ...[cli, 'probe', join(folder, 'images'), '--budget', `${BUDGET}s`],
    ...['--engine', engine, '--out', out, '--quiet'],
  ]);
  if (status !== 0) return { failed: `exit code ${status}: ${whyNot(said, out)}` };
  const { all } = JSON.parse(readFileSync(join(out, 'receipt.json'), 'utf8')).seconds;
  return { seconds, listing: seconds - all, peakBytes, mainPeakBytes };
}

function page(asks, absent, rounds) {
  const row = (ask) => {
    const of = (key, unit, digits) =>
      ask.runs.some((run) => run[key] === null)
        ? 'not known'
        : spread(
            ask.runs.map((run) => run[key] / unit),
            digits,
          );
    return [
      label(ask),
      of('seconds', 1, 0),
      of('listing', 1, 1),
      of('peakBytes', MIB, 0),
      of('mainPeakBytes', MIB, 0),
    ];
  };
  const header = [
    'Images, engine',
    'Wall clock, s',
    'Outside the budget, s',
    'Peak memory, MiB',
    'Main process, MiB',
  ];
  return [
    '## Growth',
    `A whole probe with a budget of ${BUDGET} s on drawn PNGs of ${SIDE} pixels in ${CLASSES} classes, ${rounds} rounds; memory is that of all processes together, shared pages counted once. Beyond ${DISTINCT.toLocaleString('en')} images, files are hard links. Outside the budget are the start, the listing of the files and the end.`,
    ...absent,
    table(header, asks.map(row)),
    ...tenfold(asks),
  ].join('\n\n');
}

/** What ten times the images cost at the same budget. */
function tenfold(asks) {
  const lines = asks.flatMap((small) => {
    const large = asks.find(({ images, engine }) => images === 10 * small.images && engine === small.engine);
    if (large === undefined) return [];
    const times = (key) =>
      spread(
        ratios(
          large.runs.map((run) => run[key]),
          small.runs.map((run) => run[key]),
        ),
        2,
      );
    const memory = small.runs[0].peakBytes === null ? '' : `, memory by ${times('peakBytes')}`;
    return [
      `- From ${small.images.toLocaleString('en')} to ${large.images.toLocaleString('en')} images on ${small.engine} the wall clock grows by a factor of ${times('seconds')}${memory}.`,
    ];
  });
  return lines.length === 0 ? [] : [lines.join('\n')];
}

function label({ images, engine }) {
  return `${images.toLocaleString('en')}, ${engine}`;
}
