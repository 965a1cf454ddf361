/** `mode: shard`: the trials that the plan gave to this machine. */
import { join } from 'node:path';
import { InputError } from '../../problem.js';
import { keptTrial } from '../../probe/cache/trial-record.js';
import { embedImages } from '../../probe/embed-images.js';
import { shardsOf } from '../../probe/shards/deal.js';
import { LONGEST_SENTENCE, type PlanFile, type ShardFile } from '../../probe/shards/model.js';
import type { ReadPlanFile } from '../../probe/shards/read.js';
import { HARD_STOP_FRACTION, TRAIN_FRACTION } from '../../scheduling/budget.js';
import { machineFacts } from '../../scheduling/machine.js';
import { runSchedule, type TrialOutcome } from '../../scheduling/schedule.js';
import { timer } from '../../scheduling/timer.js';
import { engineOfWorkers, installEngine } from '../../scheduling/worker-engine.js';
import { write } from '../outputs.js';
import type { ProbeRequest, RunContext } from '../run.js';
import { asPlanned, type Job, listOneDataset, readPlannedImages, withJob } from './job.js';

export interface ShardOutcome {
  content: ShardFile;
  /** Path of `shard-<number>.json`. */
  file: string;
  /** Trials that were dealt to it. */
  planned: number;
}

/**
 * Runs the trials of one shard within the budget of the plan. `shard-<number>.json` is rewritten after each trial, so a
 * job that is cancelled keeps what it has.
 * @throws InputError when there is no such shard, or images, program or engine are not those of the plan.
 */
export async function runShard(
  request: ProbeRequest,
  { plan, digest }: ReadPlanFile,
  shard: number,
  context: RunContext,
): Promise<ShardOutcome> {
  const own = plan.trials.filter((trial) => trial.shard === shard);
  if (own.length === 0) throw noSuchShard(plan, shard);
  const name = `shard-${shard}.json`;
  const planned = asPlanned(request, plan);
  const { datasets } = await listOneDataset(planned, context);
  return withJob(planned, datasets[0], context, [name], async (job) => {
    const { pool, folder, programDir, now, progress } = job;
    await checkEngine(job, plan, context);
    const outcomes: TrialOutcome[] = [];
    const file = join(job.directory, name);
    const save = (): ShardFile => {
      const incidents = pool.losses().map((incident) => incident.slice(0, LONGEST_SENTENCE));
      const content = shardFile({ plan: digest, shard, outcomes, incidents, job });
      write(job.directory, name, `${JSON.stringify(content)}\n`);
      return content;
    };
    try {
      await embedImages(await readPlannedImages(job, plan), {
        pool,
        folder,
        programDir,
        seed: plan.seed,
        cache: null,
        reusesTrials: false,
        onImages: progress('embed', 'embedding images'),
      });
      const { budgetSeconds } = plan.settings;
      const time = timer(budgetSeconds * HARD_STOP_FRACTION - now());
      const onTrial = progress('train', `training shard ${shard}`);
      await runSchedule({
        planned: own,
        workers: pool.size,
        threads: 1,
        run: (spec) => pool.run('trial', { spec }),
        now,
        deadline: budgetSeconds * TRAIN_FRACTION,
        timeUp: time.up,
        onEnd: (outcome) => {
          if (context.signal.aborted) return true;
          outcomes.push(outcome);
          save();
          onTrial(outcomes.length, own.length);
          return false;
        },
      });
      time.stop();
    } catch (error) {
      // A cancelled job keeps what was done until then.
      if (!context.signal.aborted) throw error;
    }
    return { content: save(), file, planned: own.length };
  });
}

function shardFile({
  plan,
  shard,
  outcomes,
  incidents,
  job,
}: Pick<ShardFile, 'plan' | 'shard' | 'incidents'> & {
  outcomes: readonly TrialOutcome[];
  job: Job;
}): ShardFile {
  return {
    schema: 'headstart/shard/v2',
    plan,
    shard,
    machine: machineFacts(),
    workers: job.pool.size,
    trials: outcomes.flatMap((outcome) => keptTrial(outcome) ?? []),
    failed: outcomes.flatMap(({ spec, seconds, ...end }) =>
      'error' in end ? [{ spec, seconds, error: end.error.slice(0, LONGEST_SENTENCE) }] : [],
    ),
    incidents,
    seconds: job.now(),
  };
}

/** Trials of two engines differ in their last digits, and could not be told from one run's. */
async function checkEngine(job: Job, plan: PlanFile, context: RunContext): Promise<void> {
  const { name, version } = plan.engine;
  const say = (message: string) => job.progress('engine', message)(0, 1);
  const installed = await installEngine(name, context, say);
  const engine = await engineOfWorkers(job.pool, { engine: name }, installed);
  if (engine.name === name && engine.version === version) return;
  throw new InputError([
    {
      file: 'plan.json',
      message: `was made with the engine ${name} ${version}; here is ${engine.name} ${engine.version}.`,
      remedy: 'Let all jobs run on the same kind of machine, or plan with `engine: wasm`.',
    },
  ]);
}

function noSuchShard(plan: PlanFile, shard: number): InputError {
  const there = shardsOf(plan.trials).join(', ');
  return new InputError([
    {
      file: 'plan.json',
      message: `has no trials for shard ${shard}.`,
      remedy: there === '' ? 'There is nothing to train in it.' : `Those that have some: ${there}.`,
    },
  ]);
}
