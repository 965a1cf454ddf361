import type { Repository } from '../github/events/event.js';

/** What a webhook asks the bot to do; this, and not the payload, is kept in the queue. */
export type Action =
  | Measure
  | HearCommand
  | MeasureAgain
  | MeasureAllAgain
  | NoteStart
  | PostResults
  | LookAfter
  | LeaveInstallation;

interface InRepository {
  repository: Repository;
  installation: number;
}

/** A pull request has a new head. */
export interface Measure extends InRepository {
  kind: 'measure';
  number: number;
  headSha: string;
  /** Login of whose fork it comes from; null: a branch of the repository itself. */
  forkOf: string | null;
}

/** Somebody wrote `/headstart …` on a pull request. */
export interface HearCommand extends InRepository {
  kind: 'command';
  number: number;
  commentId: number;
  sender: string;
  line: string;
}

/** Somebody asked for a check run of ours again. */
export interface MeasureAgain extends InRepository {
  kind: 'measure again';
  checkRunId: number;
  /** The id of the request that the check run was made for. */
  request: string;
}

/** Somebody asked for all our check runs of a commit again. */
export interface MeasureAllAgain extends InRepository {
  kind: 'measure all again';
  checkSuiteId: number;
  headSha: string;
  /** When, as GitHub writes it: the same suite can be asked for again and again. */
  asked: string;
}

/** A run of the workflow, as GitHub reports it. */
export interface WorkflowRun {
  id: number;
  attempt: number;
  /** null while it runs. */
  conclusion: string | null;
  branch: string;
  url: string;
}

/** A run of the workflow began, in the repository or in the central one. */
export interface NoteStart extends InRepository {
  kind: 'note start';
  request: string;
  run: WorkflowRun;
}

/** A run of the workflow ended. */
export interface PostResults extends InRepository {
  kind: 'post results';
  request: string;
  run: WorkflowRun;
}

/** No word of a run came for long: the bot asks. */
export interface LookAfter extends InRepository {
  kind: 'look after';
  request: string;
}

/** The app was taken away: what waits for it cannot be done any more. */
export interface LeaveInstallation extends InRepository {
  kind: 'leave';
}
