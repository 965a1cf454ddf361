import { InputError } from '../problem.js';

type Value = string | number | null | Record<string, string | number | null>;

/** As much of a prepared statement as is used. */
export interface Statement {
  run(...values: Value[]): { changes: number | bigint };
  get(...values: Value[]): unknown;
  all(...values: Value[]): unknown[];
}

/** As much of Node's SQLite as is used. */
export interface Database {
  exec(sql: string): void;
  prepare(sql: string): Statement;
  close(): void;
}

interface Sqlite {
  DatabaseSync: new (path: string, options: { timeout: number }) => Database;
}

/** Milliseconds for which another process may hold the file. */
const patience = 5000;

/**
 * Opens the file, made where there is none, so that what was committed outlives the process and the power.
 * @throws InputError where this Node has no SQLite, or the file cannot be used.
 */
export function openDatabase(path: string): Database {
  const { DatabaseSync } = sqlite();
  try {
    const database = new DatabaseSync(path, { timeout: patience });
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 1000;');
    return database;
  } catch (error) {
    throw new InputError([
      {
        file: path,
        message: `The queue cannot be kept here: ${(error as Error).message}.`,
        remedy: 'Set DATABASE to a file in a folder that the bot may write.',
      },
    ]);
  }
}

/** Runs what is given as one transaction: all of it lasts, or none. */
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

/** Asked for by name at run time: older Nodes have no such module, and would not even load a program that imports it. */
function sqlite(): Sqlite {
  const found = quietly(() => process.getBuiltinModule('node:sqlite') as unknown as Sqlite | undefined);
  if (found !== undefined) return found;
  throw new InputError([
    {
      file: '',
      message: `The bot keeps its queue in Node's SQLite, which Node ${process.version} does not have.`,
      remedy: 'Run it with Node 24 or later; from 22.13 on it works too.',
    },
  ]);
}

/** Node says at every start that its SQLite may still change; the tests of the bot would notice. */
function quietly<T>(work: () => T): T {
  const emitWarning = process.emitWarning.bind(process);
  process.emitWarning = () => undefined;
  try {
    return work();
  } finally {
    process.emitWarning = emitWarning;
  }
}
