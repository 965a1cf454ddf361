import { open } from 'node:fs/promises';
import { type Box, tickedBox } from '../commands/checkbox.js';
import { MAX_COMMAND_LENGTH } from '../commands/command.js';
import { keyOfReport } from '../comments/comment-key.js';

export interface Repository {
  owner: string;
  repo: string;
}

/** What started the run, as far as Headstart acts on it. */
export type GitHubEvent =
  | {
      kind: 'pull request';
      repository: Repository;
      number: number;
      headSha: string;
      /** Tip of the base branch. */
      baseSha: string | null;
      fork: boolean;
    }
  | {
      kind: 'command';
      repository: Repository;
      number: number;
      commentId: number;
      /** Login of the comment's author. */
      sender: string;
      /** First line of the comment, at most 500 characters. */
      line: string;
    }
  /** Someone ticked a box in a comment that may be ours: its author has not been checked yet. */
  | {
      kind: 'tick';
      repository: Repository;
      number: number;
      commentId: number;
      /** Key of the comment. */
      key: string;
      /** Login of the user who ticked it. */
      sender: string;
      box: Box;
      /** The command of the box, as in a comment. */
      line: string;
    }
  /** Nothing to do, as for a comment that needs no answer. */
  | { kind: 'ignored'; reason: string }
  /** A push, a merge queue, a schedule, a manual run: measured, but there is no comment. */
  | {
      kind: 'commit';
      reason: string;
      repository: Repository;
      headSha: string | null;
      /** The commit before a push, or the base of a merge queue; null: there is nothing to compare with. */
      baseSha: string | null;
    }
  /** Runs on the base with write access, whoever opened the pull request: nothing is posted. */
  | { kind: 'pull request target'; reason: string }
  /** Apparently not on GitHub. */
  | { kind: 'other'; reason: string };

/** GitHub sends at most 25 MB. */
const MAX_PAYLOAD_BYTES = 25 * 1024 * 1024;

/** Reads the event of a run from its environment. An invalid payload is reported with its reason. */
export async function readEvent(environment: NodeJS.ProcessEnv): Promise<GitHubEvent> {
  const name = environment['GITHUB_EVENT_NAME'] ?? '';
  const repository = repositoryNamed(environment['GITHUB_REPOSITORY'] ?? '');
  if (repository === null) return { kind: 'other', reason: 'GITHUB_REPOSITORY does not name a repository.' };
  const headSha = isSha(environment['GITHUB_SHA']) ? environment['GITHUB_SHA'] : null;
  const reason = `The event is ${name === '' ? 'not known' : name}, not a pull request.`;
  if (name === 'pull_request_target') return { kind: 'pull request target', reason: pullRequestTarget };
  const commit = { kind: 'commit', reason, repository, headSha, baseSha: null } as const;
  const payload = await readPayload(environment['GITHUB_EVENT_PATH'] ?? '').catch(unreadable);
  switch (name) {
    case 'pull_request':
      return payload instanceof Unreadable
        ? { ...commit, reason: payload.reason }
        : pullRequest(payload, repository, commit);
    case 'issue_comment':
      return payload instanceof Unreadable
        ? { kind: 'ignored', reason: payload.reason }
        : comment(payload, repository);
    case 'push':
      return { ...commit, baseSha: shaAt(payload, 'before') };
    case 'merge_group':
      return {
        ...commit,
        headSha: shaAt(payload, 'merge_group', 'head_sha') ?? headSha,
        baseSha: shaAt(payload, 'merge_group', 'base_sha'),
      };
    default:
      return commit;
  }
}

const pullRequestTarget =
  'The workflow runs on `pull_request_target`, so the result is not posted: it is in the job summary and in the report files. Checking out the head there can run untrusted code with write access. Let the workflow run on `pull_request`; docs/forks.md of Headstart explains how pull requests from forks get their comment.';

class Unreadable {
  constructor(readonly reason: string) {}
}

function unreadable(error: unknown): Unreadable {
  return new Unreadable(`The event could not be read: ${(error as Error).message}`);
}

/** A commit in the payload. All zeros mean that there is none. */
function shaAt(payload: unknown, ...path: string[]): string | null {
  const sha = at(payload, ...path);
  return isSha(sha) && !/^0+$/u.test(sha) ? sha : null;
}

