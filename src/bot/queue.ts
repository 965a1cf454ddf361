import { inTransaction, type Store } from './database.js';
import type { Task } from './tasks.js';

/** A task that this process works on while it holds the lease. */
export interface Job {
  id: number;
  delivery: string;
  task: Task;
  /** From 1. */
  attempt: number;
}

/** Shown by `healthz`. */
export interface QueueState {
  waiting: number;
  working: number;
  failed: number;
  /** Age of the oldest waiting event. */
  oldestSeconds: number;
}

interface Arrival {
  delivery: string;
  task: Task;
  due: number;
  resolve: (isNew: boolean) => void;
  reject: (error: unknown) => void;
}

/** A job becomes available to others when its lease is not renewed. */
export const LEASE_MS = 15_000;
/** GitHub allows redelivery for three days. */
const KEEP_DELIVERIES_MS = 7 * 24 * 3600 * 1000;

/**
 * The accepted tasks. Events that arrive together are committed together, so a slow disk delays all of them only once.
 * Jobs are leased, so the jobs of a killed process run again.
 */
export class Queue {
  readonly #store: Store;
  readonly #now: () => number;
  /** Identifies the leases of this process. */
  readonly #holder: string;
  #arrivals: Arrival[] = [];
  /** Called when there may be a new job. */
  onArrival: () => void = () => undefined;

  readonly #insert;
  readonly #take;
  readonly #finish;
  readonly #putBack;

