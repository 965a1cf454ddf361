import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { alterHundredth, copySet } from './altered-copy.mjs';
import { ratios, spread, table } from './numbers.mjs';
import { probe, signDigits, whyNot } from './planned-runs.mjs';

const BUDGET = 60;

/** A probe with an empty cache, and the same probe after one image of a hundred has changed. */
export async function again({ datasets, longRounds }) {
  const title = '## Again, after one image of a hundred changed';
  const data = signDigits(datasets);
  if (data === null) return `${title}\n\nLeft out: there is no sign-digits in the folder of datasets.`;
  const figures = new Map(['wasm', 'tensorflow'].map((engine) => [engine, []]));
  const absent = [];
  for (let round = 0; round < longRounds; round++) {
    for (const engine of [...figures.keys()]) {
      const figure = await coldAndAgain(data, engine);
      if (!('failed' in figure)) figures.get(engine).push(figure);
      else {
        absent.push(`${engine} is left out: ${figure.failed}`);
        figures.delete(engine);
      }
    }
  }
  return [
    title,
    `A copy of sign-digits probed with a budget of ${BUDGET} s and an empty cache, then 1 % of its images replaced by ones with another pixel, then probed again with the cache; ${longRounds} rounds. Wall clock of the whole process.`,
    ...absent,
    ...(figures.size === 0 ? [] : [tableOf(figures)]),
  ].join('\n\n');
}

function tableOf(figures) {
  const of = (engine, key) => figures.get(engine).map((figure) => figure[key]);
  return table(
    ['', 'Empty cache, s', 'Again, s', 'Again to empty'],
    [...figures.keys()].map((engine) => [
      engine,
      spread(of(engine, 'cold'), 1),
      spread(of(engine, 'warm'), 1),
      spread(ratios(of(engine, 'warm'), of(engine, 'cold')), 2),
    ]),
  );
}

async function coldAndAgain({ set, groups }, engine) {
  const folder = mkdtempSync(join(tmpdir(), 'headstart-bench-'));
  const copy = { set: join(folder, 'sign-digits'), groups };
  const timed = (out) =>
    probe(copy, engine, join(folder, out), '--budget', `${BUDGET}s`, '--cache', join(folder, 'cache'));
  try {
    const paths = copySet(set, copy.set);
    const cold = await timed('cold');
    if (cold.status !== 0) return { failed: whyNot(cold.said, join(folder, 'cold')) };
    await alterHundredth(paths);
    const warm = await timed('again');
    if (warm.status !== 0) return { failed: whyNot(warm.said, join(folder, 'again')) };
    return { cold: cold.seconds, warm: warm.seconds };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
