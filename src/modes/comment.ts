/** `mode: comment`: posts what another run has measured, in a run that may write; nothing of a pull request is run. */
import * as core from '@actions/core';
import { acceptReports } from '../github/accept.js';
import { downloadArtifact, reportArtifacts } from '../github/artifact.js';
import { createClient, type GitHub } from '../github/client.js';
import { type FirstRun, readFirstRun } from '../github/first-run.js';
import { findPullRequest } from '../github/fork.js';
import type { ActionInputs } from '../github/inputs.js';
import { addToSummary, logLine, postComments, setOutputs, writeSummary } from '../github/publish.js';
import { explain } from '../github/trouble.js';
import { InputError, problemLine } from '../manifest/problem.js';
import { prose } from '../report/escape.js';
import type { Report } from '../report/model.js';

/**
 * Finds the pull request of the first run, takes its reports and posts them.
 * @returns the exit code of the step: 1 where GitHub refuses what this workflow needs. What is wrong with an artifact
 *   fails nothing: this run stands at the head of the default branch, which no pull request should turn red.
 */
export async function postFirstRun(inputs: ActionInputs): Promise<number> {
  const run = await readFirstRun(process.env);
  if ('reason' in run) return skipped(run.reason);
  if (inputs.token === '') {
    core.error('There is no token. Leave `github-token` at its default.');
    return 1;
  }
  const github = createClient({
    token: inputs.token,
    apiUrl: process.env['GITHUB_API_URL'] ?? 'https://api.github.com',
    log: logLine,
  });
  try {
    const found = await findPullRequest(github, run);
    if ('reason' in found) return skipped(found.reason);
    const reports = await reportsOf(github, run);
    if (reports.length === 0) return skipped('The first run left no artifact called headstart-report.');
    return await post(inputs, github, run, found.number, reports);
  } catch (error) {
    if (error instanceof InputError) return await refused(error);
    core.error(
      `${explain('post the result of the first run', error)} The job needs \`actions: read\` and \`pull-requests: write\`.`,
    );
    return 1;
  }
}

async function reportsOf(github: GitHub, { repository, id }: FirstRun): Promise<Report[]> {
  const reports: Report[] = [];
  for (const artifact of await reportArtifacts(github, repository, id)) {
    logLine(`reading the artifact ${artifact.name}`);
    reports.push(...(await acceptReports(await downloadArtifact(github, repository, artifact))));
  }
  return reports;
}

async function post(
  { comment: mode }: ActionInputs,
  github: GitHub,
  { repository, id, workflow, headSha }: FirstRun,
  number: number,
  reports: readonly Report[],
): Promise<number> {
  const outcomes = reports.map((report) => ({ report, directory: null }));
  setOutputs(outcomes);
  await writeSummary(reports);
  if (mode === 'off') return 0;
  const serverUrl = process.env['GITHUB_SERVER_URL'] ?? 'https://github.com';
  const name = `${repository.owner}/${repository.repo}`;
  const postings = await postComments(outcomes, {
    github,
    place: { ...repository, number },
    mode,
    workflow,
    run: {
      headSha,
      repository: name,
      runUrl: `${serverUrl}/${name}/actions/runs/${id}`,
      serverUrl,
      listens: false,
    },
  });
  return postings.some(({ state }) => state === 'refused') ? 1 : 0;
}

function skipped(reason: string): number {
  logLine(`${reason} Nothing is posted.`);
  return 0;
}

async function refused(error: InputError): Promise<number> {
  for (const problem of error.problems) {
    core.warning(problemLine(problem));
    await addToSummary(`🟡 **Headstart posted nothing.** ${prose(problemLine(problem))}`);
  }
  return 0;
}
