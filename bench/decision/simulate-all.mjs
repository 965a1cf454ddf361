import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const PROCESS = fileURLToPath(new URL('simulation-process.mjs', import.meta.url));
const MOST_PROCESSES = 2;
/** Runs that one process simulates: long enough that starting it does not matter. */
const PORTION = 100;

/** Runs 0 to `runs` of each world and budget, simulated by at most two processes. */
export async function simulateAll(worlds, budgets, { runs, seed }) {
  const cells = budgets.flatMap((budget) => worlds.map((world) => ({ world, budget, runs: [] })));
  const waiting = cells.flatMap((cell) =>
    Array.from({ length: Math.ceil(runs / PORTION) }, (_, i) => ({
      cell,
      from: i * PORTION,
      to: Math.min(runs, (i + 1) * PORTION),
    })),
  );
  const work = async () => {
    for (let portion = waiting.shift(); portion !== undefined; portion = waiting.shift()) {
      const { cell, from, to } = portion;
      const { world, budget } = cell;
      cell.runs.push(...(await simulated({ world, budget, seed, from, to })));
    }
  };
  await Promise.all(Array.from({ length: MOST_PROCESSES }, work));
  for (const cell of cells) cell.runs.sort((a, b) => a.run - b.run);
  return cells;
}

function simulated(portion) {
  return new Promise((resolve, reject) => {
    const child = fork(PROCESS);
    let runs = null;
    child.once('message', (message) => (runs = message));
    child.once('exit', (code) =>
      runs === null ? reject(new Error(`A simulation ended with code ${code}.`)) : resolve(runs),
    );
    child.send(portion);
  });
}
