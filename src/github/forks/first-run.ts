/** The first run of a pull request from a fork, which measured, and the pull request that it belongs to. */
import type { GitHub } from '../client.js';
import {
  at,
  isSha,
  positiveInteger,
  readPayload,
  type Repository,
  repositoryNamed,
} from '../events/event.js';

/** The run as GitHub describes it in the event `workflow_run`. */
export interface FirstRun {
  repository: Repository;
  id: number;
  /** Name of its workflow, which is part of the key of the comment. */
  workflow: string;
  headSha: string;
  /** Chosen by the author of the pull request: any valid branch name. */
  headBranch: string;
  headOwner: string;
  headRepositoryId: number;
  /** Its conclusion is a failure, for example because of `fail-on`. */
  failed: boolean;
}

const MAX_BRANCH_LENGTH = 255;
const MAX_NAME_LENGTH = 200;

/** Reads the event from the environment. `reason`: the run left nothing to post. */
export async function readFirstRun(environment: NodeJS.ProcessEnv): Promise<FirstRun | { reason: string }> {
  if (environment['GITHUB_EVENT_NAME'] !== 'workflow_run') {
    return { reason: '`mode: comment` is for workflows that run on `workflow_run`.' };
  }
  const repository = repositoryNamed(environment['GITHUB_REPOSITORY'] ?? '');
  if (repository === null) return { reason: 'GITHUB_REPOSITORY does not name a repository.' };
  try {
    return firstRun(await readPayload(environment['GITHUB_EVENT_PATH'] ?? ''), repository);
  } catch (error) {
    return { reason: `The event could not be read: ${(error as Error).message}` };
  }
}

export function firstRun(payload: unknown, repository: Repository): FirstRun | { reason: string } {
  const run = at(payload, 'workflow_run');
  const id = positiveInteger(at(run, 'id'));
  const headSha = at(run, 'head_sha');
  const workflow = at(run, 'name');
  if (id === null || !isSha(headSha) || !isText(workflow, MAX_NAME_LENGTH)) {
    return { reason: 'The payload has no run with an id, a name and a head.' };
  }
  if (at(payload, 'action') !== 'completed') return { reason: 'The first run has not ended.' };
  if (at(run, 'event') !== 'pull_request') return { reason: 'The first run was not for a pull request.' };
  const conclusion = at(run, 'conclusion');
  // A step that fails because of `fail-on` leaves a report.
  if (conclusion !== 'success' && conclusion !== 'failure') {
    return { reason: 'The first run was neither a success nor a failure: it left no complete result.' };
  }
  const headBranch = at(run, 'head_branch');
  const headOwner = at(run, 'head_repository', 'owner', 'login');
  const headRepositoryId = positiveInteger(at(run, 'head_repository', 'id'));
  if (!isText(headBranch, MAX_BRANCH_LENGTH) || !isLogin(headOwner) || headRepositoryId === null) {
    return { reason: 'The repository or branch of the pull request was deleted.' };
  }
  const failed = conclusion === 'failure';
  return { repository, id, workflow, headSha, headBranch, headOwner, headRepositoryId, failed };
}

function isText(value: unknown, maxLength: number): value is string {
  return typeof value === 'string' && value !== '' && value.length <= maxLength;
}

function isLogin(value: unknown): value is string {
  return typeof value === 'string' && /^[A-Za-z0-9_-]{1,100}$/u.test(value);
}

interface Candidate {
  number: number;
  sha: string;
  repositoryId: number | null;
}

/** Pages of open pull requests to search, recently updated ones first. */
const MAX_PAGES = 10;

/**
 * Finds the open pull request of a run by its head: owner, branch and commit, as GitHub reports them. The event's own
 * list is empty for forks, and the artifact is not trusted.
 * @returns its number, or why nothing is posted.
 * @throws what GitHub refuses.
 */
export async function findPullRequest(
  github: GitHub,
  run: FirstRun,
): Promise<{ number: number } | { reason: string }> {
  const { headSha, headRepositoryId } = run;
  const sameBranch = (await byBranch(github, run)).filter(
    ({ repositoryId }) => repositoryId === headRepositoryId,
  );
  const measured = newest(sameBranch.filter(({ sha }) => sha === headSha));
  if (measured !== null) return { number: measured };
  if (sameBranch.length > 0) {
    return { reason: 'The pull request has a newer commit than the one measured; its next run is posted.' };
  }
  const found = await byCommit(github, run);
  return found === null
    ? { reason: 'No open pull request has the measured commit as its head.' }
    : { number: found };
}

async function byBranch(
  github: GitHub,
  { repository, headOwner, headBranch }: FirstRun,
): Promise<Candidate[]> {
  const { data } = await github.rest.pulls.list({
    ...repository,
    state: 'open',
    head: `${headOwner}:${headBranch}`,
    per_page: 100,
  });
  return data.map(candidate);
}

/** For heads that GitHub does not find by name, such as those of a renamed owner. */
async function byCommit(
  github: GitHub,
  { repository, headSha, headRepositoryId }: FirstRun,
): Promise<number | null> {
  const pages = github.paginate.iterator(github.rest.pulls.list, {
    ...repository,
    state: 'open',
    sort: 'updated',
    direction: 'desc',
    per_page: 100,
  });
  let page = 0;
  for await (const { data } of pages) {
    const matches = data
      .map(candidate)
      .filter(({ sha, repositoryId }) => sha === headSha && repositoryId === headRepositoryId);
    if (matches.length > 0) return newest(matches);
    page += 1;
    if (page === MAX_PAGES) break;
  }
  return null;
}

function candidate({
  number,
  head,
}: {
  number: number;
  // Null when the fork was deleted, contrary to the types.
  head: { sha: string; repo: { id: number } | null };
}): Candidate {
  return { number, sha: head.sha, repositoryId: head.repo?.id ?? null };
}

/** A head can have several pull requests, to different branches. */
function newest(candidates: readonly Candidate[]): number | null {
  return candidates.length === 0 ? null : Math.max(...candidates.map(({ number }) => number));
}
