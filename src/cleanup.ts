/**
 * The `post` step of the Action, which runs at the end of a job even if the step was killed: it completes on GitHub what
 * the step left unfinished.
 */
import * as core from '@actions/core';
import { completeLeft } from './github/checks/check-run.js';
import { createClient } from './github/client.js';
import { logLine } from './github/comments/publish.js';
import { runPlace } from './github/events/run-place.js';
import { explain } from './github/api-errors.js';
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
      core.warning(explain('complete the check run', error, 'checks: write'));
    }
  }
  if (comments !== null) await withdraw(github, comments);
}

// A leftover never fails a job.
await main().catch((error: unknown) => core.warning(error instanceof Error ? error.message : String(error)));
