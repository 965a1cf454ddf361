/** Turns webhooks into tasks. The queue stores the task, not the payload. */
import { parseCommand } from '../github/commands/command.js';
import {
  at,
  comment,
  isSha,
  positiveInteger,
  repositoryNamed,
  type Repository,
} from '../github/events/event.js';

interface Source {
  repository: Repository;
  installation: number;
}

/** A run of the workflow, as GitHub reports it. */
export interface WorkflowRun {
  id: number;
  attempt: number;
  /** null: it has not ended. */
  conclusion: string | null;
  branch: string;
  url: string;
}

/** A pull request has a new head. `forkOf`: login of the fork's author; null: the branch is in the repository. */
export type Measure = Source & { kind: 'measure'; number: number; headSha: string; forkOf: string | null };

/** Someone wrote `/headstart …` on a pull request. */
export type HearCommand = Source & {
  kind: 'command';
  number: number;
  commentId: number;
  sender: string;
  line: string;
};

/** Someone re-requested a check run of ours. */
export type MeasureAgain = Source & {
  kind: 'measure again';
  checkRunId: number;
  /** The id of the request that the check run belongs to. */
  request: string;
};

/** Someone re-requested all our check runs of a commit. */
export type MeasureAllAgain = Source & {
  kind: 'measure all again';
  checkSuiteId: number;
  headSha: string;
  /** When, in GitHub's format: a suite can be re-requested repeatedly. */
  asked: string;
};

/** A run of the workflow began, in the repository or in the central one. */
export type NoteStart = Source & { kind: 'note start'; request: string; run: WorkflowRun };

/** A run of the workflow ended. */
export type PostResults = Source & { kind: 'post results'; request: string; run: WorkflowRun };

/** There was no event about a run for a long time: ask GitHub. */
export type LookAfter = Source & { kind: 'look after'; request: string };

/** The app was uninstalled: the installation's tasks cannot be done. */
export type LeaveInstallation = Source & { kind: 'leave' };

export type Task =
  | Measure
  | HearCommand
  | MeasureAgain
  | MeasureAllAgain
  | NoteStart
  | PostResults
  | LookAfter
  | LeaveInstallation;

/** A task, or why there is none. */
export type Decision = { do: Task } | { ignore: string };

export interface Circumstances {
  /** File name of the workflow that the bot dispatches. */
  workflow: string;
  /** Milliseconds since 1970. */
  now: number;
}

/** Older events are replays. */
export const MAX_EVENT_AGE_MS = 7 * 24 * 3600 * 1000;
const TOO_OLD = 'The event is older than a week, so it is a replay.';

/** GitHub is asked whether they have write access. `CONTRIBUTOR` gives no access: a merged commit is enough for it. */
const INSIDERS = ['OWNER', 'MEMBER', 'COLLABORATOR'];
const NEW_HEAD_ACTIONS = ['opened', 'reopened', 'synchronize', 'ready_for_review'];

/** Reads a webhook with a valid signature. Its content may still be anything that a user of GitHub can write. */
export function decide(event: string, payload: unknown, circumstances: Circumstances): Decision {
  const installation = positiveInteger(at(payload, 'installation', 'id'));
  if (event === 'ping') return { ignore: 'GitHub checks whether the bot responds.' };
  if (installation === null) return { ignore: 'The event does not come from an installation of the app.' };
  if (event === 'installation') return fromInstallation(payload, installation);
  if (!Object.hasOwn(readers, event)) return { ignore: 'The bot does not handle this event.' };
  const name = at(payload, 'repository', 'full_name');
  const repository = typeof name === 'string' ? repositoryNamed(name) : null;
  if (repository === null) return { ignore: 'The event names no repository.' };
  return readers[event as keyof typeof readers](payload, { repository, installation }, circumstances);
}

const readers = {
  pull_request: fromPullRequest,
  issue_comment: fromComment,
  check_run: fromCheckRun,
  check_suite: fromCheckSuite,
  workflow_run: fromWorkflowRun,
};

function fromInstallation(payload: unknown, installation: number): Decision {
  const action = at(payload, 'action');
  // A suspended installation may come back, and then its check runs must end.
  return action === 'deleted'
    ? { do: { kind: 'leave', installation, repository: { owner: '', repo: '' } } }
    : { ignore: 'A new or changed installation needs nothing.' };
}

