import {
  at,
  isSha,
  positiveInteger,
  readPayload,
  type Repository,
  repositoryNamed,
} from '../events/event.js';

/** The run that has measured, as GitHub tells of it in the event `workflow_run`. */
export interface FirstRun {
  repository: Repository;
  id: number;
  /** Its name of the workflow, which is in the key of the comment. */
  workflow: string;
  headSha: string;
  /** Chosen by whoever opened the pull request: any text that git takes for a branch. */
  headBranch: string;
  headOwner: string;
  headRepositoryId: number;
  /** It ended as a failure: because of `fail-on`, for example. */
  failed: boolean;
}

const longestBranch = 255;
const longestName = 200;

/** Reads the event of a run from its environment; a run that left nothing to post is told apart with its reason. */
export async function readFirstRun(environment: NodeJS.ProcessEnv): Promise<FirstRun | { reason: string }> {
  if (environment['GITHUB_EVENT_NAME'] !== 'workflow_run') {
    return { reason: '`mode: comment` is for workflows that run on `workflow_run`.' };
  }
  const repository = repositoryNamed(environment['GITHUB_REPOSITORY'] ?? '');
  if (repository === null) return { reason: 'GITHUB_REPOSITORY names no repository.' };
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
  if (id === null || !isSha(headSha) || !isText(workflow, longestName)) {
    return { reason: 'The payload has no run with an id, a name and a head.' };
  }
  if (at(payload, 'action') !== 'completed') return { reason: 'The first run has not ended.' };
  if (at(run, 'event') !== 'pull_request') return { reason: 'The first run was not for a pull request.' };
  const conclusion = at(run, 'conclusion');
  // A step that fails by `fail-on` has a report.
  if (conclusion !== 'success' && conclusion !== 'failure') {
    return { reason: 'The first run was neither a success nor a failure: it left no complete result.' };
  }
  const headBranch = at(run, 'head_branch');
  const headOwner = at(run, 'head_repository', 'owner', 'login');
  const headRepositoryId = positiveInteger(at(run, 'head_repository', 'id'));
  if (!isText(headBranch, longestBranch) || !isLogin(headOwner) || headRepositoryId === null) {
    return { reason: 'The repository or branch of the pull request is gone.' };
  }
  return {
    repository,
    id,
    workflow,
    headSha,
    headBranch,
    headOwner,
    headRepositoryId,
    failed: conclusion === 'failure',
  };
}

function isText(value: unknown, longest: number): value is string {
  return typeof value === 'string' && value !== '' && value.length <= longest;
}

function isLogin(value: unknown): value is string {
  return typeof value === 'string' && /^[A-Za-z0-9_-]{1,100}$/u.test(value);
}