  constructor(store: Store, holder: string, now: () => number) {
    this.#store = store;
    this.#holder = holder;
    this.#now = now;
    const { durable, fast } = store;
    this.#insert = durable.prepare(
      `INSERT INTO jobs (delivery, received, installation, repository, action, due) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (delivery) DO UPDATE
         SET state = 'waiting', attempts = 0, received = excluded.received, due = excluded.due, outcome = NULL
         WHERE state = 'failed'`,
    );
    // One job per repository at a time, the oldest due one first.
    this.#take = fast.prepare(`
      UPDATE jobs SET holder = :holder, held_until = :until, attempts = attempts + 1
      WHERE id = (
        SELECT id FROM jobs AS job
        WHERE state = 'waiting' AND due <= :now AND held_until <= :now
          AND NOT EXISTS (
            SELECT 1 FROM jobs AS other
            WHERE other.repository = job.repository AND other.state = 'waiting' AND other.held_until > :now
          )
          AND NOT EXISTS (SELECT 1 FROM pauses WHERE pauses.installation = job.installation AND pauses.until > :now)
        ORDER BY due, id LIMIT 1
      )
      RETURNING id, delivery, action, attempts`);
    this.#finish = fast.prepare(
      'UPDATE jobs SET state = ?, outcome = ?, holder = NULL, held_until = 0 WHERE id = ? AND holder = ?',
    );
    this.#putBack = fast.prepare(
      'UPDATE jobs SET due = ?, outcome = ?, attempts = attempts - ?, holder = NULL, held_until = 0 WHERE id = ? AND holder = ?',
    );
  }

  /**
   * Stores a task. The promise resolves when it is on the disk: to true, or to false for a known delivery.
   * A failed one counts as new, so that a redelivery repeats it.
   * @param due when to start it, in milliseconds since 1970.
   */
  accept(delivery: string, task: Task, due = 0): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.#arrivals.push({ delivery, task, due, resolve, reject });
      if (this.#arrivals.length === 1) setImmediate(() => this.#commit());
    });
  }

  #commit(): void {
    const arrivals = this.#arrivals;
    this.#arrivals = [];
    try {
      const isNew = inTransaction(this.#store.durable, () => arrivals.map((arrival) => this.#add(arrival)));
      for (const [index, { resolve }] of arrivals.entries()) resolve(isNew[index]);
    } catch (error) {
      for (const { reject } of arrivals) reject(error);
    }
    this.onArrival();
  }

  #add({ delivery, task, due }: Arrival): boolean {
    const { installation, repository } = task;
    const { changes } = this.#insert.run(
      delivery,
      this.#now(),
      installation,
      `${repository.owner}/${repository.repo}`.toLowerCase(),
      JSON.stringify(task),
      due,
    );
    return Number(changes) === 1;
  }

  /** Leases a job that is due; null: there is none. */
  take(): Job | null {
    const now = this.#now();
    const row = this.#take.get({ holder: this.#holder, now, until: now + LEASE_MS }) as
      { id: number; delivery: string; action: string; attempts: number } | undefined;
    return row === undefined
      ? null
      : {
          id: row.id,
          delivery: row.delivery,
          task: JSON.parse(row.action) as Task,
          attempt: row.attempts,
        };
  }

  /** Renews the leases of this process. */
  renew(): void {
    this.#store.fast
      .prepare("UPDATE jobs SET held_until = ? WHERE holder = ? AND state = 'waiting'")
      .run(this.#now() + LEASE_MS, this.#holder);
  }

  /** Ends the leases of this process, so that others can take its jobs at once. */
  release(): void {
    this.#store.fast
      .prepare("UPDATE jobs SET held_until = 0, holder = NULL WHERE holder = ? AND state = 'waiting'")
      .run(this.#holder);
  }

  finish({ id }: Job, state: 'done' | 'failed', outcome: string): void {
    this.#finish.run(state, outcome.slice(0, 500), id, this.#holder);
  }

  /** Schedules another try. An attempt that hit GitHub's rate limit does not count. */
  putBack({ id }: Job, due: number, why: string, counts: boolean): void {
    this.#putBack.run(due, why.slice(0, 500), counts ? 0 : 1, id, this.#holder);
  }

  /** Pauses an installation until its rate limit resets. */
  pause(installation: number, until: number): void {
    this.#store.fast
      .prepare(
        'INSERT INTO pauses VALUES (?, ?) ON CONFLICT (installation) DO UPDATE SET until = max(until, excluded.until)',
      )
      .run(installation, until);
  }

  /** Drops the waiting jobs of a removed installation, except for the current one. */
  leave(installation: number, except: number): number {
    const { changes } = this.#store.fast
      .prepare(
        "UPDATE jobs SET state = 'done', outcome = 'The app was uninstalled.' WHERE installation = ? AND state = 'waiting' AND id <> ?",
      )
      .run(installation, except);
    return Number(changes);
  }

  /** When the next job can start; null: none is waiting. Considers leases and pauses. */
  nextDue(): number | null {
    const row = this.#store.fast
      .prepare(
        `SELECT min(max(due, held_until, coalesce((SELECT until FROM pauses WHERE pauses.installation = jobs.installation), 0))) AS due
         FROM jobs WHERE state = 'waiting'`,
      )
      .get() as { due: number | null };
    return row.due;
  }

  state(): QueueState {
    const now = this.#now();
    const row = this.#store.fast
      .prepare(
        `SELECT count(*) FILTER (WHERE state = 'waiting') AS waiting,
                count(*) FILTER (WHERE state = 'waiting' AND held_until > ?) AS working,
                count(*) FILTER (WHERE state = 'failed') AS failed,
                min(received) FILTER (WHERE state = 'waiting' AND due <= ?) AS oldest
         FROM jobs`,
      )
      .get(now, now) as { waiting: number; working: number; failed: number; oldest: number | null };
    const { oldest, ...counts } = row;
    return { ...counts, oldestSeconds: oldest === null ? 0 : Math.round((now - oldest) / 1000) };
  }

  /** Deletes old finished jobs, and pauses that are over. */
  sweep(): void {
    const now = this.#now();
    this.#store.fast
      .prepare("DELETE FROM jobs WHERE state <> 'waiting' AND received < ?")
      .run(now - KEEP_DELIVERIES_MS);
    this.#store.fast.prepare('DELETE FROM pauses WHERE until < ?').run(now);
  }
}
