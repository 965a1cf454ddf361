import { isUtf8 } from 'node:buffer';
import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { InputError, inputError } from '../../problem.js';
import { identifyUnsupportedFile } from './unsupported-file.js';

const MAX_TEXT_BYTES = 200 * 2 ** 20;

/**
 * The bytes of a text file without a byte-order mark.
 * @param file The path for messages.
 * @param kind What it should be: a table, a list of images.
 * @throws InputError if it is a folder, unreadable, too large or not UTF-8.
 */
export function readTextFile(path: string, file: string, kind: string): Buffer {
  const refused = (message: string, remedy: string) => inputError({ file }, message, remedy);
  let bytes: Buffer;
  try {
    const stat = statSync(path);
    if (stat.isDirectory()) throw refused(`is a folder, not ${kind}.`, 'Name a file.');
    if (stat.size > MAX_TEXT_BYTES) throw refused('is larger than 200 MiB.', 'Split it or shorten it.');
    bytes = readFileSync(path);
  } catch (error) {
    if (error instanceof InputError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw refused(`cannot be read (${code ?? 'unknown reason'}).`, 'Check its permissions.');
  }
  const unsupported = isUtf8(bytes) && !bytes.includes(0) ? null : identifyUnsupportedFile(path);
  if (unsupported !== null) {
    throw refused(
      `is ${unsupported.what}, not ${kind}.`,
      unsupported.kind === 'spreadsheet'
        ? 'Export it as CSV.'
        : 'Name a text file: CSV, TSV, JSONL or a list of paths.',
    );
  }
  if (!isUtf8(bytes)) throw refused('is not UTF-8.', 'Save it as UTF-8.');
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}

/**
 * The value in a JSON file, with or without a byte-order mark.
 * @param file Relative to `cwd`.
 * @param remedy What to name instead.
 * @throws InputError if it cannot be read as JSON.
 */
export function readJsonFile(file: string, cwd: string, remedy: string): unknown {
  const path = resolve(cwd, file);
  try {
    return JSON.parse(readFileSync(path, 'utf8').replace(/^\uFEFF/, ''));
  } catch (error) {
    throw inputError({ file }, whyNotJson(path, error as NodeJS.ErrnoException), remedy);
  }
}

function whyNotJson(path: string, { code, message }: NodeJS.ErrnoException): string {
  if (code === 'ENOENT') return 'does not exist.';
  if (code === 'EISDIR') return 'is a folder, not a JSON file.';
  const unsupported = identifyUnsupportedFile(path);
  return unsupported === null ? `cannot be read as JSON (${message}).` : `is ${unsupported.what}, not JSON.`;
}
