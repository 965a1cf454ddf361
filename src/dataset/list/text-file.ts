import { isUtf8 } from 'node:buffer';
import { readFileSync, statSync } from 'node:fs';
import { otherFile } from '../describe/other-file.js';
import { InputError, type Problem } from '../../problem.js';

const MOST_BYTES = 200 * 2 ** 20;

/**
 * The bytes of a text file, without a byte-order mark. `file` is its name as the user knows it, `kind` what it is for:
 * a table, a list of images.
 * @throws InputError when it is a folder, may not be read, is too large, or is no UTF-8.
 */
export function readTextFile(path: string, file: string, kind: string): Buffer {
  const problem = (said: Omit<Problem, 'file'>) => new InputError([{ file, ...said }]);
  let bytes: Buffer;
  try {
    const stat = statSync(path);
    if (stat.isDirectory()) {
      throw problem({ message: `is a folder, not ${kind}.`, remedy: 'Name a file.' });
    }
    if (stat.size > MOST_BYTES) {
      throw problem({
        message: 'is larger than 200 MiB.',
        remedy: 'Split it, or leave out what is not needed.',
      });
    }
    bytes = readFileSync(path);
  } catch (error) {
    if (error instanceof InputError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw problem({
      message: `cannot be read (${code ?? 'unknown reason'}).`,
      remedy: 'Check its permissions.',
    });
  }
  if (!isUtf8(bytes) || bytes.includes(0)) refuseOther(path, file, kind);
  if (!isUtf8(bytes)) throw problem({ message: 'is not UTF-8.', remedy: 'Save it as UTF-8.' });
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}

function refuseOther(path: string, file: string, kind: string): void {
  const other = otherFile(path);
  if (other === null) return;
  const remedy =
    other.kind === 'spreadsheet'
      ? 'Export it as CSV.'
      : 'Name a text file: CSV, TSV, JSONL or a list of paths.';
  throw new InputError([{ file, message: `is ${other.what}, not ${kind}.`, remedy }]);
}
