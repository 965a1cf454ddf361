import { readFileSync, statSync } from 'node:fs';
import { errorCode } from '../../problem.js';
import { InputError } from '../../problem.js';

/** @throws InputError when it is no plain file, may not be read or is longer than `most` bytes. */
export function readBounded(place: string, most: number, file: string): Buffer {
  const refused = (message: string) => new InputError([{ file, message }]);
  try {
    const stat = statSync(place);
    if (!stat.isFile()) throw refused('is no plain file.');
    if (stat.size > most) throw refused(`is longer than ${most} bytes, the most that it may have.`);
    return readFileSync(place);
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw refused(`cannot be read (${errorCode(error) ?? 'unknown reason'}).`);
  }
}