export function repositoryNamed(name: string): Repository | null {
  const match = /^([\w.-]{1,100})\/([\w.-]{1,100})$/u.exec(name);
  return match === null ? null : { owner: match[1], repo: match[2] };
}

export async function readPayload(path: string): Promise<unknown> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    if (size > MAX_PAYLOAD_BYTES) throw new Error(`its payload has ${size} bytes`);
    return JSON.parse(await file.readFile('utf8'));
  } finally {
    await file.close();
  }
}

function pullRequest(
  payload: unknown,
  repository: Repository,
  fallback: Extract<GitHubEvent, { kind: 'commit' }>,
): GitHubEvent {
  const number = positiveInteger(at(payload, 'pull_request', 'number'));
  const headSha = at(payload, 'pull_request', 'head', 'sha');
  if (number === null || !isSha(headSha)) {
    return { ...fallback, reason: 'The payload has no pull request with a number and a head.' };
  }
  const head = at(payload, 'pull_request', 'head', 'repo', 'id');
  const fork = head !== at(payload, 'pull_request', 'base', 'repo', 'id');
  const baseSha = shaAt(payload, 'pull_request', 'base', 'sha');
  return { kind: 'pull request', repository, number, headSha, baseSha, fork };
}

export function comment(payload: unknown, repository: Repository): GitHubEvent {
  if (at(payload, 'issue', 'pull_request') === undefined) {
    return { kind: 'ignored', reason: 'The comment is not on a pull request.' };
  }
  switch (at(payload, 'action')) {
    case 'created':
      return newComment(payload, repository);
    case 'edited':
      return editedComment(payload, repository);
    default:
      return { kind: 'ignored', reason: 'The comment is neither new nor edited.' };
  }
}

function newComment(payload: unknown, repository: Repository): GitHubEvent {
  if (at(payload, 'comment', 'user', 'type') === 'Bot') {
    return { kind: 'ignored', reason: 'A bot wrote the comment.' };
  }
  const number = positiveInteger(at(payload, 'issue', 'number'));
  const commentId = positiveInteger(at(payload, 'comment', 'id'));
  const sender = at(payload, 'comment', 'user', 'login');
  const body = at(payload, 'comment', 'body');
  if (number === null || commentId === null || !isLogin(sender) || typeof body !== 'string') {
    return { kind: 'ignored', reason: 'The payload has no comment with a number, an author and a body.' };
  }
  const line = body.slice(0, MAX_COMMAND_LENGTH).split(/\r?\n/u, 1)[0];
  return { kind: 'command', repository, number, commentId, sender, line };
}

/** The only edit that matters ticks a box. The command is the one before the edit, which the editor did not choose. */
function editedComment(payload: unknown, repository: Repository): GitHubEvent {
  // This includes our own edits.
  if (at(payload, 'sender', 'type') === 'Bot')
    return { kind: 'ignored', reason: 'A bot edited the comment.' };
  const number = positiveInteger(at(payload, 'issue', 'number'));
  const commentId = positiveInteger(at(payload, 'comment', 'id'));
  const sender = at(payload, 'sender', 'login');
  const before = at(payload, 'changes', 'body', 'from');
  const after = at(payload, 'comment', 'body');
  if (
    number === null ||
    commentId === null ||
    !isLogin(sender) ||
    typeof before !== 'string' ||
    typeof after !== 'string'
  ) {
    return { kind: 'ignored', reason: 'The payload has no edit with a number, a sender and both bodies.' };
  }
  const key = keyOfReport(before);
  const box = key === null ? null : tickedBox(before, after);
  if (key === null || box === null)
    return {
      kind: 'ignored',
      reason: 'The edit does not tick a box of a report, or changes more than that.',
    };
  const line = `/headstart ${box.command}`;
  return { kind: 'tick', repository, number, commentId, key, sender, box, line };
}

/** The value at a path of keys; undefined if there is none. */
export function at(value: unknown, ...path: string[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null && Object.hasOwn(inner, key)
        ? (inner as Record<string, unknown>)[key]
        : undefined,
    value,
  );
}

export function positiveInteger(value: unknown): number | null {
  return Number.isSafeInteger(value) && (value as number) > 0 ? (value as number) : null;
}

export function isSha(value: unknown): value is string {
  return typeof value === 'string' && /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/u.test(value);
}

function isLogin(value: unknown): value is string {
  return typeof value === 'string' && /^[A-Za-z0-9_-]{1,100}(?:\[bot\])?$/u.test(value);
}
