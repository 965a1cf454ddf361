/** Where a mode works, and how it ends when its job is cancelled. */
import { dirname } from 'node:path';
import { provisionNative } from '../engine/native/provision.js';
import { programRoot } from '../engine/tensorflow/load.js';
import { logLine } from '../github/comments/publish.js';
import type { ProbeRequest, Progress } from '../pipeline/run.js';
import type { Announcer } from './announce.js';

export function surroundingsOf(
  program: string,
  engine: ProbeRequest['engine'],
  signal: AbortSignal,
  announce: Pick<Announcer, 'progress'>,
) {
  const home = dirname(program);
  const say = progressLines();
  const native = {
    choice: engine,
    environment: process.env,
    programDir: home,
    root: programRoot(program),
    signal,
  };
  return {
    home,
    cwd: process.cwd(),
    signal,
    onProgress: (progress: Progress) => {
      say(progress);
      announce.progress(progress);
    },
    provision: (tell: (message: string) => void) => provisionNative({ ...native, log: tell }),
  };
}

/** Ends what is under way when the job is cancelled. */
export function aborted(): AbortController {
  const abort = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => abort.abort());
  return abort;
}

/** A line when the stage changes, and every ten seconds within one. */
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
