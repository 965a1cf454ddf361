import { temperOf, type Arm } from '../strategy/recipe.js';
import type { TrialSpec } from '../strategy/trial.js';
import type { StrategyName } from '../verdict/model.js';
import type { Throughput } from './calibrate.js';
import { armOf, keyOf, planTrials, predictedSeconds, type PlannedTrial } from './plan.js';
import type { Pool } from './pool.js';
import { runSchedule, type TrialEnd } from './schedule.js';
import type { ProbeState } from './state.js';
import { timer } from './timer.js';
import { REPLICATES } from './trial-data.js';

/** Told after each trial; true ends the schedule. */
export type OnTrial = (end: TrialEnd, left: number) => boolean;

export interface TrainedTrialsInput {
  strategies: readonly StrategyName[];
  /** Seconds since the run began. */
  now: () => number;
  /** In the same seconds: nothing is started that would end later. */
  deadline: number;
  /** In the same seconds: what has not ended by then is given up. */
  lastCall: number;
  /** Threads that one trial can make use of. */
  threads: number;
  /** Trials to repeat, each with the threads that it had, from a receipt; null: planned for the time that is left. */
  repeat: TrialSpec[] | null;
  onTrial: OnTrial;
}

const NEVER = new Promise<void>(() => undefined);

/** Share of the time that is planned for: the rest absorbs what calibration cannot know. */
const PLANNED_SHARE = 0.9;
/** Plans: the first rests on the calibration, later ones on what trials really took. */
const MOST_PLANS = 6;
/** A trial is run again when it had less than this share of the passes that a later plan has time for. */
const MUCH = 0.8;

/** Fine-tuning, hybrid and scratch, as far up the sizes as the time reaches. */
export async function runTrainedTrials(
  state: ProbeState,
  pool: Pool,
  input: TrainedTrialsInput,
): Promise<void> {
  const run = (spec: TrialSpec) => pool.run('trial', { spec }, { threads: spec.threads ?? 1 });
  if (input.repeat !== null) {
    let left = input.repeat.length;
    // The longest first, so that no worker is left alone with one at the end.
    const planned = input.repeat
      .map((spec) => ({ spec, seconds: predictedSeconds(spec, planInput(state)) }))
      .sort((a, b) => b.seconds - a.seconds);
    const onEnd = (end: TrialEnd) => input.onTrial(end, --left);
    await runSchedule({
      planned,
      workers: pool.size,
      threads: 1,
      run,
      now: input.now,
      deadline: Infinity,
      timeUp: NEVER,
      rates: null,
      onEnd,
    });
    return;
  }
  const rates = ratesFound(state.carried?.ends ?? []);
  const ratio = new Ratio();
  const time = timer(input.lastCall - input.now());
  /** Passes of each trial that has ended. */
  const ended = new Map((state.carried?.ends ?? []).map(({ spec }) => [keyOf(spec), spec.epochs]));
  let trials = 0;
  const told = { toStop: false };
  for (let plan = 0; plan < MOST_PLANS && !told.toStop; plan++) {
    const isDone = (spec: TrialSpec) => (ended.get(keyOf(spec)) ?? 0) >= spec.epochs * MUCH;
    const wallSeconds = Math.max(0, input.deadline - input.now());
    const capacity = { wallSeconds, workers: pool.size, strategies: input.strategies };
    const planned = planFor(state, capacity, ratio.mean(), isDone);
    if (planned.length === 0) break;
    let left = planned.length;
    const before = trials;
    await runSchedule({
      planned,
      workers: pool.size,
      threads: input.threads,
      run,
      now: input.now,
      deadline: input.deadline,
      timeUp: time.up,
      rates,
      onEnd: (end) => {
        ended.set(keyOf(end.spec), end.spec.epochs);
        trials++;
        if ('result' in end && end.spec.threads === undefined)
          ratio.add(end.seconds, predictedSeconds(end.spec, planInput(state)));
        told.toStop = input.onTrial(end, --left);
        return told.toStop;
      },
    });
    if (trials === before) break;
  }
  time.stop();
  pool.abandon();
}

/** Rates that earlier trials have chosen among several. */
function ratesFound(ends: readonly TrialEnd[]): Map<Arm, number> {
  return new Map(
    ends.flatMap((end) =>
      'result' in end && end.spec.rates.length > 1 && end.result.rate !== null
        ? [[armOf(end.spec), end.result.rate] as const]
        : [],
    ),
  );
}

/** What may train from now on. */
export interface Capacity {
  strategies: readonly StrategyName[];
  workers: number;
  /** Seconds that each of them has. */
  wallSeconds: number;
}

/** @param slowdown Seconds that trials took so far over the seconds that were predicted for them. */
export function planFor(
  state: ProbeState,
  { strategies, workers, wallSeconds }: Capacity,
  slowdown: number,
  isDone: (spec: TrialSpec) => boolean,
): PlannedTrial[] {
  const { throughput, testExamples } = planInput(state);
  return planTrials({
    sizes: state.sizes,
    testExamples,
    strategies,
    throughput: slower(throughput, slowdown),
    workerSeconds: wallSeconds * workers * PLANNED_SHARE,
    wallSeconds,
    isDone,
    replicates: REPLICATES,
    flip: state.flip?.flip ?? false,
    temper: temperOf(state.backbone.layers),
  });
}

export function planInput(state: ProbeState): { throughput: Throughput; testExamples: number } {
  return { throughput: state.throughput!, testExamples: state.test.length };
}

function slower({ trainSeconds, embedSeconds }: Throughput, factor: number): Throughput {
  return {
    embedSeconds: embedSeconds * factor,
    trainSeconds: Object.fromEntries(
      Object.entries(trainSeconds).map(([arm, seconds]) => [arm, seconds * factor]),
    ),
  };
}

/** Seconds that trials took over the seconds that were predicted for them. */
export class Ratio {
  private took = 0;
  private predicted = 0;

  add(took: number, predicted: number): void {
    this.took += took;
    this.predicted += predicted;
  }

  mean(): number {
    return this.predicted === 0 ? 1 : this.took / this.predicted;
  }
}
