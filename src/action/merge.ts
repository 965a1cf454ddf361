/** `mode: merge`: what the machines of a matrix measured, in one report. */
import type { ActionInputs } from './inputs.js';
import { InputError } from '../problem.js';
import type { ReadPlanFile } from '../probe/shards/read.js';
import type { ProbeRequest } from '../pipeline/run.js';
import { oneDataset } from '../pipeline/sharded/job.js';
import { mergeShards } from '../pipeline/sharded/merge.js';
import { report } from './probe.js';
import { isMeasured, missing, planIn, warn } from './matrix-job.js';

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
  return report({ ...inputs, onlyChanged: false }, program, async (request, surroundings) => {
    const read = await planOrWhyNone(inputs, request, surroundings.cwd);
    const outcome = await mergeShards(request, read, from, surroundings);
    for (const incident of outcome.report.receipt?.incidents ?? []) warn(incident);
    return [outcome];
  });
}

/** @throws InputError: where planning failed, what is wrong with the dataset rather than that there is no plan. */
async function planOrWhyNone(
  inputs: ActionInputs,
  request: ProbeRequest,
  cwd: string,
): Promise<ReadPlanFile> {
  try {
    return planIn(inputs);
  } catch (error) {
    if (error instanceof InputError) await oneDataset(request, cwd);
    throw error;
  }
}
