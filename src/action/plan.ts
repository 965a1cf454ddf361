/** `mode: plan`: what the machines of a matrix are to train. */
import * as core from '@actions/core';
import type { ActionInputs } from './inputs.js';
import { refuseLinks } from './output-links.js';
import { logLine } from '../github/comments/publish.js';
import { planShards } from '../pipeline/sharded/plan.js';
import { requestOf } from './assign.js';
import { isMeasured, warn, workQuietly } from './matrix-job.js';

/**
 * Plans, and tells the workflow for which shards it needs a job. What stops a run is said by `merge`, which posts.
 * @returns the exit code of the step.
 */
export async function plan(inputs: ActionInputs, program: string): Promise<number> {
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
