/** Posts reports of pull requests, and says who posts instead if this run may not. */
import * as core from '@actions/core';
import type { GitHub } from '../github/client.js';
import { listensToComments, findSecondWorkflow, waitingFor, waitingMarkdown } from '../github/workflows.js';
import { addToSummary, logLine } from '../github/step-output.js';
import { type Measured, postComments } from '../github/comments/post-reports.js';
import type { Repository } from '../github/events/event.js';
import type { RunPlace } from '../github/events/run-place.js';

export interface PostRequest {
  /** null: there is no token. */
  github: GitHub | null;
  mode: 'sticky' | 'new' | 'off';
  /** Pull request that gets the comments; null: none. */
  pullRequest: (Repository & { number: number; fork: boolean }) | null;
  headSha: string | null;
  place: RunPlace;
}

/** False if GitHub failed to take a comment that this run may write. */
export async function postReports(measured: readonly Measured[], request: PostRequest): Promise<boolean> {
  const { github, mode, pullRequest, headSha, place } = request;
  if (mode === 'off' || pullRequest === null) return true;
  if (github === null) {
    core.warning(
      'There is no token, so no comment: the report is in the job summary and in the report files.',
    );
    return true;
  }
  const { fork, number, owner, repo } = pullRequest;
  const postings = await postComments(measured, {
    github,
    place: { owner, repo, number },
    mode,
    workflow: place.workflow,
    fork,
    run: {
      headSha,
      repository: place.repository,
      runUrl: place.runUrl,
      serverUrl: place.serverUrl,
      listens: await listensToComments(github, { owner, repo }),
    },
  });
  if (postings.some((posting) => posting.state === 'refused' && posting.forbidden)) {
    await handOver(github, { owner, repo }, place.workflow, fork);
  }
  return !postings.some((posting) => posting.state === 'refused' && !posting.forbidden);
}

/** Says who posts instead, for forks and other runs with a read-only token, such as Dependabot's. */
async function handOver(
  github: GitHub,
  repository: Repository,
  workflow: string,
  fork: boolean,
): Promise<void> {
  const second = await findSecondWorkflow(github, repository, workflow);
  // Without a second workflow the permission must be fixed here, as the warning says.
  if (!fork && second !== 'listening') return;
  const sentence = waitingFor(second, workflow);
  if (fork) logLine('The token of a pull request from a fork is read-only, so this run posts nothing.');
  if (second === 'missing' || second === 'mismatched') core.warning(sentence);
  else logLine(sentence);
  await addToSummary(waitingMarkdown(second, workflow));
}
