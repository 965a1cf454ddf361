import { join } from 'node:path';
import { ModelUnavailable } from '../../../src/backbone/errors.js';
import type { FileRequest, FileSource } from '../../../src/backbone/load.js';
import { LIMITS } from '../../../src/backbone/load/model-files.js';
import { parseSource } from '../../../src/backbone/load/source.js';
import { InputError } from '../../../src/problem.js';
import { SHA256 } from './model-server.js';

export const LIMITS_IN_TESTS = { ...LIMITS, silence: 10_000, pause: 5 };

export function fileSource(text: string, cwd: string): FileSource {
  const source = parseSource(text, cwd);
  if (source.kind === 'embedded' || source.kind === 'auto') throw new Error('It has no files.');
  return source;
}

/** For the model of `model-server.ts`, pinned. */
export function fileRequest(folder: string, changes: Partial<FileRequest> = {}): FileRequest {
  return {
    cwd: folder,
    cache: join(folder, 'cache', 'models'),
    signal: new AbortController().signal,
    sha256: SHA256,
    unpinned: false,
    environment: {},
    limits: LIMITS_IN_TESTS,
    ...changes,
  };
}

/** The message of the error, which must be of this class. */
export async function errorOf(
  work: Promise<unknown>,
  ErrorClass: typeof InputError | typeof ModelUnavailable = InputError,
): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof ErrorClass) return error.message;
    throw error;
  }
  throw new Error('It was loaded.');
}
