/** `mode: plan`: everything up to the first pair, then the list of what several machines are to train. */
import { identityOf } from '../../backbone/contract.js';
import { keptTrial, packIntegers } from '../../probe/cache/trial-record.js';
import { chooseBackbone } from '../../probe/choose-backbone.js';
import { unreadRows } from '../../probe/decode-images.js';
import { embedImages } from '../../probe/embed-images.js';
import { listImages, readImages } from '../../probe/read-images.js';
import { recordOutcome } from '../../probe/outcomes.js';
import { runPreliminaries } from '../../probe/preliminary.js';
import { deal, shardsOf } from '../../probe/shards/deal.js';
import { imagesDigest } from '../../probe/trial-data.js';
import { LONGEST_SENTENCE, type PlanFile } from '../../probe/shards/model.js';
import {
  blockingFinding,
  type Measured,
  type Reportable,
  reportable,
  type RunLog,
  startMeasuring,
} from '../../probe/stages.js';
import { planInput, Slowdown, timesOf } from '../../probe/train-trials.js';
import {
  DECODE_FRACTION,
  HARD_STOP_FRACTION,
  LINEAR_PROBE_FRACTION,
  LINEAR_PROBE_STOP_FRACTION,
  TRAIN_FRACTION,
} from '../../scheduling/budget.js';
import { machineFacts, VERSION } from '../../scheduling/machine.js';
import { type PlannedTrial, planTrials, planWhole } from '../../scheduling/plan.js';
import { keyOf, predictedSeconds } from '../../scheduling/trial-spec.js';
import type { Pool } from '../../scheduling/pool.js';
import { runSchedule, type TrialOutcome } from '../../scheduling/schedule.js';
import { timer } from '../../scheduling/timer.js';
import { engineOfWorkers, installEngine } from '../../scheduling/worker-engine.js';
import { STRATEGIES } from '../../verdict/arm.js';
import type { StrategyName } from '../../verdict/types.js';
import { write } from '../outputs.js';
import type { ProbeRequest, RunContext } from '../run.js';
import { type Job, listOneDataset, withJob } from './job.js';

/** Share of a shard's time that a plan may use: its machine may be slower, and no plan is made again there. */
const SHARD_SHARE = 0.85;

export interface Planned {
  plan: PlanFile;
  /** Path of `plan.json`. */
  file: string;
  /** Numbers of the shards that have something to train. */
  shards: number[];
  /** Why there is nothing to train, when the data forbid it. */
  blocked: string | null;
}

/**
 * Plans the trials of one dataset for so many machines, each with the budget of the request, and writes `plan.json`.
 * @throws InputError when what the user wrote is wrong.
 */
export async function planShards(
  request: ProbeRequest,
  shards: number,
  context: RunContext,
): Promise<Planned> {
  const { datasets } = await listOneDataset(request, context);
  return withJob(request, datasets[0], context, ['plan.json'], async (job) => {
    const createdAt = new Date().toISOString();
    const { pool, log } = job;
    const say = (message: string) => job.progress('engine', message)(0, 1);
    const installed = await installEngine(request.engine, context, say);
    const engine = await engineOfWorkers(pool, { engine: request.engine }, installed);
    const { budgetSeconds, seed, strategies = STRATEGIES } = request;
    const { measured, rest } = await prepare(
      job,
      { budgetSeconds, seed, strategies, shards },
      context.signal,
    );
    const blocking = blockingFinding(measured);
    const plan: PlanFile = {
      schema: 'headstart/plan/v2',
      createdAt,
      program: { version: VERSION, digest: job.program },
      engine: { ...engine, reason: engine.reason.slice(0, LONGEST_SENTENCE), workers: pool.size },
      machine: machineFacts(),
      backbone: { identity: identityOf(measured.backbone), ranking: measured.ranking },
      seed,
      settings: { budgetSeconds, strategies: [...strategies] },
      images: {
        digest: imagesDigest(measured),
        unread: packIntegers(Int32Array.from(unreadRows(measured))),
      },
      flip: measured.flip,
      source: measured.source,
      novelty: measured.novelty,
      throughput: measured.throughput,
      controls: measured.controls,
      done: measured.outcomes.flatMap((outcome) => keptTrial(outcome) ?? []),
      shards,
      trials: deal(rest, shards, pool.size),
      incidents: incidentsOf(measured, log, pool),
      seconds: job.now(),
    };
    const file = write(job.directory, 'plan.json', `${JSON.stringify(plan)}\n`);
    return { plan, file, shards: shardsOf(plan.trials), blocked: blocking?.message ?? null };
  });
}

