import { accessSync, closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

const HEAD_BYTES = 2 ** 16;

export function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

/** The first 64 KiB of a text, enough to recognize a format; '' if it cannot be read. */
export function readTextHead(path: string): string {
  return readEnd(path, HEAD_BYTES, 'head')
    .toString()
    .replace(/^\uFEFF/, '');
}

/** The last 64 KiB of a text; '' if it cannot be read. */
export function readTextTail(path: string): string {
  return readEnd(path, HEAD_BYTES, 'tail').toString();
}

/** The first bytes of a file; none if it cannot be read. */
export function readHead(path: string, maxBytes: number): Buffer {
  return readEnd(path, maxBytes, 'head');
}

function readEnd(path: string, maxBytes: number, end: 'head' | 'tail'): Buffer {
  let file: number | undefined;
  try {
    // Does not wait for a pipe that nobody writes to.
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const start = end === 'head' ? 0 : Math.max(0, fstatSync(file).size - maxBytes);
    const bytes = Buffer.alloc(maxBytes);
    return bytes.subarray(0, readSync(file, bytes, 0, maxBytes, start));
  } catch {
    return Buffer.alloc(0);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
