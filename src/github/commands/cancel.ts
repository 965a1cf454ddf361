/** Cancels the runs that measure a commit of a pull request. */
import { RequestError } from 'octokit';
import { describeApiError, isForbidden, isGone } from '../api-errors.js';
import type { GitHub } from '../client.js';
import type { Repository } from '../events/event.js';

export interface CancelRequest {
  github: GitHub;
  repository: Repository;
  /** Of the pull request. */
  number: number;
  headSha: string;
  /** The run that cancels: it goes on, and so do later ones. */
  runId: number;
}

export interface Cancelled {
  runs: number;
  /** Runs that the token may not cancel. */
  forbidden: number;
  /** For the log. */
  warnings: string[];
}

export async function cancelRuns(request: CancelRequest): Promise<Cancelled> {
  const { github, repository, runId } = request;
  const result: Cancelled = { runs: 0, forbidden: 0, warnings: [] };
  const search = (find: (request: CancelRequest) => Promise<number[]>): Promise<number[]> =>
    find(request).catch((error: unknown) => {
      result.warnings.push(describeApiError('look for runs in progress', error, 'actions: write'));
      return [];
    });
  const found = new Set([...(await search(runsWithCheck)), ...(await search(runsOfThisWorkflow))]);
  for (const run of found) {
    if (run >= runId) continue;
    try {
      await github.rest.actions.cancelWorkflowRun({ ...repository, run_id: run });
      result.runs++;
    } catch (error) {
      if (hasEnded(error)) continue;
      if (isForbidden(error)) result.forbidden++;
      result.warnings.push(describeApiError('cancel a run', error, 'actions: write'));
    }
  }
  return result;
}

/** Runs that have a check run of ours in progress on the head. */
async function runsWithCheck({ github, repository, headSha }: CancelRequest): Promise<number[]> {
  const { data } = await github.rest.checks.listForRef({
    ...repository,
    ref: headSha,
    status: 'in_progress',
    filter: 'all',
    per_page: 100,
  });
  return data.check_runs.flatMap(({ external_id: key }) => {
    const run = /^[0-9a-f]{16}\/(\d{1,15})$/u.exec(key ?? '')?.[1];
    return run === undefined ? [] : [Number(run)];
  });
}

/** Runs of this workflow on the head, and those for comments, which share this run's title. */
async function runsOfThisWorkflow(request: CancelRequest): Promise<number[]> {
  const { github, repository, number, headSha, runId } = request;
  const { data: own } = await github.rest.actions.getWorkflowRun({ ...repository, run_id: runId });
  const { data } = await github.rest.actions.listWorkflowRuns({
    ...repository,
    workflow_id: own.workflow_id,
    per_page: 100,
  });
  // Without a `run-name` the title is the pull request's, which others may share.
  const isNumbered = new RegExp(`#${number}(?!\\d)`, 'u').test(own.display_title);
  return data.workflow_runs
    .filter(({ status }) => status !== 'completed')
    .filter(
      ({ head_sha: sha, event, display_title: title }) =>
        sha === headSha || (isNumbered && event === own.event && title === own.display_title),
    )
    .map(({ id }) => id);
}

function hasEnded(error: unknown): boolean {
  return isGone(error) || (error instanceof RequestError && error.status === 409);
}
