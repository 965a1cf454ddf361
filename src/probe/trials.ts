import { LEAST_PER_CLASS } from '../dataset/split/subset.js';
import { temperOf } from '../strategy/recipe.js';
import type { TrialSpec } from '../strategy/trial.js';
import { analyze } from '../verdict/analyze.js';
import type { StrategyName } from '../verdict/types.js';
import type { Throughput } from '../scheduling/calibrate.js';
import { unmeasured } from './ends.js';
import { measurementsOf } from './measurements.js';
import { keyOf, planTrials, predictedSeconds, type PlanInput, type StagedTrial } from '../scheduling/plan.js';
import type { Pool } from '../scheduling/pool.js';
import { runSchedule, type TrialEnd } from '../scheduling/schedule.js';
import { standingOf, type Standing } from '../scheduling/standing.js';
import type { ProbeState } from './state.js';
import { timer } from '../scheduling/timer.js';
import { REPLICATES } from './trial-data.js';

/**
 * Told after each trial; true ends the schedule.
 * @param left trials of the stage under way.
 * @param isDecisive the pair that decides has ended: more would only confirm it.
 */
export type OnTrial = (end: TrialEnd, left: number, isDecisive: boolean) => boolean;

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
/** Draws of the verdict that a plan asks. */
const QUICK_DRAWS = 200;

/** Fine-tuning, scratch and hybrid, stage by stage until no trial fits into the time that is left. */
export async function runTrainedTrials(
  state: ProbeState,
  pool: Pool,
  input: TrainedTrialsInput,
): Promise<void> {
  if (input.repeat !== null) return repeatTrials(state, pool, input, input.repeat);
  const slowdown = new Slowdown();
  const time = timer(input.lastCall - input.now());
  const told = { toStop: false };
  while (!told.toStop) {
    const wallSeconds = Math.max(0, input.deadline - input.now());
    const capacity = { wallSeconds, workers: pool.size, strategies: input.strategies };
    const standing = standingNow(state, input.strategies, pool.size);
    const stage = planTrials({ ...planInput(state, capacity, slowdown.factor()), standing });
    if (stage.length === 0) break;
    const open = new Set(stage);
    await runSchedule({
      planned: stage,
      workers: pool.size,
      threads: input.threads,
      run: (spec) => pool.run('trial', { spec }, { threads: spec.threads ?? 1 }),
      now: input.now,
      deadline: input.deadline,
      timeUp: time.up,
      onEnd: (end) => {
        open.delete(stage.find(({ spec }) => keyOf(spec) === keyOf(end.spec))!);
        if ('result' in end && end.spec.threads === undefined)
          slowdown.add(end.seconds, predictedSeconds(end.spec, timesOf(state)));
        told.toStop = input.onTrial(end, open.size, isDecisive(stage, open));
        return told.toStop;
      },
    });
    if (open.size === stage.length) break;
  }
  time.stop();
  pool.abandon();
}

/** The pair that decides has ended, when this is its stage, or the plan is beyond it. */
function isDecisive(stage: readonly StagedTrial[], open: ReadonlySet<StagedTrial>): boolean {
  return stage[0].stage !== 'first' && ![...open].some((trial) => trial.stage === 'pair');
}

/** The longest first, so that no worker is left alone with one at the end. */
async function repeatTrials(
  state: ProbeState,
  pool: Pool,
  { now, onTrial }: TrainedTrialsInput,
  repeat: readonly TrialSpec[],
): Promise<void> {
  let left = repeat.length;
  await runSchedule({
    planned: repeat
      .map((spec) => ({ spec, seconds: predictedSeconds(spec, timesOf(state)) }))
      .sort((a, b) => b.seconds - a.seconds),
    workers: pool.size,
    threads: 1,
    run: (spec) => pool.run('trial', { spec }, { threads: spec.threads ?? 1 }),
    now,
    deadline: Infinity,
    timeUp: NEVER,
    onEnd: (end) => onTrial(end, --left, true),
  });
}

/** What the verdict on all that has ended leaves open; null when there is none yet. */
function standingNow(
  state: ProbeState,
  strategies: readonly StrategyName[],
  workers: number,
): Standing | null {
  if (unmeasured(state, strategies) !== null) return null;
  const measured = measurementsOf(state, workers, {});
  return standingOf(analyze(measured, { draws: QUICK_DRAWS }), measured.measurements);
}

/** What may train from now on. */
export interface Capacity {
  strategies: readonly StrategyName[];
  workers: number;
  /** Seconds that each of them has. */
  wallSeconds: number;
}

/** @param slowdown Seconds that trials took so far over the seconds that were predicted for them. */
export function planInput(
  state: ProbeState,
  { strategies, workers, wallSeconds }: Capacity,
  slowdown: number,
): Omit<PlanInput, 'standing'> {
  const { throughput, testExamples } = timesOf(state);
  return {
    strategies,
    trainExamples: state.train.length,
    horizon: state.horizon,
    fewest: LEAST_PER_CLASS * state.dataset.classes.length,
    testExamples,
    throughput: slower(throughput, slowdown),
    workers,
    wallSeconds: wallSeconds * PLANNED_SHARE,
    ended: state.ends.map((end) =>
      'result' in end
        ? { spec: end.spec, rate: end.result.rate, holdAccuracy: end.result.held?.accuracy ?? null }
        : { spec: end.spec },
    ),
    replicates: REPLICATES,
    flip: state.flip?.flip ?? false,
    temper: temperOf(state.backbone.layers),
  };
}

/** What the time of a trial depends on besides itself. */
export function timesOf(state: ProbeState): { throughput: Throughput; testExamples: number } {
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

/** By how much trials take longer than was predicted for them. */
export class Slowdown {
  private took = 0;
  private predicted = 0;

  /** Nothing is learned from trials that no time was predicted for. */
  add(took: number, predicted: number): void {
    if (predicted === 0) return;
    this.took += took;
    this.predicted += predicted;
  }

  /** Never below 1: the small trials that come first stay in the caches, which says nothing about large ones. */
  factor(): number {
    return this.predicted === 0 ? 1 : Math.max(1, this.took / this.predicted);
  }
}
