/** `mode: merge`: what the machines of a matrix measured, in one report. */
import { InputError } from '../problem.js';
import type { ReadPlanFile } from '../probe/shards/read.js';
import type { ProbeRequest, RunContext } from '../pipeline/run.js';
import { listOneDataset } from '../pipeline/sharded/job.js';
import { mergeShards } from '../pipeline/sharded/merge.js';
import type { ActionInputs } from './inputs.js';
import { isMeasured, missing, planIn, warn } from './matrix-job.js';
import { runProbe } from './run-probe.js';

/**
 * Joins the shards, and posts as `probe` does.
 * @returns the exit code of the step.
 */
export async function merge(inputs: ActionInputs, program: string): Promise<number> {
  if (!(await isMeasured())) return 0;
  const { shardsFrom: from } = inputs;
  if (from === null) {
    throw missing(
      'shards-from',
      'Set it to the folder into which the artifacts of the shards were downloaded.',
    );
  }
  // The shards have measured, whatever has changed.
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

/** @throws InputError: where planning failed, the error in the dataset explains more than the missing plan. */
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
