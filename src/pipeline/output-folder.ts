/** What lies where reports go: files of an earlier run, which a new one replaces, and files of others, which nothing touches. */
import {
  accessSync,
  closeSync,
  constants,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  rmdirSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';
import { InputError, type Problem } from '../problem.js';

/** The files that one report may come with. */
export const REPORT_FILES = [
  'report.json',
  'measurements.json',
  'report.md',
  'recipe.json',
  'receipt.json',
] as const;

/** Names the folders of a report each, where there are several datasets. */
export const FOLDERS_FILE = 'reports.json';
/** A line a dataset, beside the reports; the Action writes it. */
export const LINES_FILE = 'verdicts.jsonl';
/** What the step decided, beside the reports; the Action writes it when it begins and when it ends. */
export const STEP_FILE = 'step.json';

/** What each file that is written names at its very beginning; `report.md` does so in a comment. */
const BEGINNINGS: Partial<Record<string, string>> = {
  'report.json': 'report',
  'measurements.json': 'measurements',
  'report.md': 'report',
  'recipe.json': 'recipe',
  'receipt.json': 'receipt',
  [FOLDERS_FILE]: 'reports',
  [LINES_FILE]: 'verdict-line',
  [STEP_FILE]: 'step',
  'plan.json': 'plan',
};

/**
 * Makes the folder before anything is measured for it.
 * @param shown the folder as the user knows it.
 * @param names of the files that may be written to it.
 * @throws InputError when it cannot be written to, or a file with such a name is not one that Headstart wrote.
 */
export function prepareFolder(directory: string, shown: string, names: readonly string[]): void {
  const remedy = 'Give --out (input `out` of the Action) another place.';
  try {
    mkdirSync(directory, { recursive: true });
    accessSync(directory, constants.W_OK);
  } catch {
    throw new InputError([
      {
        file: shown,
        message: 'cannot be used as the output folder: it is not a folder, or it is not writable.',
        remedy,
      },
    ]);
  }
  refuseForeign(directory, shown, names);
}

/** @throws InputError when a file that would be written is there and not one that Headstart wrote. */
export function refuseForeign(directory: string, shown: string, names: readonly string[]): void {
  const foreign = names
    .filter((name) => exists(join(directory, name)) && !isOurs(directory, name))
    .map((name): Problem => ({
      file: join(shown, name),
      message: 'is not a file that Headstart wrote, and it would be overwritten.',
      remedy: 'Move it away, or give --out (input `out` of the Action) another place.',
    }));
  if (foreign.length > 0) throw new InputError(foreign);
}

/** Removes every report that an earlier run left in the folder, those of datasets that are gone among them. */
export function removeReports(directory: string): void {
  for (const name of foldersIn(directory)) {
    const folder = join(directory, name);
    removeOurs(folder, REPORT_FILES);
    try {
      rmdirSync(folder);
    } catch {
      // It holds something else, which stays.
    }
  }
  removeOurs(directory, [...REPORT_FILES, FOLDERS_FILE, LINES_FILE]);
}

/** Removes those of the files that Headstart wrote. */
export function removeOurs(directory: string, names: readonly string[]): void {
  for (const name of names) if (isOurs(directory, name)) rmSync(join(directory, name));
}

/** The folders that an earlier run gave a report each; nothing outside the folder is one, whatever the file says. */
function foldersIn(directory: string): string[] {
  if (!isOurs(directory, FOLDERS_FILE)) return [];
  try {
    const { folders } = JSON.parse(readFileSync(join(directory, FOLDERS_FILE), 'utf8')) as {
      folders: unknown[];
    };
    return folders.filter(
      (name): name is string =>
        typeof name === 'string' &&
        /^[^./\\][^/\\]*$/.test(name) &&
        lstatSync(join(directory, name), { throwIfNoEntry: false })?.isDirectory() === true,
    );
  } catch {
    return [];
  }
}

/** Whether it has a name that is written, and begins as what is written under that name; a link never does. */
function isOurs(directory: string, name: string): boolean {
  const schema = BEGINNINGS[name] ?? (/^shard-\d+\.json$/.test(name) ? 'shard' : null);
  const path = join(directory, name);
  if (schema === null || lstatSync(path, { throwIfNoEntry: false })?.isFile() !== true) return false;
  const opening = name.endsWith('.md') ? '<!-- ' : '\\{\\s*"schema":\\s*"';
  return new RegExp(`^${opening}headstart/${schema}/v\\d`).test(headOf(path));
}

function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

function headOf(path: string): string {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    const bytes = Buffer.alloc(200);
    return bytes.toString('utf8', 0, readSync(file, bytes, 0, bytes.length, 0));
  } catch {
    return '';
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