function fromPullRequest(payload: unknown, source: Source, { now }: Circumstances): Decision {
  const pull = at(payload, 'pull_request');
  const action = at(payload, 'action');
  if (typeof action !== 'string' || !NEW_HEAD_ACTIONS.includes(action))
    return { ignore: 'The pull request has no new head.' };
  const number = positiveInteger(at(pull, 'number'));
  const headSha = at(pull, 'head', 'sha');
  if (number === null || !isSha(headSha)) return { ignore: 'The pull request has no number and head.' };
  if (at(pull, 'state') !== 'open') return { ignore: 'The pull request is not open.' };
  if (isOld(at(pull, 'updated_at'), now)) return { ignore: TOO_OLD };
  if (at(pull, 'draft') === true)
    return { ignore: 'The pull request is a draft: it is measured when it is ready, or on command.' };
  const isFork = at(pull, 'head', 'repo', 'id') !== at(pull, 'base', 'repo', 'id');
  if (!isFork) return { do: { kind: 'measure', ...source, number, headSha, forkOf: null } };
  const author = at(pull, 'user', 'login');
  if (typeof author !== 'string' || !INSIDERS.includes(String(at(pull, 'author_association'))))
    return { ignore: 'An outsider’s fork is measured only when someone with write access commands it.' };
  return { do: { kind: 'measure', ...source, number, headSha, forkOf: author } };
}

function fromComment(payload: unknown, source: Source, { now }: Circumstances): Decision {
  const event = comment(payload, source.repository);
  if (event.kind !== 'command') return { ignore: 'reason' in event ? event.reason : 'It is not a comment.' };
  if (isOld(at(payload, 'comment', 'created_at'), now)) return { ignore: TOO_OLD };
  if (parseCommand(event.line).kind === 'none')
    return { ignore: 'The comment is not a command of Headstart.' };
  const { number, commentId, sender, line } = event;
  return { do: { kind: 'command', ...source, number, commentId, sender, line } };
}

function fromCheckRun(payload: unknown, source: Source): Decision {
  if (at(payload, 'action') !== 'rerequested') return { ignore: 'The check run was not re-requested.' };
  const checkRunId = positiveInteger(at(payload, 'check_run', 'id'));
  const request = requestInTitle(at(payload, 'check_run', 'external_id'));
  if (checkRunId === null || request === null) return { ignore: 'The check run is not one of Headstart.' };
  return { do: { kind: 'measure again', ...source, checkRunId, request } };
}

/** GitHub sends an app only its own suites, which contain the check runs of a commit. */
function fromCheckSuite(payload: unknown, source: Source): Decision {
  if (at(payload, 'action') !== 'rerequested') return { ignore: 'The checks were not re-requested.' };
  const checkSuiteId = positiveInteger(at(payload, 'check_suite', 'id'));
  const headSha = at(payload, 'check_suite', 'head_sha');
  const asked = at(payload, 'check_suite', 'updated_at');
  if (checkSuiteId === null || !isSha(headSha) || typeof asked !== 'string')
    return { ignore: 'The check suite has no id, commit and date.' };
  return { do: { kind: 'measure all again', ...source, checkSuiteId, headSha, asked: asked.slice(0, 50) } };
}

function fromWorkflowRun(payload: unknown, source: Source, { workflow }: Circumstances): Decision {
  const action = at(payload, 'action');
  if (action !== 'completed' && action !== 'in_progress') return { ignore: 'The run did not begin or end.' };
  const read = readRun(at(payload, 'workflow_run'), workflow, at(payload, 'workflow', 'path'));
  if (read === null) return { ignore: 'Headstart did not dispatch the run.' };
  if (action === 'in_progress') return { do: { kind: 'note start', ...source, ...read } };
  return read.run.conclusion === null
    ? { ignore: 'The run has no conclusion.' }
    : { do: { kind: 'post results', ...source, ...read } };
}

/**
 * Reads a run that was dispatched for a request; null: it is another one. The file must match, too: a pull request can
 * add a workflow with the same name.
 * @param path of the workflow, if the run does not contain it.
 */
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

/** Requests have UUIDs; the title of their run ends with it. */
const UUID_AT_END = /(?:^|\s)([0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})$/u;

/** The request in the title of a run, or in the id of a check run. */
export function requestInTitle(title: unknown): string | null {
  return typeof title === 'string' ? (UUID_AT_END.exec(title.slice(-200))?.[1] ?? null) : null;
}

function isOld(date: unknown, now: number): boolean {
  const time = typeof date === 'string' ? Date.parse(date) : NaN;
  return !(now - time <= MAX_EVENT_AGE_MS);
}
