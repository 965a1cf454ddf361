import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { FOLDERS_FILE, removeOurs, removeReports, REPORT_FILES } from './output-folder.js';
import { markdownFile } from '../report/render/markdown.js';
import type { Report } from '../report/types.js';
import type { MeasurementsFile } from '../verdict/types.js';

/** The files of one report. */
export interface Written {
  /** Paths of the files that were written. */
  files: string[];
  /** A sentence for each file that could not be written. */
  unwritten: string[];
}

/** Removes earlier reports when measuring begins, and lists the folders of several datasets. */
export function beginReports(directory: string, folders: readonly string[]): void {
  removeReports(directory);
  if (folders.length > 1) write(directory, FOLDERS_FILE, json({ schema: 'headstart/reports/v1', folders }));
}

/**
 * Writes all files of a report, each atomically. A file of an earlier report that this one lacks is removed. A file that
 * cannot be written does not affect the others.
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
 * Writes the file atomically.
 * @returns its path.
 * @throws Error with its path and the reason why it cannot be written.
 */
export function write(directory: string, name: string, text: string): string {
  const path = join(directory, name);
  const partial = join(directory, `.${name}.partial`);
  try {
    mkdirSync(directory, { recursive: true });
    // A repository may have put a link there: it is removed, never written through.
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
