import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { otherFile } from './other-file.js';
import { InputError } from '../../problem.js';

/**
 * The value in a JSON file, with or without a byte-order mark.
 * @param file as the user named it, relative to `cwd`.
 * @param remedy what to give instead.
 * @throws InputError when it cannot be read as JSON.
 */
export function readJsonFile(file: string, cwd: string, remedy: string): unknown {
  const path = resolve(cwd, file);
  try {
    return JSON.parse(readFileSync(path, 'utf8').replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new InputError([{ file, message: whyNot(path, error as NodeJS.ErrnoException), remedy }]);
  }
}

function whyNot(path: string, { code, message }: NodeJS.ErrnoException): string {
  if (code === 'ENOENT') return 'does not exist.';
  if (code === 'EISDIR') return 'is a folder, not a JSON file.';
  const other = otherFile(path);
  return other === null ? `cannot be read as JSON (${message}).` : `is ${other.what}, not JSON.`;
}
