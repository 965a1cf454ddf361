import { parseCommand } from '../github/commands/command.js';
import {
  at,
  comment,
  isSha,
  positiveInteger,
  repositoryNamed,
  type Repository,
} from '../github/events/event.js';
import type { Action, WorkflowRun } from './action.js';
import { requestInTitle } from './run-title.js';

/** What becomes of a webhook: something to do, or nothing for this reason. */
export type Decision = { do: Action } | { ignore: string };

export interface Circumstances {
  /** File name of the workflow that is dispatched. */
  workflow: string;
  /** Milliseconds since 1970. */
  now: number;
}

/** Milliseconds after which an event is one that somebody kept and sends again. */
export const oldest = 7 * 24 * 3600 * 1000;

/** Those of whom GitHub is asked whether they may write. A commit that was merged once (`CONTRIBUTOR`) gives no right. */
const insiders = ['OWNER', 'MEMBER', 'COLLABORATOR'];
const newHead = ['opened', 'reopened', 'synchronize', 'ready_for_review'];
const nowhere: Repository = { owner: '', repo: '' };

/** Reads a webhook whose signature was right. What it holds may still be anything that a user of GitHub can write. */
export function decide(event: string, payload: unknown, circumstances: Circumstances): Decision {
  const installation = positiveInteger(at(payload, 'installation', 'id'));
  if (event === 'ping') return { ignore: 'GitHub asks whether somebody is there.' };
  if (installation === null) return { ignore: 'The event comes from no installation of the app.' };
  if (event === 'installation') return ofInstallation(payload, installation);
  if (!Object.hasOwn(readers, event)) return { ignore: 'Nothing is done for events of this kind.' };
  const name = at(payload, 'repository', 'full_name');
  const repository = typeof name === 'string' ? repositoryNamed(name) : null;
  if (repository === null) return { ignore: 'The event names no repository.' };
  return readers[event as keyof typeof readers](payload, { repository, installation }, circumstances);
}

type Where = Pick<Action, 'repository' | 'installation'>;

const readers = {
  pull_request: ofPullRequest,
  issue_comment: ofComment,
  check_run: ofCheckRun,
  check_suite: ofCheckSuite,
  workflow_run: ofWorkflowRun,
};

function ofInstallation(payload: unknown, installation: number): Decision {
  const action = at(payload, 'action');
  // One that is suspended may come back, and check runs that wait for it have to end then.
  return action === 'deleted'
    ? { do: { kind: 'leave', installation, repository: nowhere } }
    : { ignore: 'An installation that is new or changed needs nothing.' };
}

function ofPullRequest(payload: unknown, where: Where, { now }: Circumstances): Decision {
  const action = at(payload, 'action');
  if (typeof action !== 'string' || !newHead.includes(action))
    return { ignore: 'The pull request has no new head.' };
  const number = positiveInteger(at(payload, 'pull_request', 'number'));
  const headSha = at(payload, 'pull_request', 'head', 'sha');
  if (number === null || !isSha(headSha)) return { ignore: 'The pull request has no number and head.' };
  if (at(payload, 'pull_request', 'state') !== 'open') return { ignore: 'The pull request is not open.' };
  if (isOld(at(payload, 'pull_request', 'updated_at'), now)) return { ignore: tooOld };
  if (at(payload, 'pull_request', 'draft') === true)
    return { ignore: 'The pull request is a draft: it is measured when it is ready, or on command.' };
  const association = at(payload, 'pull_request', 'author_association');
  const fork =
    at(payload, 'pull_request', 'head', 'repo', 'id') !== at(payload, 'pull_request', 'base', 'repo', 'id');
  if (!fork) return { do: { kind: 'measure', ...where, number, headSha, forkOf: null } };
  const author = at(payload, 'pull_request', 'user', 'login');
  if (typeof author !== 'string' || !insiders.includes(String(association)))
    return { ignore: 'The fork of an outsider is measured on the command of somebody who may write.' };
  return { do: { kind: 'measure', ...where, number, headSha, forkOf: author } };
}

