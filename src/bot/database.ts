/** The bot's SQLite file. */
import { InputError } from '../problem.js';

type Value = string | number | null | Record<string, string | number | null>;

/** The part of Node's SQLite that is used. */
export interface Statement {
  run(...values: Value[]): { changes: number | bigint };
  get(...values: Value[]): unknown;
  all(...values: Value[]): unknown[];
}

export interface Database {
  exec(sql: string): void;
  prepare(sql: string): Statement;
  close(): void;
}

interface Sqlite {
  DatabaseSync: new (path: string, options: { timeout: number }) => Database;
}

/** How long to wait while another process locks the file. */
const LOCK_TIMEOUT_MS = 5000;

/** Creates the file if needed. Commits survive a power failure. */
function openDatabase(path: string): Database {
  const { DatabaseSync } = sqlite();
  try {
    const database = new DatabaseSync(path, { timeout: LOCK_TIMEOUT_MS });
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 1000;');
    return database;
  } catch (error) {
    throw new InputError([
      {
        file: path,
        message: `Cannot open the database of the queue: ${(error as Error).message}.`,
        remedy: 'Set DATABASE to a file in a folder that the bot can write to.',
      },
    ]);
  }
}

/** Runs `work` as one transaction: all or nothing is committed. */
export function inTransaction<T>(database: Database, work: () => T): T {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}

/** Loaded at run time: older versions of Node have no such module, and could not load a program that imports it. */
function sqlite(): Sqlite {
  const found = quietly(() => process.getBuiltinModule('node:sqlite') as unknown as Sqlite | undefined);
  if (found !== undefined) return found;
  throw new InputError([
    {
      file: '',
      message: `The bot needs Node's SQLite, which Node ${process.version} does not have.`,
      remedy: 'Run it with Node 24 or later; 22.13 and later work, too.',
    },
  ]);
}

/** Without Node's warning that its SQLite is experimental. Tests notice when it changes. */
function quietly<T>(work: () => T): T {
  const emitWarning = process.emitWarning.bind(process);
  process.emitWarning = () => undefined;
  try {
    return work();
  } finally {
    process.emitWarning = emitWarning;
  }
}

/**
 * The file, opened twice: commits through `durable` wait for the disk and survive a power failure; bookkeeping goes
 * through `fast`, whose commits survive a crash of the process.
 */
export interface Store {
  durable: Database;
  fast: Database;
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

/** @throws InputError when this Node has no SQLite, or the file cannot be used. */
export function openStore(path: string): Store {
  const durable = openDatabase(path);
  durable.exec(tables);
  const fast = openDatabase(path);
  fast.exec('PRAGMA synchronous = NORMAL');
  return {
    durable,
    fast,
    close: () => {
      fast.close();
      durable.close();
    },
  };
}
