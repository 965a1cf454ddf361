import type { Action } from './action.js';
import { inTransaction } from './sqlite.js';
import type { Store } from './store.js';

/** A job that this process works at, until the lease on it is over. */
export interface Job {
  id: number;
  delivery: string;
  action: Action;
  /** From 1. */
  attempt: number;
}

/** What `healthz` tells. */
export interface QueueState {
  waiting: number;
  working: number;
  failed: number;
  /** Seconds since the oldest waiting event came. */
  oldestSeconds: number;
}

interface Arrival {
  delivery: string;
  action: Action;
  due: number;
  resolve: (isNew: boolean) => void;
  reject: (error: unknown) => void;
}

/** Milliseconds for which a job is held without a sign of life. */
export const lease = 15_000;
const day = 24 * 3600 * 1000;
/** GitHub lets a delivery be sent again for three days. */
const keepDeliveries = 7 * day;

/**
 * What was accepted and is not done yet. Events that arrive together are committed together, so that a slow disk
 * costs all of them one wait; jobs are leased, so that those of a process that was killed are taken up again.
 */
export class Queue {
  readonly #store: Store;
  readonly #now: () => number;
  /** Tells the leases of this process from those of others. */
  readonly #holder: string;
  #arrivals: Arrival[] = [];
  /** Called when there may be something new to take. */
  onArrival: () => void = () => undefined;

  readonly #insert;
  readonly #take;
  readonly #finish;
  readonly #putBack;

  constructor(store: Store, holder: string, now: () => number) {
    this.#store = store;
    this.#holder = holder;
    this.#now = now;
    const { lasting, quick } = store;
    this.#insert = lasting.prepare(
      `INSERT INTO jobs (delivery, received, installation, repository, action, due) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (delivery) DO UPDATE
         SET state = 'waiting', attempts = 0, received = excluded.received, due = excluded.due, outcome = NULL
         WHERE state = 'failed'`,
    );
    // One job at a time in each repository, the oldest that is due first.
    this.#take = quick.prepare(`
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
    this.#finish = quick.prepare(
      'UPDATE jobs SET state = ?, outcome = ?, holder = NULL, held_until = 0 WHERE id = ? AND holder = ?',
    );
    this.#putBack = quick.prepare(
      'UPDATE jobs SET due = ?, outcome = ?, attempts = attempts - ?, holder = NULL, held_until = 0 WHERE id = ? AND holder = ?',
    );
  }

  /**
   * Keeps an action. The promise resolves when it would outlive the power: to true, or to false for a delivery that is
   * there already. One that failed is tried again: whoever has GitHub send it again wants that.
   * @param due milliseconds since 1970 before which it is left alone.
   */
  accept(delivery: string, action: Action, due = 0): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.#arrivals.push({ delivery, action, due, resolve, reject });
      if (this.#arrivals.length === 1) setImmediate(() => this.#commit());
    });
  }

  #commit(): void {
    const arrivals = this.#arrivals;
    this.#arrivals = [];
    try {
      const isNew = inTransaction(this.#store.lasting, () => arrivals.map((arrival) => this.#add(arrival)));
      for (const [index, { resolve }] of arrivals.entries()) resolve(isNew[index]);
    } catch (error) {
      for (const { reject } of arrivals) reject(error);
    }
    this.onArrival();
  }

  #add({ delivery, action, due }: Arrival): boolean {
    const { installation, repository } = action;
    const { changes } = this.#insert.run(
      delivery,
      this.#now(),
      installation,
      `${repository.owner}/${repository.repo}`.toLowerCase(),
      JSON.stringify(action),
      due,
    );
    return Number(changes) === 1;
  }

  /** A job that may be worked at now; null where there is none. */
  take(): Job | null {
    const now = this.#now();
    const row = this.#take.get({ holder: this.#holder, now, until: now + lease }) as
      { id: number; delivery: string; action: string; attempts: number } | undefined;
    return row === undefined
      ? null
      : {
          id: row.id,
          delivery: row.delivery,
          action: JSON.parse(row.action) as Action,
          attempt: row.attempts,
        };
  }

  /** Holds on to every job that this process works at. */
  renew(): void {
    this.#store.quick
      .prepare("UPDATE jobs SET held_until = ? WHERE holder = ? AND state = 'waiting'")
      .run(this.#now() + lease, this.#holder);
  }

  /** Lets go of what this process works at: somebody else may begin at once. */
  release(): void {
    this.#store.quick
      .prepare("UPDATE jobs SET held_until = 0, holder = NULL WHERE holder = ? AND state = 'waiting'")
      .run(this.#holder);
  }

  finish({ id }: Job, state: 'done' | 'failed', outcome: string): void {
    this.#finish.run(state, outcome.slice(0, 500), id, this.#holder);
  }

  /** To be tried again; an attempt that GitHub's rate limit ended does not count. */
  putBack({ id }: Job, due: number, why: string, counts: boolean): void {
    this.#putBack.run(due, why.slice(0, 500), counts ? 0 : 1, id, this.#holder);
  }

  /** Leaves an installation alone until GitHub's rate limit lets it go on. */
  pause(installation: number, until: number): void {
    this.#store.quick
      .prepare(
        'INSERT INTO pauses VALUES (?, ?) ON CONFLICT (installation) DO UPDATE SET until = max(until, excluded.until)',
      )
      .run(installation, until);
  }

  /** Drops what waits for an installation that is gone, but for the job that says so. */
  leave(installation: number, except: number): number {
    const { changes } = this.#store.quick
      .prepare(
        "UPDATE jobs SET state = 'done', outcome = 'The app was taken away.' WHERE installation = ? AND state = 'waiting' AND id <> ?",
      )
      .run(installation, except);
    return Number(changes);
  }

  /** When the next job is due; null where none waits. Jobs that are held or paused count as due when they are free. */
  nextDue(): number | null {
    const row = this.#store.quick
      .prepare(
        `SELECT min(max(due, held_until, coalesce((SELECT until FROM pauses WHERE pauses.installation = jobs.installation), 0))) AS due
         FROM jobs WHERE state = 'waiting'`,
      )
      .get() as { due: number | null };
    return row.due;
  }

  state(): QueueState {
    const now = this.#now();
    const row = this.#store.quick
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

  /** Forgets deliveries that were worked off long ago, and pauses that are over. */
  sweep(): void {
    const now = this.#now();
    this.#store.quick
      .prepare("DELETE FROM jobs WHERE state <> 'waiting' AND received < ?")
      .run(now - keepDeliveries);
    this.#store.quick.prepare('DELETE FROM pauses WHERE until < ?').run(now);
  }
}
