import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { availableParallelism } from 'node:os';
import { wholeRun } from './whole-run.mjs';

export const TOGETHER = 'PyTorch, one process, all threads';
export const A_CORE = 'PyTorch, one process a core';

/** The dataset of the parts that probe, and its groups; null where it is not there. */
export function signDigits(datasets) {
  const set = join(datasets, 'sign-digits');
  return existsSync(set) ? { set, groups: join(datasets, 'groups/sign-digits.csv') } : null;
}

/** A whole probe through the bundled CLI; `folder` is where its report goes. */
export async function probe({ set, groups }, engine, folder, ...more) {
  const cli = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
  const args = ['probe', set, '--groups', groups, '--engine', engine, '--out', folder, '--quiet', ...more];
  return wholeRun(process.execPath, [cli, ...args]);
}

/**
 * Ways to work off the list of trials in `plan` on the dataset, by name. Each gives the seconds of the whole process,
 * how many trials trained a net and the seconds that these took together, or `{failed}`.
 */
export function plannedRuns({ data, plan, python, out }) {
  const engine = (name) => async () => {
    const folder = join(out, name);
    const { status, seconds, said } = await probe(data, name, folder, '--plan', plan);
    if (status !== 0) return { failed: whyNot(said, folder) };
    const receipt = JSON.parse(readFileSync(join(folder, 'receipt.json'), 'utf8'));
    const trained = receipt.trials.filter(({ strategy }) => strategy !== 'frozen');
    const lost = trained.find((trial) => trial.status !== 'done');
    if (lost !== undefined) return { failed: `a trial failed: ${lost.error}` };
    return { seconds, trials: trained.length, trialSeconds: receipt.seconds.train };
  };
  const pytorch = (processes) => async () => {
    const script = fileURLToPath(new URL('peers/cold_start.py', import.meta.url));
    const run = await wholeRun(python, [script, data.set, plan, String(processes)]);
    if (run.status !== 0) return { failed: lastLine(run.said) };
    const trained = JSON.parse(lastLine(run.printed));
    return { seconds: run.seconds, trials: trained.trials, trialSeconds: trained.seconds };
  };
  return {
    wasm: engine('wasm'),
    tensorflow: engine('tensorflow'),
    ...(python === undefined ? {} : { [TOGETHER]: pytorch(1), [A_CORE]: pytorch(availableParallelism()) }),
  };
}

/** Runs all of them in turn, round after round; one that fails once is left out from then on. */
export async function inTurn(runs, rounds) {
  const figures = new Map(Object.keys(runs).map((name) => [name, []]));
  const absent = [];
  for (let round = 0; round < rounds; round++) {
    for (const name of [...figures.keys()]) {
      const figure = await runs[name]();
      if (!('failed' in figure)) figures.get(name).push(figure);
      else {
        absent.push(`${name} is left out: ${figure.failed}`);
        figures.delete(name);
      }
    }
  }
  return { figures, absent };
}

/** Why a probe did not end well: what it said, or what the report in its folder says. */
export function whyNot(said, folder) {
  if (said.trim() !== '') return lastLine(said);
  try {
    return (
      JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8')).statusReason ?? 'no reason was given.'
    );
  } catch {
    return 'it said nothing.';
  }
}

function lastLine(text) {
  return text.trim().split('\n').at(-1);
}
