/** `mode: shard`: the trials that the plan dealt to this machine. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProbeRequest, Surroundings } from '../run.js';
import { InputError } from '../../problem.js';
import { write } from '../outputs.js';
import { embedImages } from '../../probe/embed-images.js';
import { keptTrial } from '../../probe/cache/kept-result.js';
import { machineFacts } from '../../scheduling/machine.js';
import { runSchedule, type TrialEnd } from '../../scheduling/schedule.js';
import { shardsOf } from '../../probe/shards/deal.js';
import { LONGEST_SENTENCE, type PlanFile, type ShardFile } from '../../probe/shards/model.js';
import type { ReadPlanFile } from '../../probe/shards/read.js';
import { LAST_CALL, TRIALS_UNTIL } from '../../scheduling/budget-fractions.js';
import { timer } from '../../scheduling/timer.js';
import { openTrials } from '../../probe/trial-data.js';
import { engineOfWorkers } from '../../scheduling/worker-engine.js';
import { asPlanned, plannedState, withJob, type Job } from './job.js';

export interface ShardOutcome {
  content: ShardFile;
  /** Path of `shard-<number>.json`. */
  file: string;
  /** Trials that were dealt to it. */
  planned: number;
}

/**
 * Runs the trials of one shard within the budget of the plan. `shard-<number>.json` is written anew after each trial,
 * so that a job that is cancelled leaves what it has.
 * @throws InputError when there is no such shard, or images, program or engine are not those of the plan.
 */
export function runShard(
  request: ProbeRequest,
  { plan, digest }: ReadPlanFile,
  shard: number,
  surroundings: Surroundings,
): Promise<ShardOutcome> {
  const own = plan.trials.filter((trial) => trial.shard === shard);
  if (own.length === 0) throw noSuchShard(plan, shard);
  const name = `shard-${shard}.json`;
  return withJob(asPlanned(request, plan), surroundings, [name], async (job) => {
    await sameEngine(job, plan, surroundings);
    const folder = mkdtempSync(join(tmpdir(), 'headstart-'));
    const ends: TrialEnd[] = [];
    const file = join(job.directory, name);
    const commit = (): ShardFile => {
      const incidents = job.pool.losses().map((incident) => incident.slice(0, LONGEST_SENTENCE));
      const content = shardFile({ plan: digest, shard, ends, incidents, job });
      write(job.directory, name, `${JSON.stringify(content)}\n`);
      return content;
    };
    try {
      const state = await plannedState(job, plan, surroundings.home, folder);
      openTrials(state, job.pool, plan.seed);
      await embedImages(state, job.pool, folder, null, job.say('embed', 'embedding images'));
      const { budgetSeconds } = plan.settings;
      const time = timer(budgetSeconds * LAST_CALL - job.now());
      const said = job.say('train', `training shard ${shard}`);
      await runSchedule({
        planned: own,
        workers: job.pool.size,
        threads: 1,
        run: (spec) => job.pool.run('trial', { spec }),
        now: job.now,
        deadline: budgetSeconds * TRIALS_UNTIL,
        timeUp: time.up,
        onEnd: (end) => {
          if (surroundings.signal.aborted) return true;
          ends.push(end);
          commit();
          said(ends.length, own.length);
          return false;
        },
      });
      time.stop();
    } catch (error) {
      // Who cancels has what was done until then.
      if (!surroundings.signal.aborted) throw error;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
    return { content: commit(), file, planned: own.length };
  });
}

function shardFile({
  plan,
  shard,
  ends,
  incidents,
  job,
}: Pick<ShardFile, 'plan' | 'shard' | 'incidents'> & { ends: readonly TrialEnd[]; job: Job }): ShardFile {
  return {
    schema: 'headstart/shard/v2',
    plan,
    shard,
    machine: machineFacts(),
    workers: job.pool.size,
    trials: ends.flatMap((end) => keptTrial(end) ?? []),
    failed: ends.flatMap(({ spec, seconds, ...end }) =>
      'error' in end ? [{ spec, seconds, error: end.error.slice(0, LONGEST_SENTENCE) }] : [],
    ),
    incidents,
    seconds: job.now(),
  };
}

/** Trials of two engines differ in their last digits, and could not be told from one run's. */
async function sameEngine(job: Job, plan: PlanFile, surroundings: Surroundings): Promise<void> {
  const { name, version } = plan.engine;
  const say = (message: string) => job.say('engine', message)(0, 1);
  const provision = (await surroundings.provision?.(say)) ?? null;
  const engine = await engineOfWorkers(job.pool, { engine: name }, provision);
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
