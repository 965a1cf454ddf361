import { errorCode } from '../../problem.js';

/** A model cannot be had now, through no fault of what the user wrote: network, server or disk. One sentence or two. */
export class ModelUnavailable extends Error {
  override readonly name = 'ModelUnavailable';
}

/** The system's errors of disk and protocol as a sentence; others are said already, or are defects and stay as they are. */
export function unavailable(error: unknown, jsonFile: string, cache: string): unknown {
  const code = errorCode(error);
  if (error instanceof ModelUnavailable || code === null) return error;
  const why =
    code === 'ENOSPC'
      ? `the disk is full, where downloads are kept: ${cache}`
      : 'syscall' in (error as object)
        ? `it cannot be kept in ${cache} (${code})`
        : `the server’s answer cannot be read (${code})`;
  return new ModelUnavailable(`${jsonFile}: ${why}.`);
}
