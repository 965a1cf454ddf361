/** `mode: plan`: everything up to the first pair, then the list of what several machines are to train. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { identityOf } from '../../backbone/contract.js';
import { sourceFeaturesOf } from '../../backbone/source-features.js';
import type { ProbeRequest, Surroundings } from '../run.js';
import { STRATEGIES } from '../../verdict/arm.js';
import { write } from '../outputs.js';
import { blockingIn, checkedSplit } from '../../probe/checked-split.js';
import { chooseBackbone } from '../../probe/choose-backbone.js';
import { decodeImages, unreadRows } from '../../probe/decode-images.js';
import { embedImages, measureNovelty } from '../../probe/embed-images.js';
import { remember } from '../../probe/ends.js';
import { layGroundwork } from '../../probe/groundwork.js';
import { initialState } from '../../probe/initial-state.js';
import { packIntegers } from '../../probe/cache/kept.js';
import { keptTrial } from '../../probe/cache/kept-result.js';
import { machineFacts, VERSION } from '../../scheduling/machine.js';
import { keyOf, planTrials, planWhole, predictedSeconds, type PlannedTrial } from '../../scheduling/plan.js';
import { runSchedule, type TrialEnd } from '../../scheduling/schedule.js';
import { deal, shardsOf } from '../../probe/shards/deal.js';
import { imagesDigest } from '../../probe/shards/images.js';
import { LONGEST_SENTENCE, type PlanFile } from '../../probe/shards/model.js';
import {
  FROZEN_LAST_CALL,
  FROZEN_UNTIL,
  LAST_CALL,
  READ_WITHIN,
  TRIALS_UNTIL,
} from '../../scheduling/budget-fractions.js';
import type { ProbeState } from '../../probe/state.js';
import { timer } from '../../scheduling/timer.js';
import { openTrials } from '../../probe/trial-data.js';
import { planInput, Slowdown, timesOf } from '../../probe/trials.js';
import { engineOfWorkers } from '../../scheduling/worker-engine.js';
import type { StrategyName } from '../../verdict/types.js';
import { withJob, type Job } from './job.js';

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
 * Plans the trials of one dataset for as many machines, each with the budget of the request, and writes `plan.json`.
 * @throws InputError when what the user wrote is wrong.
 */
