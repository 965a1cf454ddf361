/** `mode: comment`: posts the results of another run, in a run that may write. No code of a pull request is run. */
import * as core from '@actions/core';
import { reportsOfRun } from '../github/forks/artifact.js';
import { checkKey, checkNameOf, openCheckRun } from '../github/checks/check-run.js';
import { commentKey, otherBackbone } from '../github/comments/comment-key.js';
import { createClient, type GitHub } from '../github/client.js';
import { type FirstRun, readFirstRun, findPullRequest } from '../github/forks/first-run.js';
import type { ActionInputs } from './inputs.js';
import { listensToComments } from '../github/workflows.js';
import { addToSummary, logLine, setOutputs, writeSummary } from '../github/step-output.js';
import { type Measured, postComments } from '../github/comments/post-reports.js';
import { runPlace } from '../github/events/run-place.js';
import { type MeasuredReports, backboneOf, causesOf, shown } from '../github/forks/step-record.js';
import { describeApiError } from '../github/api-errors.js';
import { InputError, problemLine } from '../problem.js';
import { renderCheck } from '../report/render/check.js';
import { prose } from '../report/escape.js';
import type { Report } from '../report/types.js';

/**
 * Finds the pull request of the first run, takes its reports and posts them.
 * @returns the exit code of the step: 1 if GitHub refuses what this workflow needs. A bad artifact fails nothing: this
 *   run belongs to the default branch, which a pull request must not turn red.
 */
export async function postFirstRun(inputs: ActionInputs): Promise<number> {
  const run = await readFirstRun(process.env);
  if ('reason' in run) return skipped(run.reason);
  if (inputs.token === '') {
    core.error('There is no token. Leave `github-token` at its default.');
    return 1;
  }
  const github = createClient({ ...runPlace(process.env), token: inputs.token, log: logLine });
  try {
    const found = await findPullRequest(github, run);
    if ('reason' in found) return skipped(found.reason);
    const accepted = await reportsOfRun(github, run.repository, run.id, logLine);
    if (accepted.length === 0) return skipped('The first run left no artifact called headstart-report.');
    return await post(inputs, github, run, found.number, accepted);
  } catch (error) {
    if (error instanceof InputError) return await refused(error);
    core.error(
      `${describeApiError('post the result of the first run', error)} The job needs \`actions: read\` and \`pull-requests: write\`.`,
    );
    return 1;
  }
}

async function post(
  inputs: ActionInputs,
  github: GitHub,
  run: FirstRun,
  number: number,
  artifacts: readonly MeasuredReports[],
): Promise<number> {
  const { repository, id, workflow, headSha } = run;
  // File names are shown if both runs allow it.
  const accepted = artifacts.map((one) => ({ ...one, reports: shown(one, inputs.details) }));
  const reports = accepted.flatMap((one) => one.reports);
  setOutputs(reports.map((report) => ({ report, files: [] })));
  await writeSummary(reports);
  const { serverUrl } = runPlace(process.env);
  const name = `${repository.owner}/${repository.repo}`;
  const runUrl = `${serverUrl}/${name}/actions/runs/${id}`;
  if (inputs.checkRun) await leaveChecks(github, run, runUrl, accepted, inputs.failOn);
  if (inputs.comment === 'off') return 0;
  const measured = accepted.flatMap((one): Measured[] =>
    one.reports.map((report) => ({ report, backbone: backboneOf(one) })),
  );
  const postings = await postComments(measured, {
    github,
    place: { ...repository, number },
    mode: inputs.comment,
    workflow,
    run: {
      headSha,
      repository: name,
      runUrl,
      serverUrl,
      listens: await listensToComments(github, repository),
    },
  });
  return postings.some(({ state }) => state === 'refused') ? 1 : 0;
}

/** A check run for each path and backbone, as the first run would have left it, without digests for later comparisons. */
async function leaveChecks(
  github: GitHub,
  { repository, headSha, workflow, failed }: FirstRun,
  runUrl: string,
  accepted: readonly MeasuredReports[],
  failOn: readonly string[],
): Promise<void> {
  const pathOf = ({ dataset }: Report): string => dataset?.path ?? '.';
  const subjects = accepted.flatMap((one) =>
    one.reports.map((report) => JSON.stringify([pathOf(report), backboneOf(one)])),
  );
  for (const subject of new Set(subjects)) {
    const [path, backbone] = JSON.parse(subject) as [string, string];
    const those = accepted.filter(
      (one) => backboneOf(one) === backbone && one.reports.some((report) => pathOf(report) === path),
    );
    const here = those.flatMap(({ reports }) => reports.filter((report) => pathOf(report) === path));
    const steps = those.flatMap((one) => one.steps);
    const ended = failed ? 'The run failed; its log says why.' : null;
    const check = await openCheckRun({
      github,
      repository,
      headSha,
      name: checkNameOf(path, otherBackbone(backbone)),
      key: checkKey(commentKey(workflow, path, '', backbone), runUrl),
      runUrl,
      attempt: runPlace(process.env).attempt,
      warn: (message) => core.warning(message),
    });
    const causes = causesOf(here, steps, failOn, ended);
    await check.complete({ ...renderCheck(here, causes), text: '' });
  }
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
