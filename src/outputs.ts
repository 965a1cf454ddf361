import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { renderMarkdown } from './report/markdown.js';
import type { Report } from './report/model.js';
import type { MeasurementsFile } from './verdict/model.js';

/** The folder of one dataset's outputs: `out` itself, or a folder in it when there are several datasets. */
export function outputFolder(out: string, cwd: string, name: string, several: boolean): string {
  return several ? join(resolve(cwd, out), safeName(name)) : resolve(cwd, out);
}

function safeName(name: string): string {
  const safe = name
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}._-]+/gu, '-')
    .replace(/^[.-]+/, '')
    .slice(0, 80);
  return safe === '' ? 'dataset' : safe;
}

/** Writes all forms of one report; each file appears whole or not at all. */
export function writeOutputs(directory: string, report: Report, measurements: MeasurementsFile): void {
  mkdirSync(directory, { recursive: true });
  write(directory, 'report.json', json(report));
  write(directory, 'measurements.json', json(measurements));
  write(directory, 'report.md', renderMarkdown(report));
  if (report.recipe !== null) write(directory, 'recipe.json', json(report.recipe));
  if (report.receipt !== null) write(directory, 'receipt.json', json(report.receipt));
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function write(directory: string, name: string, text: string): void {
  const partial = join(directory, `.${name}.partial`);
  writeFileSync(partial, text);
  renameSync(partial, join(directory, name));
}
