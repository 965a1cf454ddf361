/** Where the modes of the Action run, and how they end when the job is cancelled. */
import { dirname } from 'node:path';
import { logLine } from '../github/step-output.js';
import type { Progress, RunContext } from '../pipeline/run.js';
import type { ActionInputs } from './inputs.js';

/**
 * @param program path of the running entry.
 * @param onProgress gets every event; the log only some.
 */
export function createContext(
  program: string,
  { engine }: Pick<ActionInputs, 'engine'>,
  signal: AbortSignal,
  onProgress: (progress: Progress) => void,
): RunContext {
  const log = progressLines();
  return {
    programDir: dirname(program),
    cwd: process.cwd(),
    signal,
    onProgress: (progress) => {
      log(progress);
      onProgress(progress);
    },
    // Only this job's own input counts: commands come from comments, and plans from other machines.
    mayInstallEngine: engine === 'tensorflow',
  };
}

/** Aborts when the job is cancelled. */
export function cancellation(): AbortSignal {
  const abort = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => abort.abort());
  return abort.signal;
}

/** Logs a line when the stage changes, and every ten seconds within one. */
function progressLines(): (event: Progress) => void {
  let stage = '';
  let next = 0;
  return (event) => {
    const now = performance.now();
    if (event.stage === stage && now < next) return;
    stage = event.stage;
    next = now + 10_000;
    const share = event.total === null ? '' : ` (${event.done} of ${event.total})`;
    const left = event.secondsLeft === null ? '' : `, ${Math.round(event.secondsLeft)} s left`;
    logLine(`${event.message}${share}${left}`);
  };
}
