import { randomUUID } from 'node:crypto';
import type { CommandOptions } from '../github/commands/command.js';
import { repositoryNamed, type Repository } from '../github/events/event.js';
import { inTransaction, type Store } from './database.js';
import type { WorkflowRun } from './tasks.js';

/** A requested measurement: what is measured, where it runs, and its state. */
export interface Request {
  /** Part of the title of the workflow run, to match its results to the request. */
  id: string;
  /** Identifies what asked for it: there is one request per cause, however often it arrives. */
  cause: string;
  /** Milliseconds since 1970. */
  created: number;
  installation: number;
  repository: Repository;
  number: number;
  headSha: string;
  options: CommandOptions;
  /** Where the workflow runs. */
  runner: Repository;
  /** The branch that contains the workflow. */
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

const KEEP_MS = 30 * 24 * 3600 * 1000;

/** The measurements requested in the last 30 days. Each change is on the disk before the bot acts on it. */
export class Requests {
  readonly #store: Store;
  readonly #now: () => number;

  constructor(store: Store, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  /** Creates the request of a cause, or returns the existing one. */
  open(wanted: NewRequest): { request: Request; isNew: boolean } {
    const { cause, installation, repository, number, headSha, options, runner, branch } = wanted;
    return inTransaction(this.#store.durable, () => {
      const { changes } = this.#store.durable
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
          JSON.stringify(options),
          nameOf(runner),
          branch,
        );
      const row = this.#store.durable.prepare('SELECT * FROM requests WHERE cause = ?').get(cause) as Row;
      return { request: requestOf(row), isNew: Number(changes) === 1 };
    });
  }

  find(id: string): Request | null {
    const row = this.#store.durable.prepare('SELECT * FROM requests WHERE id = ?').get(id) as Row | undefined;
    return row === undefined ? null : requestOf(row);
  }

  /** The latest request of each pull request for this commit. */
  latestOf(repository: Repository, headSha: string): Request[] {
    const rows = this.#store.durable
      .prepare('SELECT * FROM requests WHERE repository = ? AND head_sha = ? ORDER BY rowid')
      .all(nameOf(repository), headSha) as Row[];
    return [...new Map(rows.map((row) => [row.number, requestOf(row)])).values()];
  }

  /** Whether a later request for the same commit of the same pull request was posted. */
  isOvertaken({ id, repository, number, headSha }: Request): boolean {
    const later = this.#store.durable
      .prepare(
        `SELECT 1 FROM requests WHERE repository = ? AND head_sha = ? AND number = ? AND outcome = 'posted'
           AND rowid > (SELECT rowid FROM requests WHERE id = ?)`,
      )
      .get(nameOf(repository), headSha, number, id);
    return later !== undefined;
  }

  recordCheckRun(id: string, checkRun: number): void {
    this.#store.durable.prepare('UPDATE requests SET check_run = ? WHERE id = ?').run(checkRun, id);
  }

  markDispatched(id: string): void {
    this.#store.durable
      .prepare("UPDATE requests SET state = 'dispatched' WHERE id = ? AND state = 'open'")
      .run(id);
  }

  close(id: string, outcome: string, run: Pick<WorkflowRun, 'id' | 'attempt'> | null): void {
    this.#store.durable
      .prepare("UPDATE requests SET state = 'over', outcome = ?, run = ?, attempt = ? WHERE id = ?")
      .run(outcome, run?.id ?? null, run?.attempt ?? null, id);
  }

  /** Deletes a request, so that its cause can create a new one. */
  forget(id: string): void {
    this.#store.durable.prepare('DELETE FROM requests WHERE id = ?').run(id);
  }

  sweep(): void {
    this.#store.fast.prepare('DELETE FROM requests WHERE created < ?').run(this.#now() - KEEP_MS);
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
    options: JSON.parse(row.wishes) as CommandOptions,
    runner: repositoryNamed(row.runner)!,
    branch: row.branch,
    checkRun: row.check_run,
    state: row.state,
    run: row.run === null ? null : { id: row.run, attempt: row.attempt ?? 1 },
    outcome: row.outcome,
  };
}
