import type { GitHub } from '../client.js';
import type { FirstRun } from './first-run.js';

/** The pull request that a run was for, or why nothing is to be posted. */
export type Found = { number: number } | { reason: string };

interface Candidate {
  number: number;
  sha: string;
  repositoryId: number | null;
}

/** Pages of 100 open pull requests that are looked through, the latest changed first. */
const mostPages = 10;

/**
 * Finds the open pull request of a run by what GitHub itself says of the run: owner, branch and commit of its head.
 * The event's own list is empty for forks, and what the artifact says of it is not asked.
 * @throws what GitHub answers when it does not answer as it should.
 */
export async function findPullRequest(github: GitHub, run: FirstRun): Promise<Found> {
  const { headSha, headRepositoryId } = run;
  const sameHead = (await byBranch(github, run)).filter(
    ({ repositoryId }) => repositoryId === headRepositoryId,
  );
  const measured = newest(sameHead.filter(({ sha }) => sha === headSha));
  if (measured !== null) return { number: measured };
  if (sameHead.length > 0) {
    return {
      reason: 'The pull request has moved on from the commit that was measured; its next run is posted.',
    };
  }
  const elsewhere = await byCommit(github, run);
  return elsewhere === null
    ? { reason: 'No open pull request has the commit that was measured as its head.' }
    : { number: elsewhere };
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

/** For heads that GitHub does not find by name, such as those of an owner who was renamed. */
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
    const here = data
      .map(candidate)
      .filter(({ sha, repositoryId }) => sha === headSha && repositoryId === headRepositoryId);
    if (here.length > 0) return newest(here);
    page += 1;
    if (page === mostPages) break;
  }
  return null;
}

function candidate({
  number,
  head,
}: {
  number: number;
  // GitHub gives null when the fork is deleted, whatever the types say.
  head: { sha: string; repo: { id: number } | null };
}): Candidate {
  return { number, sha: head.sha, repositoryId: head.repo?.id ?? null };
}

/** One head can have pull requests to several branches. */
function newest(candidates: readonly Candidate[]): number | null {
  return candidates.length === 0 ? null : Math.max(...candidates.map(({ number }) => number));
}
