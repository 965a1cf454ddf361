import { mean } from '../verdict/statistics.js';
import type { TrialResult, TrialSpec } from '../strategy/trial.js';
import type { PlannedTrial } from './plan.js';

/** The result of a trial, or why it failed. */
export type TrialOutcome = {
  spec: TrialSpec;
  seconds: number;
  /** When it ran, ISO 8601, if in an earlier run. */
  carriedFrom?: string;
} & ({ result: TrialResult } | { error: string });

export interface ScheduleInput {
  planned: readonly PlannedTrial[];
  workers: number;
  /** Threads for a trial that would run alone at the end; 1: the engine cannot use more. */
  threads: number;
  /** Runs a trial on some worker. */
  run: (spec: TrialSpec) => Promise<TrialResult>;
  /** Seconds since the run began. */
  now: () => number;
  /** No trial is started that would end after this, in the same seconds. */
  deadline: number;
  /** Resolves when trials under way are abandoned. */
  timeUp: Promise<void>;
  /** Called after each trial; true ends the schedule once the trials under way have ended. */
  onEnd: (end: TrialOutcome) => boolean;
}

/**
 * Seconds and fraction of its time for which the last trial must be alone before it gets all cores. A process has to
 * start, two threads save only a fifth, and threads slow down trials that still run.
 */
const ALONE_SECONDS = 2;
const ALONE_SHARE = 0.6;

/**
 * Runs the plan with as many trials at once as there are workers. A failed trial costs only itself. The last one
 * computes on all cores if the others will end long before it.
 */
export async function runSchedule({
  timeUp,
  planned,
  workers,
  threads,
  run,
  now,
  deadline,
  onEnd,
}: ScheduleInput): Promise<void> {
  const waiting = [...planned];
  /** Measured over predicted seconds of what has ended. */
  const ratios: number[] = [];
  const stop = { enough: false, late: false };
  /** When trials under way should end. */
  const ends = new Map<TrialSpec, number>();

  // A small trial that was faster than predicted says nothing about a large one.
  const slowdown = () => Math.max(1, mean(ratios));

  const fits = ({ seconds }: PlannedTrial) => seconds * slowdown() <= deadline - now();

  const next = (): PlannedTrial | undefined => {
    const index = waiting.findIndex(fits);
    return index === -1 ? undefined : waiting.splice(index, 1)[0];
  };

  /** Whether the trial would be the only one for so long that it pays to give it all cores. */
  const isLastAlone = ({ seconds }: PlannedTrial): boolean => {
    if (waiting.some(fits)) return false;
    const ahead = Math.max(0, ...[...ends.values()].map((end) => end - now()));
    const expected = seconds * slowdown();
    return expected - ahead > ALONE_SECONDS + ALONE_SHARE * expected;
  };

  const runOne = async (trial: PlannedTrial): Promise<void> => {
    const { seconds } = trial;
    const spec = threads > 1 && isLastAlone(trial) ? { ...trial.spec, threads } : trial.spec;
    ends.set(spec, now() + seconds * slowdown());
    const started = now();
    let end: TrialOutcome;
    try {
      const result = await run(spec);
      end = { spec, seconds: now() - started, result };
      if (seconds > 0 && spec.threads === undefined) ratios.push(end.seconds / seconds);
    } catch (error) {
      end = {
        spec,
        seconds: now() - started,
        error: error instanceof Error ? error.message : String(error),
      };
    }
    ends.delete(spec);
    if (stop.late) return;
    stop.enough = onEnd(end) || stop.enough;
  };

  const running = new Set<Promise<void>>();
  const late = timeUp.then(() => {
    stop.late = true;
  });
  for (;;) {
    while (!stop.enough && running.size < workers) {
      const trial = next();
      if (trial === undefined) break;
      const done = runOne(trial).finally(() => running.delete(done));
      running.add(done);
    }
    if (running.size === 0) return;
    await Promise.race([...running, late]);
    if (stop.late) return;
  }
}
