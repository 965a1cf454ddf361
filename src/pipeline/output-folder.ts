/** The output folder: files of an earlier run are replaced, all others are never touched. */
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

/** The files of a report. */
export const REPORT_FILES = [
  'report.json',
  'measurements.json',
  'report.md',
  'recipe.json',
  'receipt.json',
] as const;

/** Lists the folders of the reports where there are several datasets. */
export const FOLDERS_FILE = 'reports.json';
/** One line per dataset, written by the Action. */
export const LINES_FILE = 'verdicts.jsonl';
/** The decision of the step, written by the Action when it begins and when it ends. */
export const STEP_FILE = 'step.json';

/** The schema named at the beginning of each file; in `report.md`, in a comment. */
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
 * Makes the folder before anything is measured.
 * @param shown the folder as the user knows it.
 * @param names of the files that may be written.
 * @throws InputError if it is not writable, or would overwrite a file that Headstart did not write.
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

/** @throws InputError if a file of that name exists that Headstart did not write. */
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

/** Removes all reports of earlier runs from the folder, including those of datasets that no longer exist. */
export function removeReports(directory: string): void {
  for (const name of foldersIn(directory)) {
    const folder = join(directory, name);
    removeOurs(folder, REPORT_FILES);
    try {
      rmdirSync(folder);
    } catch {
      // It is not empty: other files stay.
    }
  }
  removeOurs(directory, [...REPORT_FILES, FOLDERS_FILE, LINES_FILE]);
}

/** Removes the files of these names that Headstart wrote. */
export function removeOurs(directory: string, names: readonly string[]): void {
  for (const name of names) if (isOurs(directory, name)) rmSync(join(directory, name));
}

/** Folders with reports of an earlier run. Paths outside the folder are ignored. */
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

/** Whether the file begins like the one that Headstart writes under this name; false for links. */
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