export function planShards(
  request: ProbeRequest,
  shards: number,
  surroundings: Surroundings,
): Promise<Planned> {
  return withJob(request, surroundings, ['plan.json'], async (job) => {
    const createdAt = new Date().toISOString();
    const say = (message: string) => job.say('engine', message)(0, 1);
    const provision = (await surroundings.provision?.(say)) ?? null;
    const engine = await engineOfWorkers(job.pool, { engine: request.engine }, provision);
    const folder = mkdtempSync(join(tmpdir(), 'headstart-'));
    try {
      const strategies = request.strategies ?? STRATEGIES;
      const state = initialState(
        job.dataset,
        job.candidates[0].backbone,
        request.budgetSeconds,
        request.seed,
      );
      const planned = await prepare(state, job, { ...request, strategies, shards, folder }, surroundings);
      const plan: PlanFile = {
        schema: 'headstart/plan/v2',
        createdAt,
        program: { version: VERSION, digest: job.program },
        engine: { ...engine, reason: engine.reason.slice(0, LONGEST_SENTENCE), workers: job.pool.size },
        machine: machineFacts(),
        backbone: { identity: identityOf(state.backbone), ranking: state.ranking },
        seed: request.seed,
        settings: { budgetSeconds: request.budgetSeconds, strategies: [...strategies] },
        images: { digest: imagesDigest(state), unread: packIntegers(Int32Array.from(unreadRows(state))) },
        flip: state.flip,
        source: state.source,
        novelty: state.novelty,
        throughput: state.throughput,
        controls: state.controls,
        done: state.ends.flatMap((end) => keptTrial(end) ?? []),
        shards,
        trials: deal(planned, shards, job.pool.size),
        incidents: incidentsOf(state, job),
        seconds: job.now(),
      };
      const file = write(job.directory, 'plan.json', `${JSON.stringify(plan)}\n`);
      return { plan, file, shards: shardsOf(plan.trials), blocked: blockingIn(state)?.message ?? null };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
}

interface Settings extends Pick<ProbeRequest, 'budgetSeconds' | 'seed'> {
  strategies: readonly StrategyName[];
  shards: number;
  folder: string;
}

/** Fills the state as far as one machine does it for all; gives the trials that are left. */
async function prepare(
  state: ProbeState,
  job: Job,
  settings: Settings,
  { home, signal }: Surroundings,
): Promise<PlannedTrial[]> {
  const { pool, now, say, candidates } = job;
  const { budgetSeconds, seed, strategies, folder } = settings;
  const limits = { folder, seconds: budgetSeconds * READ_WITHIN, now };
  await decodeImages(state, pool, limits, say('decode', 'reading images'));
  checkedSplit(state, budgetSeconds, seed);
  signal.throwIfAborted();
  if (blockingIn(state) !== undefined) return [];
  await chooseBackbone(state, { pool, candidates, seed, home });
  openTrials(state, pool, seed);
  await embedImages(state, pool, folder, null, say('embed', 'embedding images'));
  const setup = now();
  measureNovelty(
    state,
    folder,
    sourceFeaturesOf(home, state.backbone.sha256, state.dataset.image.size),
    seed,
  );
  const onTrial = (end: TrialEnd, left: number): boolean => {
    if (!signal.aborted) remember(state, end);
    say('train', `trial ${state.ends.length}`)(state.ends.length, state.ends.length + left);
    return signal.aborted;
  };
  await layGroundwork(state, pool, {
    strategies,
    calibrate: true,
    now,
    deadline: budgetSeconds * FROZEN_UNTIL,
    lastCall: budgetSeconds * FROZEN_LAST_CALL,
    probes: null,
    onTrial,
  });
  signal.throwIfAborted();
  if (blockingIn(state) !== undefined) return [];
  const here = Math.max(0, budgetSeconds * TRIALS_UNTIL - now());
  const own = planInput(state, { strategies, workers: pool.size, wallSeconds: here }, 1);
  const first = planTrials({ ...own, standing: null });
  const slowdown = await train(state, job, settings, first, onTrial);
  signal.throwIfAborted();
  const wallSeconds = Math.max(0, (budgetSeconds * TRIALS_UNTIL - setup) * SHARD_SHARE);
  const capacity = { strategies, workers: pool.size * settings.shards, wallSeconds };
  // What failed here is planned again.
  const done = { ...state, ends: state.ends.filter((end) => 'result' in end) };
  const rest = planWhole(planInput(done, capacity, slowdown));
  const probes = rest.filter(({ spec }) => spec.strategy === 'frozen');
  await train(state, job, settings, probes, onTrial);
  signal.throwIfAborted();
  return rest.filter((trial) => !probes.includes(trial));
}

/** Runs trials here; gives the seconds that they took over those that were predicted. */
async function train(
  state: ProbeState,
  { pool, now }: Job,
  { budgetSeconds }: Settings,
  trials: readonly PlannedTrial[],
  onTrial: (end: TrialEnd, left: number) => boolean,
): Promise<number> {
  const slowdown = new Slowdown();
  const time = timer(budgetSeconds * LAST_CALL - now());
  let left = trials.length;
  await runSchedule({
    planned: trials,
    workers: pool.size,
    threads: 1,
    run: (spec) => pool.run('trial', { spec }),
    now,
    deadline: budgetSeconds * TRIALS_UNTIL,
    timeUp: time.up,
    onEnd: (end) => {
      if ('result' in end) slowdown.add(end.seconds, predictedSeconds(end.spec, timesOf(state)));
      return onTrial(end, --left);
    },
  });
  time.stop();
  pool.abandon();
  return slowdown.factor();
}

/** What was survived; a trial that failed here is planned again. */
function incidentsOf({ incidents, ends }: ProbeState, { pool }: Job): string[] {
  const failed = ends.flatMap((end) =>
    'error' in end ? [`The trial ${keyOf(end.spec)} failed while planning: ${end.error}`] : [],
  );
  const all = [...incidents, ...pool.losses(), ...failed];
  return all.map((incident) => incident.slice(0, LONGEST_SENTENCE));
}
