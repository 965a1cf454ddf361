import { type Database, openDatabase } from './sqlite.js';

/**
 * The file of the bot, opened twice: what must outlive the power is committed through `lasting`, which waits for the
 * disk; bookkeeping that may be lost with the power, though not with the process, goes through `quick`.
 */
export interface Store {
  lasting: Database;
  quick: Database;
  close(): void;
}

const tables = `
  CREATE TABLE IF NOT EXISTS jobs (
    id INTEGER PRIMARY KEY,
    delivery TEXT NOT NULL UNIQUE,
    received INTEGER NOT NULL,
    installation INTEGER NOT NULL,
    repository TEXT NOT NULL,
    action TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'done', 'failed')),
    attempts INTEGER NOT NULL DEFAULT 0,
    due INTEGER NOT NULL,
    holder TEXT,
    held_until INTEGER NOT NULL DEFAULT 0,
    outcome TEXT
  ) STRICT;
  CREATE INDEX IF NOT EXISTS jobs_waiting ON jobs (due, id) WHERE state = 'waiting';
  CREATE INDEX IF NOT EXISTS jobs_held ON jobs (repository, held_until) WHERE state = 'waiting';
  CREATE INDEX IF NOT EXISTS jobs_over ON jobs (received) WHERE state <> 'waiting';
  CREATE TABLE IF NOT EXISTS pauses (
    installation INTEGER PRIMARY KEY,
    until INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS requests (
    id TEXT PRIMARY KEY,
    cause TEXT NOT NULL UNIQUE,
    created INTEGER NOT NULL,
    installation INTEGER NOT NULL,
    repository TEXT NOT NULL,
    number INTEGER NOT NULL,
    head_sha TEXT NOT NULL,
    wishes TEXT NOT NULL,
    runner TEXT NOT NULL,
    branch TEXT NOT NULL,
    check_run INTEGER,
    state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'dispatched', 'over')),
    run INTEGER,
    attempt INTEGER,
    outcome TEXT
  ) STRICT;
  CREATE INDEX IF NOT EXISTS requests_created ON requests (created);
  CREATE INDEX IF NOT EXISTS requests_heads ON requests (repository, head_sha);
`;

/** @throws InputError where this Node has no SQLite, or the file cannot be used. */
export function openStore(path: string): Store {
  const lasting = openDatabase(path);
  lasting.exec(tables);
  const quick = openDatabase(path);
  quick.exec('PRAGMA synchronous = NORMAL');
  return {
    lasting,
    quick,
    close: () => {
      quick.close();
      lasting.close();
    },
  };
}
