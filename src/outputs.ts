import { accessSync, constants, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { InputError } from './manifest/problem.js';
import { renderMarkdown } from './report/markdown.js';
import type { Report } from './report/model.js';
import type { MeasurementsFile } from './verdict/model.js';

/** The folder of one dataset's outputs: `out` itself, or a folder in it when there are several datasets. */
export function outputFolder(out: string, cwd: string, name: string, several: boolean): string {
  return several ? join(resolve(cwd, out), safeName(name)) : resolve(cwd, out);
}

/**
 * Makes the folder before anything is measured for it.
 * @throws InputError when it cannot be written to.
 */
export function prepareFolder(directory: string, shown: string): void {
  try {
    mkdirSync(directory, { recursive: true });
    accessSync(directory, constants.W_OK);
  } catch {
    throw new InputError([
      { file: shown, message: 'is no folder that can be written to.', remedy: 'Give --out another place.' },
    ]);
  }
}

function safeName(name: string): string {
  const safe = name
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}._-]+/gu, '-')
    .replace(/^[.-]+/, '')
    .slice(0, 80);
  return safe === '' ? 'dataset' : safe;
}

/** Writes all forms of one report, and what it rests on where anything was measured; each file appears whole or not at all. */
export function writeOutputs(directory: string, report: Report, measurements: MeasurementsFile | null): void {
  mkdirSync(directory, { recursive: true });
  write(directory, 'report.json', json(report));
  if (measurements !== null) write(directory, 'measurements.json', json(measurements));
  write(directory, 'report.md', renderMarkdown(report));
  if (report.recipe !== null) write(directory, 'recipe.json', json(report.recipe));
  if (report.receipt !== null) write(directory, 'receipt.json', json(report.receipt));
}

/** One more file in the folder of all reports; its path comes back. */
export function writeBeside(out: string, cwd: string, name: string, text: string): string {
  const directory = resolve(cwd, out);
  mkdirSync(directory, { recursive: true });
  write(directory, name, text);
  return join(directory, name);
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** The file appears whole or not at all. */
export function write(directory: string, name: string, text: string): void {
  const partial = join(directory, `.${name}.partial`);
  // What lies there may be a link that a repository brought: it is removed, never written through.
  rmSync(partial, { force: true });
  writeFileSync(partial, text, { flag: 'wx' });
  renameSync(partial, join(directory, name));
}
