import type { Action } from './action.js';
import { measure, measureAgain, measureAllAgain, obey } from './dispatch.js';
import type { Log } from './log.js';
import type { Means } from './job-context.js';
import { type Job, lease } from './queue.js';
import { lookAfter, noteStart, postResults } from './results.js';
import { setbackOf } from './failure-kind.js';

/** Jobs at once; those of one repository come one after the other. */
const mostAtOnce = 8;
/** Tries of a job; with the waits between them they last for about four hours. */
const mostAttempts = 12;
/** Milliseconds. */
const firstWait = 10_000;
const longestWait = 3600_000;
/** Milliseconds after which is looked for work though nothing said that there is some. */
const longestSleep = 5000;
const sweepEvery = 3600_000;

export interface Workers {
  /** Ends once no job is being worked at; jobs that take longer than `milliseconds` are let go, and done again later. */
  stop(milliseconds: number): Promise<void>;
}

/** Works the queue off until it is stopped. */
export function startWorkers(means: Means, log: Log, fail: (error: unknown) => void): Workers {
  const { queue, requests, now } = means;
  const running = new Set<Promise<void>>();
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;

  const guarded = (work: () => void): void => {
    // A queue that cannot be read or written is nothing to go on with: whoever watches the process starts it again.
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
      while (running.size < mostAtOnce) {
        const job = queue.take();
        if (job === null) break;
        const work = workOff(job, means, log).catch(fail);
        running.add(work);
        void work.finally(() => {
          running.delete(work);
          fill();
        });
      }
      const due = running.size < mostAtOnce ? queue.nextDue() : null;
      const wait = due === null ? longestSleep : Math.min(longestSleep, Math.max(20, due - now()));
      timer = setTimeout(fill, wait);
    });
  };
  const sweep = (): void =>
    guarded(() => {
      queue.sweep();
      requests.sweep();
    });
  const renewing = setInterval(() => guarded(() => running.size > 0 && queue.renew()), lease / 3);
  const sweeping = setInterval(sweep, sweepEvery);
  queue.onArrival = fill;
  sweep();
  fill();

  return {
    async stop(milliseconds) {
      stopped = true;
      clearTimeout(timer);
      const patience = new Promise((resolve) => setTimeout(resolve, milliseconds).unref());
      await Promise.race([Promise.all(running), patience]);
      clearInterval(renewing);
      clearInterval(sweeping);
      queue.release();
    },
  };
}

/** One attempt at a job; what GitHub refuses decides whether there is another. */
async function workOff(job: Job, means: Means, log: Log): Promise<void> {
  const { queue, now } = means;
  const { action, attempt, delivery } = job;
  const about = {
    delivery,
    kind: action.kind,
    repository: `${action.repository.owner}/${action.repository.repo}`,
    installation: action.installation,
    attempt,
  };
  const started = now();
  try {
    const outcome = await perform(action, job, means);
    queue.finish(job, 'done', outcome);
    log.info({ ...about, outcome, ms: now() - started }, 'done');
  } catch (error) {
    const setback = setbackOf(error, now());
    if (setback.kind === 'limit') {
      queue.pause(action.installation, setback.until);
      queue.putBack(job, setback.until, setback.why, false);
      log.warn({ ...about, until: new Date(setback.until).toISOString() }, 'put back for a rate limit');
    } else if (setback.kind === 'passing' && attempt < mostAttempts) {
      const wait = Math.min(longestWait, firstWait * 2 ** (attempt - 1));
      queue.putBack(job, now() + wait, setback.why, true);
      log.warn({ ...about, why: setback.why, wait }, 'put back');
    } else {
      queue.finish(job, 'failed', setback.why);
      log.error({ ...about, why: setback.why }, 'failed');
    }
  }
}

function perform(action: Action, job: Job, means: Means): Promise<string> | string {
  switch (action.kind) {
    case 'measure':
      return measure(action, means);
    case 'command':
      return obey(action, means);
    case 'measure again':
      return measureAgain(action, means);
    case 'measure all again':
      return measureAllAgain(action, means);
    case 'note start':
      return noteStart(action, means);
    case 'post results':
      return postResults(action, means);
    case 'look after':
      return lookAfter(action, means);
    case 'leave':
      return `dropped ${means.queue.leave(action.installation, job.id)} jobs`;
  }
}