interface Settings {
  budgetSeconds: number;
  seed: number;
  strategies: readonly StrategyName[];
  shards: number;
}

/** Measures what one machine measures for all, and plans the trials that are left. */
async function prepare(
  job: Job,
  { budgetSeconds, seed, strategies, shards }: Settings,
  signal: AbortSignal,
): Promise<{ measured: Reportable; rest: PlannedTrial[] }> {
  const { pool, now, progress, candidates, dataset, folder, programDir, log } = job;
  const split = await readImages(listImages(dataset, budgetSeconds, seed), {
    pool,
    sampledFor: budgetSeconds,
    seed,
    folder,
    seconds: budgetSeconds * DECODE_FRACTION,
    now,
    onImages: progress('decode', 'reading images'),
  });
  signal.throwIfAborted();
  if (blockingFinding(split) !== undefined)
    return { measured: reportable({ backbone: candidates[0].backbone, ...split }, log), rest: [] };
  const chosen = await chooseBackbone(split, { pool, candidates, seed, programDir, log });
  const embedded = await embedImages(chosen, {
    pool,
    folder,
    programDir,
    seed,
    cache: null,
    reusesTrials: false,
    onImages: progress('embed', 'embedding images'),
  });
  const setup = now();
  const measured = startMeasuring(embedded, null);
  const onTrial = (outcome: TrialOutcome, left: number): boolean => {
    if (!signal.aborted) recordOutcome(measured, outcome);
    const done = measured.outcomes.length;
    progress('train', `trial ${done}`)(done, done + left);
    return signal.aborted;
  };
  await runPreliminaries(measured, pool, {
    strategies,
    calibrate: true,
    now,
    deadline: budgetSeconds * LINEAR_PROBE_FRACTION,
    lastCall: budgetSeconds * LINEAR_PROBE_STOP_FRACTION,
    probes: null,
    onTrial,
  });
  signal.throwIfAborted();
  if (blockingFinding(measured) !== undefined) return { measured: reportable(measured, log), rest: [] };
  const secondsHere = Math.max(0, budgetSeconds * TRAIN_FRACTION - now());
  const here = planInput(measured, { strategies, workers: pool.size, wallSeconds: secondsHere }, 1);
  const first = planTrials({ ...here, standing: null });
  const slowdown = await train(measured, job, budgetSeconds, first, onTrial);
  signal.throwIfAborted();
  const wallSeconds = Math.max(0, (budgetSeconds * TRAIN_FRACTION - setup) * SHARD_SHARE);
  const capacity = { strategies, workers: pool.size * shards, wallSeconds };
  // What failed here is planned again.
  const done = { ...measured, outcomes: measured.outcomes.filter((outcome) => 'result' in outcome) };
  const trials = planWhole(planInput(done, capacity, slowdown));
  const probes = trials.filter(({ spec }) => spec.strategy === 'frozen');
  await train(measured, job, budgetSeconds, probes, onTrial);
  signal.throwIfAborted();
  return {
    measured: reportable(measured, log),
    rest: trials.filter((trial) => !probes.includes(trial)),
  };
}

/** Runs trials here; returns the seconds that they took over those that were predicted. */
async function train(
  measured: Measured,
  { pool, now }: Job,
  budgetSeconds: number,
  trials: readonly PlannedTrial[],
  onTrial: (outcome: TrialOutcome, left: number) => boolean,
): Promise<number> {
  const slowdown = new Slowdown();
  const time = timer(budgetSeconds * HARD_STOP_FRACTION - now());
  let left = trials.length;
  await runSchedule({
    planned: trials,
    workers: pool.size,
    threads: 1,
    run: (spec) => pool.run('trial', { spec }),
    now,
    deadline: budgetSeconds * TRAIN_FRACTION,
    timeUp: time.up,
    onEnd: (end) => {
      if ('result' in end) slowdown.add(end.seconds, predictedSeconds(end.spec, timesOf(measured)));
      return onTrial(end, --left);
    },
  });
  time.stop();
  pool.abandon();
  return slowdown.factor();
}

/** A trial that failed here is planned again. */
function incidentsOf({ outcomes }: Measured, log: RunLog, pool: Pool): string[] {
  const failed = outcomes.flatMap((outcome) =>
    'error' in outcome ? [`The trial ${keyOf(outcome.spec)} failed while planning: ${outcome.error}`] : [],
  );
  const all = [...log.incidents, ...pool.losses(), ...failed];
  return all.map((incident) => incident.slice(0, LONGEST_SENTENCE));
}
