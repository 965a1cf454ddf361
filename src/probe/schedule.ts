import { RATE_FROM, type Arm } from '../strategy/recipe.js';
import type { TrialResult, TrialSpec } from '../strategy/trial.js';
import { armOf, type PlannedTrial } from './plan.js';

/** How a trial ended. */
export type TrialEnd = {
  spec: TrialSpec;
  seconds: number;
  /** When it ran, ISO 8601, if that was in an earlier run. */
  carriedFrom?: string;
} & ({ result: TrialResult } | { error: string });

export interface ScheduleInput {
  planned: readonly PlannedTrial[];
  workers: number;
  /** Runs a trial on some worker. */
  run: (spec: TrialSpec) => Promise<TrialResult>;
  /** Seconds since the run began. */
  now: () => number;
  /** No trial is started that would end after this, in the same seconds. */
  deadline: number;
  /** Resolves when trials under way are not waited for any longer; they are lost. */
  timeUp: Promise<void>;
  /** Rates that arms have found; filled as they are. */
  rates: Map<Arm, number>;
  /** Called after each trial; true ends the schedule once the trials under way have ended. */
  onEnd: (end: TrialEnd) => boolean;
}

/**
 * Works the plan off, as many trials at once as there are workers. The rate that an arm found at its lowest size is
 * carried to its later trials and to its kin, so these wait for it. A failed trial costs only itself.
 */
export async function runSchedule({
  rates,
  timeUp,
  planned,
  workers,
  run,
  now,
  deadline,
  onEnd,
}: ScheduleInput): Promise<void> {
  const waiting = [...planned];
  const tuning = new Set<Arm>();
  /** Measured over predicted seconds, the mean of what has ended. */
  const ratios: number[] = [];
  const stop = { enough: false, late: false };

  /** The arm that tunes for this one, when it has done so in an earlier schedule or is planned in this one. */
  const rateSource = ({ strategy, variant }: TrialSpec): Arm => {
    const arm = armOf({ strategy, variant });
    const source = RATE_FROM[arm];
    return rates.has(source) || planned.some(({ spec }) => armOf(spec) === source) ? source : arm;
  };

  const slowdown = () =>
    ratios.length === 0 ? 1 : ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length;

  const next = (): PlannedTrial | undefined => {
    const left = deadline - now();
    const index = waiting.findIndex(
      ({ spec, seconds }) => !tuning.has(rateSource(spec)) && seconds * slowdown() <= left,
    );
    return index === -1 ? undefined : waiting.splice(index, 1)[0];
  };

  const runOne = async ({ spec, seconds }: PlannedTrial): Promise<void> => {
    const arm = armOf(spec);
    const known = rates.get(rateSource(spec));
    const tunes = spec.rates.length > 1 && known === undefined;
    const settled = known === undefined ? spec : { ...spec, rates: [known] };
    if (tunes) tuning.add(arm);
    const started = now();
    let end: TrialEnd;
    try {
      const result = await run(settled);
      const found = result.rate ?? settled.rates[0];
      if (tunes || found !== settled.rates[0]) rates.set(arm, found);
      end = { spec: settled, seconds: now() - started, result };
      if (seconds > 0) ratios.push(end.seconds / seconds);
    } catch (error) {
      end = {
        spec: settled,
        seconds: now() - started,
        error: error instanceof Error ? error.message : String(error),
      };
    }
    tuning.delete(arm);
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
