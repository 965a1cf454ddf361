/** Works through the queue. */
import type { Logger } from 'pino';
import { classifyFailure } from '../github/api-errors.js';
import type { JobContext } from './dispatch.js';
import { measure, measureAgain, measureAllAgain, runCommand } from './measure.js';
import { type Job, LEASE_MS } from './queue.js';
import { nameOf } from './requests.js';
import { lookAfter, noteStart, postResults } from './results.js';

/** Jobs at once. The queue allows one per repository. */
const MAX_CONCURRENT = 8;
/** With the waits between them, the attempts take about four hours. */
const MAX_ATTEMPTS = 12;
const FIRST_WAIT_MS = 10_000;
const MAX_WAIT_MS = 3600_000;
/** How often to look for jobs that another process left. */
const POLL_MS = 5000;
const SWEEP_MS = 3600_000;

export interface Workers {
  /** Waits for running jobs. Those that take longer than `milliseconds` are released, and run again later. */
  stop(milliseconds: number): Promise<void>;
}

/** Works through the queue until it is stopped. */
export function startWorkers(context: JobContext, log: Logger, fail: (error: unknown) => void): Workers {
  const { queue, requests, now } = context;
  const running = new Set<Promise<void>>();
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;

  const guarded = (work: () => void): void => {
    // Without the queue the process cannot go on; its supervisor restarts it.
    try {
      work();
    } catch (error) {
      fail(error);
    }
  };
  const fill = (): void => {
    if (stopped) return;
    clearTimeout(timer);
    guarded(() => {
      while (running.size < MAX_CONCURRENT) {
        const job = queue.take();
        if (job === null) break;
        const work = runJob(job, context, log).catch(fail);
        running.add(work);
        void work.finally(() => {
          running.delete(work);
          fill();
        });
      }
      const due = running.size < MAX_CONCURRENT ? queue.nextDue() : null;
      const wait = due === null ? POLL_MS : Math.min(POLL_MS, Math.max(20, due - now()));
      timer = setTimeout(fill, wait);
    });
  };
  const sweep = (): void =>
    guarded(() => {
      queue.sweep();
      requests.sweep();
    });
  const renewing = setInterval(() => guarded(() => running.size > 0 && queue.renew()), LEASE_MS / 3);
  const sweeping = setInterval(sweep, SWEEP_MS);
  queue.onArrival = fill;
  sweep();
  fill();

  return {
    async stop(milliseconds) {
      stopped = true;
      clearTimeout(timer);
      const timeout = new Promise((resolve) => setTimeout(resolve, milliseconds).unref());
      await Promise.race([Promise.all(running), timeout]);
      clearInterval(renewing);
      clearInterval(sweeping);
      queue.release();
    },
  };
}

/** Runs one attempt of a job. The kind of a failure decides whether there is another. */
async function runJob(job: Job, context: JobContext, log: Logger): Promise<void> {
  const { queue, now } = context;
  const { task, attempt, delivery } = job;
  const about = {
    delivery,
    kind: task.kind,
    repository: nameOf(task.repository),
    installation: task.installation,
    attempt,
  };
  const started = now();
  try {
    const outcome = await perform(job, context);
    queue.finish(job, 'done', outcome);
    log.info({ ...about, outcome, ms: now() - started }, 'done');
  } catch (error) {
    const failure = classifyFailure(error, now());
    if (failure.kind === 'rateLimited') {
      queue.pause(task.installation, failure.until);
      queue.putBack(job, failure.until, failure.reason, false);
      log.warn({ ...about, until: new Date(failure.until).toISOString() }, 'put back for a rate limit');
    } else if (failure.kind === 'transient' && attempt < MAX_ATTEMPTS) {
      const wait = Math.min(MAX_WAIT_MS, FIRST_WAIT_MS * 2 ** (attempt - 1));
      queue.putBack(job, now() + wait, failure.reason, true);
      log.warn({ ...about, why: failure.reason, wait }, 'put back');
    } else {
      queue.finish(job, 'failed', failure.reason);
      log.error({ ...about, why: failure.reason }, 'failed');
    }
  }
}

function perform({ id, task }: Job, context: JobContext): Promise<string> | string {
  switch (task.kind) {
    case 'measure':
      return measure(task, context);
    case 'command':
      return runCommand(task, context);
    case 'measure again':
      return measureAgain(task, context);
    case 'measure all again':
      return measureAllAgain(task, context);
    case 'note start':
      return noteStart(task, context);
    case 'post results':
      return postResults(task, context);
    case 'look after':
      return lookAfter(task, context);
    case 'leave':
      return `dropped ${context.queue.leave(task.installation, id)} jobs`;
  }
}
