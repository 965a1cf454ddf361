import { randomUUID } from 'node:crypto';
import type { Wishes } from '../github/commands/answer.js';
import { repositoryNamed, type Repository } from '../github/events/event.js';
import type { WorkflowRun } from './action.js';
import { inTransaction } from './sqlite.js';
import type { Store } from './store.js';

/** One measurement that was asked for: what is measured, where it runs, and how far it is. */
export interface Request {
  /** Goes with the run of the workflow, and brings its results back. */
  id: string;
  /** What asked for it: the same cause gives one request however often it comes. */
  cause: string;
  /** Milliseconds since 1970. */
  created: number;
  installation: number;
  repository: Repository;
  number: number;
  headSha: string;
  wishes: Wishes;
  /** Where the workflow runs. */
  runner: Repository;
  /** The branch that the workflow was taken from. */
  branch: string;
  checkRun: number | null;
  state: 'open' | 'dispatched' | 'over';
  /** The run whose results were posted. */
  run: Pick<WorkflowRun, 'id' | 'attempt'> | null;
  outcome: string | null;
}

export type NewRequest = Omit<Request, 'id' | 'created' | 'checkRun' | 'state' | 'run' | 'outcome'>;

interface Row {
  id: string;
  cause: string;
  created: number;
  installation: number;
  repository: string;
  number: number;
  head_sha: string;
  wishes: string;
  runner: string;
  branch: string;
  check_run: number | null;
  state: Request['state'];
  run: number | null;
  attempt: number | null;
  outcome: string | null;
}

/** Milliseconds. */
const keep = 30 * 24 * 3600 * 1000;

/** The measurements that were asked for in the last 30 days. Each change is on the disk before it is acted upon. */
export class Requests {
  readonly #store: Store;
  readonly #now: () => number;

  constructor(store: Store, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  /** The request of this cause: a new one, or the one that is there. */
  open(wanted: NewRequest): { request: Request; isNew: boolean } {
    const { cause, installation, repository, number, headSha, wishes, runner, branch } = wanted;
    return inTransaction(this.#store.lasting, () => {
      const { changes } = this.#store.lasting
        .prepare(
          `INSERT INTO requests (id, cause, created, installation, repository, number, head_sha, wishes, runner, branch)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (cause) DO NOTHING`,
        )
        .run(
          randomUUID(),
          cause,
          this.#now(),
          installation,
          nameOf(repository),
          number,
          headSha,
          JSON.stringify(wishes),
          nameOf(runner),
          branch,
        );
      const row = this.#store.lasting.prepare('SELECT * FROM requests WHERE cause = ?').get(cause) as Row;
      return { request: requestOf(row), isNew: Number(changes) === 1 };
    });
  }

  find(id: string): Request | null {
    const row = this.#store.lasting.prepare('SELECT * FROM requests WHERE id = ?').get(id) as Row | undefined;
    return row === undefined ? null : requestOf(row);
  }

  /** The latest request of each pull request for this commit. */
  latestOf(repository: Repository, headSha: string): Request[] {
    const rows = this.#store.lasting
      .prepare('SELECT * FROM requests WHERE repository = ? AND head_sha = ? ORDER BY rowid')
      .all(nameOf(repository), headSha) as Row[];
    return [...new Map(rows.map((row) => [row.number, requestOf(row)])).values()];
  }

  /** Whether the result of a later request for the same commit of the same pull request was posted. */
  isOvertaken({ id, repository, number, headSha }: Request): boolean {
    const later = this.#store.lasting
      .prepare(
        `SELECT 1 FROM requests WHERE repository = ? AND head_sha = ? AND number = ? AND outcome = 'posted'
           AND rowid > (SELECT rowid FROM requests WHERE id = ?)`,
      )
      .get(nameOf(repository), headSha, number, id);
    return later !== undefined;
  }

  hasCheckRun(id: string, checkRun: number): void {
    this.#store.lasting.prepare('UPDATE requests SET check_run = ? WHERE id = ?').run(checkRun, id);
  }

  wasDispatched(id: string): void {
    this.#store.lasting
      .prepare("UPDATE requests SET state = 'dispatched' WHERE id = ? AND state = 'open'")
      .run(id);
  }

  isOver(id: string, outcome: string, run: Pick<WorkflowRun, 'id' | 'attempt'> | null): void {
    this.#store.lasting
      .prepare("UPDATE requests SET state = 'over', outcome = ?, run = ?, attempt = ? WHERE id = ?")
      .run(outcome, run?.id ?? null, run?.attempt ?? null, id);
  }

  /** The same cause gives a new request from now on. */
  forget(id: string): void {
    this.#store.lasting.prepare('DELETE FROM requests WHERE id = ?').run(id);
  }

  sweep(): void {
    this.#store.quick.prepare('DELETE FROM requests WHERE created < ?').run(this.#now() - keep);
  }
}

export function nameOf({ owner, repo }: Repository): string {
  return `${owner}/${repo}`;
}

function requestOf(row: Row): Request {
  return {
    id: row.id,
    cause: row.cause,
    created: row.created,
    installation: row.installation,
    repository: repositoryNamed(row.repository)!,
    number: row.number,
    headSha: row.head_sha,
    wishes: JSON.parse(row.wishes) as Wishes,
    runner: repositoryNamed(row.runner)!,
    branch: row.branch,
    checkRun: row.check_run,
    state: row.state,
    run: row.run === null ? null : { id: row.run, attempt: row.attempt ?? 1 },
    outcome: row.outcome,
  };
}
