/**
 * The `post` step of the Action. It also runs when the step was killed, and completes the check runs and comments that
 * the step left in progress.
 */
import * as core from '@actions/core';
import { completeLeft } from './github/checks/check-run.js';
import { createClient } from './github/client.js';
import { logLine } from './github/step-output.js';
import { runPlace } from './github/events/run-place.js';
import { describeApiError } from './github/api-errors.js';
import { unfinished } from './github/unfinished.js';
import { withdraw } from './action/announce.js';

async function main(): Promise<void> {
  const { checks, comments } = unfinished(process.env);
  const token = core.getInput('github-token').trim();
  if (token === '' || (checks.length === 0 && comments === null)) return;
  core.setSecret(token);
  const github = createClient({ ...runPlace(process.env), token, log: logLine });
  for (const check of checks) {
    try {
      await completeLeft(github, check);
    } catch (error) {
      core.warning(describeApiError('complete the check run', error, 'checks: write'));
    }
  }
  if (comments !== null) await withdraw(github, comments);
}

// Never fails the job.
await main().catch((error: unknown) => core.warning(error instanceof Error ? error.message : String(error)));
