/** `mode: shard`: one machine of a matrix. */
import * as core from '@actions/core';
import type { ActionInputs } from './inputs.js';
import { refuseLinks } from './output-links.js';
import { logLine } from '../github/comments/publish.js';
import { asPlanned } from '../pipeline/sharded/job.js';
import { runShard } from '../pipeline/sharded/shard.js';
import { requestOf } from './assign.js';
import { missing, planIn, warn, workQuietly } from './matrix-job.js';

/**
 * Trains one shard.
 * @returns the exit code of the step: trials that fail are the report's to tell.
 */
export async function shard(inputs: ActionInputs, program: string): Promise<number> {
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
