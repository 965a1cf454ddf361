import { startsFromScratch, trainingTraits, type Arm } from '../strategy/recipe.js';
import { VARIANTS, type TrialSpec } from '../strategy/trial.js';
import type { StrategyName } from '../verdict/types.js';
import type { Throughput } from '../scheduling/calibrate.js';
import { applyControls, dealLabels, judgeDeals, largestClass, recitalOf } from './controls.js';
import { frozenTrial, keyOf } from '../scheduling/trial-spec.js';
import type { Pool } from '../scheduling/pool.js';
import { runSchedule, type ScheduleInput } from '../scheduling/schedule.js';
import { blockingFinding, type Measured } from './stages.js';
import { timer } from '../scheduling/timer.js';
import { nestedOrders, REPLICATES } from './trial-data.js';
import type { OnTrial } from './train-trials.js';

/** Images for the preliminary measurements. */
const PRELIMINARY_IMAGES = 600;

export interface PreliminaryInput {
  strategies: readonly StrategyName[];
  /** Whether to measure the speed of the workers. */
  calibrate: boolean;
  /** Seconds since the run began. */
  now: () => number;
  /** In the same seconds: no linear probe starts later. */
  deadline: number;
  /** In the same seconds: what has not ended by then is abandoned and stays unknown. */
  lastCall: number;
  /** The linear probes of a run being repeated; null: the usual ones. */
  probes: readonly TrialSpec[] | null;
  onTrial: OnTrial;
}

/**
 * Everything before training, in one queue so that no worker waits for another: whether flips keep the labels valid, how
 * fast each arm trains here, how much the pre-trained weights help, and the linear probes with their control. What
 * training depends on comes first.
 */
export async function runPreliminaries(
  measured: Measured,
  pool: Pool,
  input: PreliminaryInput,
): Promise<void> {
  const time = timer(input.lastCall - input.now());
  const examples = Math.min(PRELIMINARY_IMAGES, measured.train.length);
  const flip = measured.flip ?? pool.run('flip', { examples }).then((found) => (measured.flip = found));
  const speed = input.calibrate ? calibrateWorkers(measured, pool, input.strategies) : null;
  const source =
    measured.source ?? pool.run('source', { examples }).then((found) => (measured.source = found));
  const rest = Promise.allSettled([flip, source, runControls(measured, pool)]);
  try {
    await Promise.all([speed, runFrozenTrials(measured, pool, input, time.up)]);
    await Promise.race([rest, time.up]);
  } finally {
    time.stop();
    pool.abandon();
  }
  await rest;
}

/** Each worker times some of the arms while the others are busy too. */
async function calibrateWorkers(
  measured: Measured,
  pool: Pool,
  strategies: readonly StrategyName[],
): Promise<void> {
  const { trainableFromScratch } = trainingTraits(measured.backbone.layers);
  const arms = strategies
    .flatMap((name) =>
      name === 'frozen' ? [] : VARIANTS[name].map((variant) => `${name}/${variant}` as Arm),
    )
    .filter((arm) => trainableFromScratch || !startsFromScratch(arm));
  const parts = Math.max(1, Math.min(pool.size, arms.length));
  const speeds: Throughput[] = await Promise.all(
    Array.from({ length: parts }, (_, part) =>
      pool.run('calibrate', { arms: arms.filter((_, index) => index % parts === part) }),
    ),
  );
  measured.throughput = {
    embedSeconds: Math.max(...speeds.map(({ embedSeconds }) => embedSeconds)),
    trainSeconds: Object.assign({}, ...speeds.map(({ trainSeconds }) => trainSeconds)) as Record<
      string,
      number
    >,
  };
}

/**
 * `frozen` at all sizes, small ones first, with further seeds at small sizes, where seeds matter. The first is measured
 * even when it is late: it takes a moment once images are embedded, and without it there is nothing to report.
 */
async function runFrozenTrials(
  measured: Measured,
  pool: Pool,
  { strategies, now, deadline, probes, onTrial }: PreliminaryInput,
  timeUp: Promise<void>,
): Promise<void> {
  if (!strategies.includes('frozen')) return;
  const specs = probes ?? usualProbes(measured).filter((each) => !isReused(measured, each));
  let isMeasured = measured.outcomes.length > 0;
  const schedule = (chosen: readonly TrialSpec[], limits: Pick<ScheduleInput, 'deadline' | 'timeUp'>) =>
    runSchedule({
      planned: chosen.map((spec) => ({ spec, seconds: 0 })),
      workers: pool.size,
      threads: 1,
      run: (spec) => pool.run('trial', { spec }),
      now,
      onEnd: (end) => {
        isMeasured = true;
        return onTrial(end, 0, false) || blockingFinding(measured) !== undefined;
      },
      ...limits,
    });
  await schedule(specs, { deadline, timeUp });
  if (!isMeasured && blockingFinding(measured) === undefined)
    await schedule(specs.slice(0, 1), { deadline: Infinity, timeUp: new Promise(() => undefined) });
}

/** Above a quarter of the images one seed is enough: the result hardly depends on the choice of images. */
function usualProbes({ sizes, train }: Measured): TrialSpec[] {
  const small = Math.max(sizes[0], Math.ceil(train.length / 4));
  return Array.from({ length: REPLICATES }, (_, seed) => seed).flatMap((seed) =>
    sizes.filter((size) => seed === 0 || size <= small).map((size) => frozenTrial(size, seed)),
  );
}

/** The largest class is known at once, the result with shuffled labels if it is measured in time. */
async function runControls(measured: Measured, pool: Pool): Promise<void> {
  const labels = Int32Array.from(measured.samples, ({ label }) => label);
  const classes = measured.dataset.classes.length;
  const largest = largestClass(labels, measured.train, measured.test, classes, measured.metric);
  measured.controls = { largestClass: largest, shuffledLabels: null };
  const deals = dealLabels(measured, nestedOrders(measured, 0)[0]);
  const predicted = await pool.run('memorize', recitalOf(deals));
  applyControls(measured, { largestClass: largest, shuffledLabels: judgeDeals(deals, predicted, classes) });
}

/** Whether a trial of an earlier run stands for it. */
function isReused({ reused }: Measured, spec: TrialSpec): boolean {
  return reused?.outcomes.some((end) => keyOf(end.spec) === keyOf(spec)) === true;
}
