import { MIN_PER_CLASS } from '../dataset/split/subset.js';
import { trainingTraits } from '../strategy/recipe.js';
import type { TrialSpec } from '../strategy/trial.js';
import { analyze } from '../verdict/analyze.js';
import type { StrategyName } from '../verdict/types.js';
import type { Throughput } from '../scheduling/calibrate.js';
import { missingFamilies } from './outcomes.js';
import { measurementsOf } from './measurements.js';
import { planTrials, type PlanInput, type StagedTrial } from '../scheduling/plan.js';
import { keyOf, predictedSeconds } from '../scheduling/trial-spec.js';
import type { Pool } from '../scheduling/pool.js';
import { runSchedule, type TrialOutcome } from '../scheduling/schedule.js';
import { standingOf, type Standing } from '../scheduling/standing.js';
import type { Measured } from './stages.js';
import { timer } from '../scheduling/timer.js';
import { REPLICATES } from './trial-data.js';

/**
 * Called after each trial; true ends the schedule.
 * @param left trials of this stage that have not ended.
 * @param isDecisive whether the deciding pair has ended.
 */
export type OnTrial = (end: TrialOutcome, left: number, isDecisive: boolean) => boolean;

export interface TrainedTrialsInput {
  strategies: readonly StrategyName[];
  /** Seconds since the run began. */
  now: () => number;
  /** In the same seconds: no trial starts that would end later. */
  deadline: number;
  /** In the same seconds: what has not ended by then is abandoned. */
  lastCall: number;
  /** Threads that one trial can use. */
  threads: number;
  /** Trials of a receipt to repeat, each with its number of threads; null: planned for the time left. */
  repeat: TrialSpec[] | null;
  onTrial: OnTrial;
}

const NEVER = new Promise<void>(() => undefined);

/** Share of the time that is planned; the rest absorbs errors of the calibration. */
const PLANNED_SHARE = 0.9;
/** Draws of the verdict that plans use. */
const QUICK_DRAWS = 200;

/** Fine-tuning, scratch and hybrid, stage by stage, until no trial fits into the time left. */
export async function runTrainedTrials(
  measured: Measured,
  pool: Pool,
  input: TrainedTrialsInput,
): Promise<void> {
  if (input.repeat !== null) return repeatTrials(measured, pool, input, input.repeat);
  const slowdown = new Slowdown();
  const time = timer(input.lastCall - input.now());
  const told = { toStop: false };
  while (!told.toStop) {
    const wallSeconds = Math.max(0, input.deadline - input.now());
    const capacity = { wallSeconds, workers: pool.size, strategies: input.strategies };
    const standing = standingNow(measured, input.strategies, pool.size);
    const stage = planTrials({ ...planInput(measured, capacity, slowdown.factor()), standing });
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
          slowdown.add(end.seconds, predictedSeconds(end.spec, timesOf(measured)));
        told.toStop = input.onTrial(end, open.size, isDecisive(stage, open));
        return told.toStop;
      },
    });
    if (open.size === stage.length) break;
  }
  time.stop();
  pool.abandon();
}

/** Whether the deciding pair has ended, in this stage or an earlier one. */
function isDecisive(stage: readonly StagedTrial[], open: ReadonlySet<StagedTrial>): boolean {
  return stage[0].stage !== 'first' && ![...open].some((trial) => trial.stage === 'pair');
}

/** The longest first, so that no worker is left with one at the end. */
async function repeatTrials(
  measured: Measured,
  pool: Pool,
  { now, onTrial }: TrainedTrialsInput,
  repeat: readonly TrialSpec[],
): Promise<void> {
  let left = repeat.length;
  await runSchedule({
    planned: repeat
      .map((spec) => ({ spec, seconds: predictedSeconds(spec, timesOf(measured)) }))
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

/** What the verdict so far leaves open; null: there is no verdict yet. */
function standingNow(
  measured: Measured,
  strategies: readonly StrategyName[],
  workers: number,
): Standing | null {
  if (missingFamilies(measured, strategies) !== null) return null;
  const file = measurementsOf(measured, workers, {});
  return standingOf(analyze(file, { draws: QUICK_DRAWS }), file.measurements);
}

/** Strategies, workers and time for the next trials. */
export interface Capacity {
  strategies: readonly StrategyName[];
  workers: number;
  /** Seconds of each worker. */
  wallSeconds: number;
}

/** @param slowdown measured over predicted seconds of the trials so far. */
export function planInput(
  measured: Measured,
  { strategies, workers, wallSeconds }: Capacity,
  slowdown: number,
): Omit<PlanInput, 'standing'> {
  const { throughput, testExamples } = timesOf(measured);
  return {
    strategies,
    trainExamples: measured.train.length,
    horizon: measured.horizon,
    minExamples: MIN_PER_CLASS * measured.dataset.classes.length,
    testExamples,
    throughput: slower(throughput, slowdown),
    workers,
    wallSeconds: wallSeconds * PLANNED_SHARE,
    ended: measured.outcomes.map((end) =>
      'result' in end
        ? { spec: end.spec, rate: end.result.rate, holdAccuracy: end.result.held?.accuracy ?? null }
        : { spec: end.spec },
    ),
    replicates: REPLICATES,
    flip: measured.flip?.flip ?? false,
    temper: trainingTraits(measured.backbone.layers),
  };
}

/** What the duration of a trial depends on besides its spec. */
export function timesOf(measured: Measured): { throughput: Throughput; testExamples: number } {
  return { throughput: measured.throughput!, testExamples: measured.test.length };
}

function slower({ trainSeconds, embedSeconds }: Throughput, factor: number): Throughput {
  return {
    embedSeconds: embedSeconds * factor,
    trainSeconds: Object.fromEntries(
      Object.entries(trainSeconds).map(([arm, seconds]) => [arm, seconds * factor]),
    ),
  };
}

/** How much longer trials take than predicted. */
export class Slowdown {
  private took = 0;
  private predicted = 0;

  /** Trials without a prediction are ignored. */
  add(took: number, predicted: number): void {
    if (predicted === 0) return;
    this.took += took;
    this.predicted += predicted;
  }

  /** Never below 1: the first trials are small and fit into the CPU caches, which says nothing about large ones. */
  factor(): number {
    return this.predicted === 0 ? 1 : Math.max(1, this.took / this.predicted);
  }
}