function ofComment(payload: unknown, where: Where, { now }: Circumstances): Decision {
  const event = comment(payload, where.repository);
  if (event.kind !== 'command') return { ignore: 'reason' in event ? event.reason : 'It is no comment.' };
  if (isOld(at(payload, 'comment', 'created_at'), now)) return { ignore: tooOld };
  if (parseCommand(event.line).kind === 'none') return { ignore: 'The comment is no command of Headstart.' };
  const { number, commentId, sender, line } = event;
  return { do: { kind: 'command', ...where, number, commentId, sender, line } };
}

function ofCheckRun(payload: unknown, where: Where): Decision {
  if (at(payload, 'action') !== 'rerequested') return { ignore: 'Nobody asked for the check run again.' };
  const checkRunId = positiveInteger(at(payload, 'check_run', 'id'));
  const request = requestInTitle(at(payload, 'check_run', 'external_id'));
  if (checkRunId === null || request === null) return { ignore: 'The check run is none of Headstart.' };
  return { do: { kind: 'measure again', ...where, checkRunId, request } };
}

/** GitHub tells an app only of its own suites, which hold the check runs of one commit. */
function ofCheckSuite(payload: unknown, where: Where): Decision {
  if (at(payload, 'action') !== 'rerequested') return { ignore: 'Nobody asked for the checks again.' };
  const checkSuiteId = positiveInteger(at(payload, 'check_suite', 'id'));
  const headSha = at(payload, 'check_suite', 'head_sha');
  const asked = at(payload, 'check_suite', 'updated_at');
  if (checkSuiteId === null || !isSha(headSha) || typeof asked !== 'string')
    return { ignore: 'The check suite has no id, commit and date.' };
  return { do: { kind: 'measure all again', ...where, checkSuiteId, headSha, asked: asked.slice(0, 50) } };
}

/** Only runs that were dispatched, of our file: a pull request can bring a workflow that calls itself like ours. */
function ofWorkflowRun(payload: unknown, where: Where, { workflow }: Circumstances): Decision {
  const action = at(payload, 'action');
  if (action !== 'completed' && action !== 'in_progress') return { ignore: 'The run did not begin or end.' };
  const read = readRun(at(payload, 'workflow_run'), workflow, at(payload, 'workflow', 'path'));
  if (read === null) return { ignore: 'The run is none that Headstart asked for.' };
  if (action === 'in_progress') return { do: { kind: 'note start', ...where, ...read } };
  return read.run.conclusion === null
    ? { ignore: 'The run has no conclusion.' }
    : { do: { kind: 'post results', ...where, ...read } };
}

/** A run of our workflow that was dispatched for a request; null for any other. `path` where the run has none itself. */
export function readRun(
  value: unknown,
  workflow: string,
  path?: unknown,
): { request: string; run: WorkflowRun } | null {
  const file = String(at(value, 'path') ?? path).replace(/@.*$/su, '');
  if (at(value, 'event') !== 'workflow_dispatch' || file !== `.github/workflows/${workflow}`) return null;
  const id = positiveInteger(at(value, 'id'));
  const request = requestInTitle(at(value, 'display_title') ?? at(value, 'name'));
  const branch = at(value, 'head_branch');
  if (id === null || request === null || typeof branch !== 'string' || !isSha(at(value, 'head_sha')))
    return null;
  const conclusion = at(value, 'conclusion');
  const url = at(value, 'html_url');
  return {
    request,
    run: {
      id,
      attempt: positiveInteger(at(value, 'run_attempt')) ?? 1,
      conclusion: typeof conclusion === 'string' ? conclusion.slice(0, 50) : null,
      branch: branch.slice(0, 255),
      url: typeof url === 'string' ? url.slice(0, 500) : '',
    },
  };
}

const tooOld = 'The event is older than a week: somebody sends it again.';

function isOld(date: unknown, now: number): boolean {
  const time = typeof date === 'string' ? Date.parse(date) : NaN;
  return !(now - time <= oldest);
}
