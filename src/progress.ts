import { progress as bar } from '@clack/prompts';
import type { Progress } from './run.js';
import { plain } from './report/escape.js';

export interface ProgressDisplay {
  update(event: Progress): void;
  end(): void;
}

/** Seconds between two lines of the same stage in a log. */
const LINE_EVERY = 5;

/** A bar with the time left on a terminal, a line now and then in a log; all on standard error, results have standard output. */
export function showProgress(wanted: boolean, plain = false): ProgressDisplay {
  if (!wanted) return { update: () => undefined, end: () => undefined };
  return process.stderr.isTTY && !plain ? terminalBar() : logLines();
}

function terminalBar(): ProgressDisplay {
  const shown = bar({ max: 1000, output: process.stderr });
  let at = 0;
  let started = false;
  return {
    update(event) {
      if (!started) shown.start(event.message);
      started = true;
      const target = event.total === null ? at : Math.round((1000 * event.done) / event.total);
      shown.advance(Math.max(0, target - at), describe(event));
      at = Math.max(at, target) % 1000;
    },
    end() {
      if (started) shown.stop('done');
    },
  };
}

function logLines(): ProgressDisplay {
  let stage = '';
  let last = -Infinity;
  return {
    update(event) {
      const now = performance.now() / 1000;
      if (event.stage === stage && now - last < LINE_EVERY && event.done !== event.total) return;
      if (event.stage === stage && event.done === event.total && now - last < 1) return;
      stage = event.stage;
      last = now;
      process.stderr.write(`${describe(event)}\n`);
    },
    end: () => undefined,
  };
}

function describe({ message, done, total, secondsLeft }: Progress): string {
  const count = total === null || total === 0 ? '' : `, ${done} of ${total}`;
  const left = secondsLeft === null ? '' : `, ${duration(secondsLeft)} left`;
  return plain(`${message}${count}${left}`);
}

function duration(seconds: number): string {
  return seconds < 90 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`;
}
