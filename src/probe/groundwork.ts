import { isAnew, temperOf, type Arm } from '../strategy/recipe.js';
import { VARIANTS, type TrialSpec } from '../strategy/trial.js';
import type { StrategyName } from '../verdict/types.js';
import type { Throughput } from '../scheduling/calibrate.js';
import { blockingIn } from './checked-split.js';
import { largestClass } from './controls.js';
import { frozenTrial, keyOf } from '../scheduling/plan.js';
import type { Pool } from '../scheduling/pool.js';
import { runSchedule, type ScheduleInput } from '../scheduling/schedule.js';
import { dealLabels, judgeDeals, recitalOf, takeControls } from './shuffled-labels.js';
import type { ProbeState } from './state.js';
import { timer } from '../scheduling/timer.js';
import { nestedOrders, REPLICATES } from './trial-data.js';
import type { OnTrial } from './trials.js';

/** Rows that the small preliminary questions are asked of. */
const PROBE_ROWS = 600;

export interface GroundworkInput {
  strategies: readonly StrategyName[];
  /** Whether the speed of the workers is to be measured. */
  calibrate: boolean;
  /** Seconds since the run began. */
  now: () => number;
  /** In the same seconds: no linear probe is started that late. */
  deadline: number;
  /** In the same seconds: what has not ended by then is given up and stays unknown. */
  lastCall: number;
  /** The linear probes of an earlier run, to do just these; null: those that are usual. */
  probes: readonly TrialSpec[] | null;
  onTrial: OnTrial;
}

/**
 * All that comes before training and needs nothing but embeddings, in one queue so that no worker waits for another:
 * whether flips keep the labels' meaning, how fast each arm trains here, how much the source's weights carry over, and
 * the linear probes with their control. What training cannot do without comes first.
 */
export async function layGroundwork(state: ProbeState, pool: Pool, input: GroundworkInput): Promise<void> {
  const time = timer(input.lastCall - input.now());
  const examples = Math.min(PROBE_ROWS, state.train.length);
  const flip = state.flip ?? pool.run('flip', { examples }).then((found) => (state.flip = found));
  const speed = input.calibrate ? calibrateWorkers(state, pool, input.strategies) : null;
  const source = state.source ?? pool.run('source', { examples }).then((found) => (state.source = found));
  const rest = Promise.allSettled([flip, source, runControls(state, pool)]);
  try {
    await Promise.all([speed, runFrozenTrials(state, pool, input, time.up)]);
    await Promise.race([rest, time.up]);
  } finally {
    time.stop();
    pool.abandon();
  }
  await rest;
}

/** Each worker times some of the arms while its neighbours are busy too. */
async function calibrateWorkers(
  state: ProbeState,
  pool: Pool,
  strategies: readonly StrategyName[],
): Promise<void> {
  const { learnsAnew } = temperOf(state.backbone.layers);
  const arms = strategies
    .flatMap((name) =>
      name === 'frozen' ? [] : VARIANTS[name].map((variant) => `${name}/${variant}` as Arm),
    )
    .filter((arm) => learnsAnew || !isAnew(arm));
  const parts = Math.max(1, Math.min(pool.size, arms.length));
  const measured: Throughput[] = await Promise.all(
    Array.from({ length: parts }, (_, part) =>
      pool.run('calibrate', { arms: arms.filter((_, index) => index % parts === part) }),
    ),
  );
  state.throughput = {
    embedSeconds: Math.max(...measured.map(({ embedSeconds }) => embedSeconds)),
    trainSeconds: Object.assign({}, ...measured.map(({ trainSeconds }) => trainSeconds)) as Record<
      string,
      number
    >,
  };
}

/**
 * `frozen` at all sizes, small ones first, and its replicates at small ones, where seeds matter. Where even the first
 * would be too late it is measured all the same: it takes moments once images are embedded, and without a measurement
 * there is nothing to report.
 */
async function runFrozenTrials(
  state: ProbeState,
  pool: Pool,
  { strategies, now, deadline, probes, onTrial }: GroundworkInput,
  timeUp: Promise<void>,
): Promise<void> {
  if (!strategies.includes('frozen')) return;
  const specs = probes ?? usualProbes(state).filter((each) => !isCarried(state, each));
  let measured = state.ends.length > 0;
  const schedule = (chosen: readonly TrialSpec[], limits: Pick<ScheduleInput, 'deadline' | 'timeUp'>) =>
    runSchedule({
      planned: chosen.map((spec) => ({ spec, seconds: 0 })),
      workers: pool.size,
      threads: 1,
      run: (spec) => pool.run('trial', { spec }),
      now,
      onEnd: (end) => {
        measured = true;
        return onTrial(end, 0, false) || blockingIn(state) !== undefined;
      },
      ...limits,
    });
  await schedule(specs, { deadline, timeUp });
  if (!measured && blockingIn(state) === undefined)
    await schedule(specs.slice(0, 1), { deadline: Infinity, timeUp: new Promise(() => undefined) });
}

/** One seed is enough above a quarter of the images: what it gets right hardly depends on which they are. */
function usualProbes({ sizes, train }: ProbeState): TrialSpec[] {
  const small = Math.max(sizes[0], Math.ceil(train.length / 4));
  return Array.from({ length: REPLICATES }, (_, seed) => seed).flatMap((seed) =>
    sizes.filter((size) => seed === 0 || size <= small).map((size) => frozenTrial(size, seed)),
  );
}

/** What always saying the largest class gives is known at once; what shuffled labels give, when it was measured in time. */
async function runControls(state: ProbeState, pool: Pool): Promise<void> {
  const labels = Int32Array.from(state.samples, ({ label }) => label);
  const classes = state.dataset.classes.length;
  const largest = largestClass(labels, state.train, state.test, classes, state.metric);
  state.controls = { largestClass: largest, shuffledLabels: null };
  const deals = dealLabels(state, nestedOrders(state, 0)[0]);
  const predicted = await pool.run('memorize', recitalOf(deals));
  takeControls(state, { largestClass: largest, shuffledLabels: judgeDeals(deals, predicted, classes) });
}

/** Whether an earlier run has done it. */
function isCarried({ carried }: ProbeState, spec: TrialSpec): boolean {
  return carried?.ends.some((end) => keyOf(end.spec) === keyOf(spec)) === true;
}
