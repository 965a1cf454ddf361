import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { FOLDERS_FILE, removeOurs, removeReports, REPORT_FILES } from './output-folder.js';
import { markdownFile } from '../report/render/markdown.js';
import type { Report } from '../report/types.js';
import type { MeasurementsFile } from '../verdict/types.js';

/** What became of the files of one report. */
export interface Written {
  /** Paths of those that were written. */
  files: string[];
  /** Why others were not, a sentence each. */
  unwritten: string[];
}

/** What an earlier run left goes when measuring begins; where there are several datasets, the folders of the new one are noted. */
export function beginReports(directory: string, folders: readonly string[]): void {
  removeReports(directory);
  if (folders.length > 1) write(directory, FOLDERS_FILE, json({ schema: 'headstart/reports/v1', folders }));
}

/**
 * Writes all forms of one report, and what it rests on where anything was measured; each file appears whole or not at
 * all, and one of an earlier report that this one does not have goes. A file that cannot be written costs that file.
 */
export function writeOutputs(
  directory: string,
  report: Report,
  measurements: MeasurementsFile | null,
): Written {
  const { recipe, receipt } = report;
  const texts: Record<(typeof REPORT_FILES)[number], () => string | null> = {
    'report.json': () => json(report),
    'measurements.json': () => measurements && json(measurements),
    'report.md': () => markdownFile(report),
    'recipe.json': () => recipe && json(recipe),
    'receipt.json': () => receipt && json({ schema: 'headstart/receipt/v1', ...receipt }),
  };
  const written: Written = { files: [], unwritten: [] };
  for (const name of REPORT_FILES) {
    try {
      const text = texts[name]();
      if (text === null) removeOurs(directory, [name]);
      else written.files.push(write(directory, name, text));
    } catch (error) {
      written.unwritten.push((error as Error).message);
    }
  }
  return written;
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/**
 * The file appears whole or not at all; its path comes back.
 * @throws Error that names it and says why it cannot be written.
 */
export function write(directory: string, name: string, text: string): string {
  const path = join(directory, name);
  const partial = join(directory, `.${name}.partial`);
  try {
    mkdirSync(directory, { recursive: true });
    // What lies there may be a link that a repository brought: it is removed, never written through.
    rmSync(partial, { force: true });
    writeFileSync(partial, text, { flag: 'wx' });
    renameSync(partial, path);
    return path;
  } catch (error) {
    rmSync(partial, { force: true });
    throw new Error(`${shown(path)}: cannot be written ${whyNot(error as NodeJS.ErrnoException)}`, {
      cause: error,
    });
  }
}

const REASONS: Record<string, string> = {
  ENOSPC: 'the disk is full. Free some of it',
  EDQUOT: 'the quota of the disk is used up. Free some of it',
  EROFS: 'the disk can only be read. Use another',
  EACCES: 'that is not allowed. Check its permissions',
  EPERM: 'that is not allowed. Check its permissions',
};

function whyNot({ code = '', message }: NodeJS.ErrnoException): string {
  return code in REASONS
    ? `(${code}): ${REASONS[code]}, or give --out (input \`out\` of the Action) another place.`
    : `(${message}).`;
}

function shown(path: string): string {
  const below = relative(process.cwd(), path);
  return below.startsWith('..') ? path : below;
}
