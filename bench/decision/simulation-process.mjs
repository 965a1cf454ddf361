/** A child process that simulates runs: told which, it sends them back and ends. */
import { setPriority } from 'node:os';
import { simulateRun } from './simulate.mjs';

setPriority(10);
process.once('message', ({ world, budget, seed, from, to }) => {
  const runs = Array.from({ length: to - from }, (_, i) =>
    simulateRun({ world, budget, seed, run: from + i }),
  );
  process.send(runs, () => process.disconnect());
});
