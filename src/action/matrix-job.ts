/** What the modes of a matrix share: `plan`, `shard` and `merge`. */
import * as core from '@actions/core';
import { NO_CHECK } from '../github/checks/check-run.js';
import { readEvent } from '../github/events/event.js';
import type { ActionInputs } from './inputs.js';
import { logLine } from '../github/comments/publish.js';
import { unused } from '../github/usage.js';
import type { ProbeRequest, Surroundings } from '../pipeline/run.js';
import { InputError } from '../problem.js';
import { readPlanFile, type ReadPlanFile } from '../probe/shards/read.js';
import { plain } from '../report/escape.js';
import { announcer } from './announce.js';
import { modelsOf } from './caches.js';
import { aborted, surroundingsOf } from './run-context.js';

/** Whether the event is none of a comment: commands are answered where one job does all. */
export async function isMeasured(): Promise<boolean> {
  const { kind } = await readEvent(process.env);
  if (kind !== 'command' && kind !== 'tick' && kind !== 'ignored') return true;
  logLine('Commands are answered by `mode: probe`; nothing is measured.');
  return false;
}

export function planIn({ plan: file }: ActionInputs): ReadPlanFile {
  if (file === null) throw missing('plan', 'Set it to the path of the plan.json that `mode: plan` wrote.');
  return readPlanFile(file, process.cwd());
}

export function missing(input: string, remedy: string): InputError {
  return new InputError([{ file: `input ${input}`, message: 'is needed for this mode.', remedy }]);
}

/**
 * Work that posts nothing, with the models that an earlier run or job has downloaded, which are kept for the next.
 * @returns its result, and whether the job was cancelled.
 */
export async function workQuietly<T>(
  { cache, engine }: ActionInputs,
  program: string,
  request: ProbeRequest,
  work: (surroundings: Surroundings) => Promise<T>,
): Promise<{ result: T; cancelled: boolean }> {
  const { signal } = aborted();
  const models = cache ? await modelsOf(request) : null;
  // Only this job's own input has the native pack installed: a plan comes from another machine.
  const result = await work(surroundingsOf(program, engine, signal, announcer(NO_CHECK, null, unused())));
  await models?.save();
  return { result, cancelled: signal.aborted };
}

/** An annotation of what another machine, or an image, has said. */
export function warn(message: string): void {
  core.warning(plain(message));
}
