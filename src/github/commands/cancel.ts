/** Ends the runs that measure a commit of a pull request. */
import { RequestError } from 'octokit';
import type { GitHub } from '../client.js';
import type { Repository } from '../events/event.js';
import { explain, isForbidden, isGone } from '../api-errors.js';

export interface CancelRequest {
  github: GitHub;
  repository: Repository;
  /** Of the pull request. */
  number: number;
  headSha: string;
  /** The run that asks: it goes on, and so does every later one. */
  runId: number;
}

export interface Cancelled {
  runs: number;
  /** Runs that were found and that the token may not end. */
  forbidden: number;
  /** What GitHub did not show or do, for the log. */
  warnings: string[];
}

/** Joins the key of a check run and the run that it belongs to: GitHub shows no other way from one to the other. */
export function checkKey(key: string, runUrl: string | null): string {
  const run = runIdIn(runUrl);
  return run === null ? key : `${key}/${run}`;
}

/** Number of the run that a page belongs to. */
export function runIdIn(runUrl: string | null): number | null {
  const digits = /\/actions\/runs\/(\d{1,15})$/u.exec(runUrl ?? '')?.[1];
  return digits === undefined ? null : Number(digits);
}

export async function cancelRuns(request: CancelRequest): Promise<Cancelled> {
  const { github, repository, runId } = request;
  const done: Cancelled = { runs: 0, forbidden: 0, warnings: [] };
  const look = (find: (request: CancelRequest) => Promise<number[]>): Promise<number[]> =>
    find(request).catch((error: unknown) => {
      done.warnings.push(explain('look for runs that are under way', error, 'actions: write'));
      return [];
    });
  const found = new Set([...(await look(measuring)), ...(await look(ofThisWorkflow))]);
  for (const run of found) {
    if (run >= runId) continue;
    try {
      await github.rest.actions.cancelWorkflowRun({ ...repository, run_id: run });
      done.runs++;
    } catch (error) {
      if (hasEnded(error)) continue;
      if (isForbidden(error)) done.forbidden++;
      done.warnings.push(explain('cancel a run', error, 'actions: write'));
    }
  }
  return done;
}

/** Runs with a check run of ours on the head that is not complete. */
async function measuring({ github, repository, headSha }: CancelRequest): Promise<number[]> {
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

/** Runs of the workflow that listens: those at the head, and, under the title that this run has, those of comments. */
async function ofThisWorkflow({
  github,
  repository,
  number,
  headSha,
  runId,
}: CancelRequest): Promise<number[]> {
  const { data: own } = await github.rest.actions.getWorkflowRun({ ...repository, run_id: runId });
  const { data } = await github.rest.actions.listWorkflowRuns({
    ...repository,
    workflow_id: own.workflow_id,
    per_page: 100,
  });
  // Without a `run-name` the title is the pull request's, which others may have too.
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
