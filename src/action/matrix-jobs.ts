/** `mode: plan`, `shard` and `merge`: a probe on the machines of a matrix. */
import * as core from '@actions/core';
import { readEvent } from '../github/events/event.js';
import type { ActionInputs } from './inputs.js';
import { logLine } from '../github/step-output.js';
import type { ProbeRequest, RunContext } from '../pipeline/run.js';
import { InputError } from '../problem.js';
import { readPlanFile, type ReadPlanFile } from '../probe/shards/read.js';
import { plain } from '../report/escape.js';
import { modelsOf } from './caches.js';
import { cancellation, createContext } from './run-context.js';
import { refuseLinks } from './output-links.js';
import { planShards } from '../pipeline/sharded/plan.js';
import { requestOf } from './assign.js';
import { asPlanned, listOneDataset } from '../pipeline/sharded/job.js';
import { runShard } from '../pipeline/sharded/shard.js';
import { mergeShards } from '../pipeline/sharded/merge.js';
import { runProbe } from './run-probe.js';

/**
 * Plans the trials and tells the workflow which shards need a job. `merge` posts what stops a run.
 * @returns the exit code of the step.
 */
export async function planJob(inputs: ActionInputs, program: string): Promise<number> {
  if (!(await isMeasured())) return 0;
  await refuseLinks(inputs.out, process.cwd());
  const request = requestOf(inputs);
  const { result, cancelled } = await workQuietly(inputs, program, request, (context) =>
    planShards(request, inputs.shards, context),
  );
  if (cancelled) return 1;
  const { file, shards, blocked, plan: planned } = result;
  core.setOutput('plan-json', file);
  core.setOutput('matrix', shards.length === 0 ? '' : JSON.stringify({ shard: shards }));
  if (blocked !== null) warn(`There is nothing to train: ${blocked}`);
  logLine(`${planned.trials.length} trials for ${shards.length} shards`);
  return 0;
}

/**
 * Trains one shard.
 * @returns the exit code of the step. Failed trials do not fail it: the report shows them.
 */
export async function shardJob(inputs: ActionInputs, program: string): Promise<number> {
  const read = planIn(inputs);
  const { shard: number } = inputs;
  if (number === null) throw missing('shard', 'Set it to `${{ matrix.shard }}`.');
  await refuseLinks(inputs.out, process.cwd());
  const request = asPlanned(requestOf(inputs), read.plan);
  const { result, cancelled } = await workQuietly(inputs, program, request, (context) =>
    runShard(request, read, number, context),
  );
  const { content, file, planned } = result;
  core.setOutput('shard-json', file);
  for (const { error } of content.failed) warn(`A trial failed: ${error}`);
  logLine(`${content.trials.length} of ${planned} trials were done`);
  return cancelled ? 1 : 0;
}

/**
 * Joins the shards, and posts as `probe` does.
 * @returns the exit code of the step.
 */
export async function mergeJob(inputs: ActionInputs, program: string): Promise<number> {
  if (!(await isMeasured())) return 0;
  const { shardsFrom: from } = inputs;
  if (from === null) {
    throw missing('shards-from', 'Set it to the folder with the downloaded artifacts of the shards.');
  }
  // The shards have already measured.
  return runProbe({ ...inputs, onlyChanged: false }, program, {
    list: listOneDataset,
    measure: async (request, { datasets }, { comparisons }, context) => {
      const plan = await planOrWhyNone(inputs, request, context);
      const comparison = comparisons.at(0) ?? null;
      const outcome = await mergeShards(request, datasets[0], plan, from, comparison, context);
      for (const incident of outcome.report.receipt?.incidents ?? []) warn(incident);
      return [outcome];
    },
  });
}

/** @throws InputError. If planning failed, an error in the dataset explains more than the missing plan. */
async function planOrWhyNone(
  inputs: ActionInputs,
  request: ProbeRequest,
  context: RunContext,
): Promise<ReadPlanFile> {
  try {
    return planIn(inputs);
  } catch (error) {
    if (error instanceof InputError) await listOneDataset(request, context);
    throw error;
  }
}

/** False for comments: commands are answered where one job does everything. */
async function isMeasured(): Promise<boolean> {
  const { kind } = await readEvent(process.env);
  if (kind !== 'command' && kind !== 'tick' && kind !== 'ignored') return true;
  logLine('Commands are answered by `mode: probe`; nothing is measured.');
  return false;
}

function planIn({ plan: file }: ActionInputs): ReadPlanFile {
  if (file === null) throw missing('plan', 'Set it to the path of the plan.json that `mode: plan` wrote.');
  return readPlanFile(file, process.cwd());
}

function missing(input: string, remedy: string): InputError {
  return new InputError([{ file: `input ${input}`, message: 'is needed for this mode.', remedy }]);
}

/**
 * Does work that posts nothing. Downloaded backbones come from earlier runs and are kept for later ones.
 * @returns its result, and whether the job was cancelled.
 */
export async function workQuietly<T>(
  inputs: ActionInputs,
  program: string,
  request: ProbeRequest,
  work: (context: RunContext) => Promise<T>,
): Promise<{ result: T; cancelled: boolean }> {
  const signal = cancellation();
  const models = inputs.cache ? await modelsOf(request) : null;
  const result = await work(createContext(program, inputs, signal, () => undefined));
  await models?.save();
  return { result, cancelled: signal.aborted };
}

/** An annotation with text from another machine or from an image. */
function warn(message: string): void {
  core.warning(plain(message));
}
