/** The GitHub Action: reads its inputs and does what `mode` asks for. */
import { fileURLToPath } from 'node:url';
import * as core from '@actions/core';
import { type ActionInputs, type Mode, readInputs } from './action/inputs.js';
import { createClient } from './github/client.js';
import { logLine } from './github/step-output.js';
import { runPlace } from './github/events/run-place.js';
import { parseDefaults, readDefaults, withDefaults } from './github/shared-defaults.js';
import { InputError, problemLine } from './problem.js';
import { postFirstRun } from './action/post-fork-reports.js';
import { mergeJob, planJob, shardJob } from './action/matrix-jobs.js';
import { runProbe } from './action/run-probe.js';
import { problemsWithoutNames } from './report/without-names.js';

/** Each mode takes the path of this program and returns the exit code of the step. */
const modes: Record<Mode, (inputs: ActionInputs, program: string) => Promise<number>> = {
  probe: runProbe,
  comment: postFirstRun,
  plan: planJob,
  shard: shardJob,
  merge: mergeJob,
};

async function main(): Promise<number> {
  const inputs = readInputs(await inputReader());
  if (inputs.token !== '') core.setSecret(inputs.token);
  try {
    return await modes[inputs.mode](inputs, fileURLToPath(import.meta.url));
  } catch (error) {
    if (inputs.details === 'counts' && error instanceof InputError) return reportCount(error);
    throw error;
  }
}

/** Reads the workflow's inputs, and the organization's defaults for those left empty. */
async function inputReader(): Promise<(name: string) => string> {
  const place = core.getInput('defaults').trim();
  const token = core.getInput('github-token').trim();
  if (place === '') return core.getInput;
  core.setSecret(token);
  const github = createClient({ ...runPlace(process.env), token, log: logLine });
  return withDefaults(core.getInput, await readDefaults(github, parseDefaults(place)));
}

/** Errors become annotations on the pull request, so they name no files; the log does. */
function reportCount({ problems }: InputError): number {
  for (const problem of problems) core.info(problemLine(problem));
  for (const problem of problemsWithoutNames(problems)) core.error(problemLine(problem));
  return 2;
}

/** Wrong input exits with 2, any other failure with 1. */
function report(error: unknown): number {
  if (error instanceof InputError) {
    for (const problem of error.problems) {
      const { file, line, column } = problem;
      core.error(problemLine(problem), {
        ...(file === '' || line === undefined ? {} : { file, startLine: line }),
        ...(line === undefined || column === undefined ? {} : { startColumn: column }),
      });
    }
    return 2;
  }
  core.error(error instanceof Error ? error.message : String(error));
  if (error instanceof Error && error.stack !== undefined) core.debug(error.stack);
  return 1;
}

process.exitCode = await main().catch(report);
