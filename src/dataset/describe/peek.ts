import { accessSync, closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { parseYaml } from './yaml.js';

const PEEK_BYTES = 2 ** 16;

/** The first and the last 64 kB of a file as text, enough to recognise a format by; empty where it cannot be read. */
export function peekText(path: string): { head: string; tail: string } {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    const { size } = fstatSync(file);
    return { head: textAt(file, 0), tail: textAt(file, Math.max(0, size - PEEK_BYTES)) };
  } catch {
    return { head: '', tail: '' };
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** Whether there is a file that may be read; a broken link is none. */
export function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

/** The mapping in a YAML text; null where there is none. */
export function peekMapping(text: string): Record<string, unknown> | null {
  try {
    const { value } = parseYaml(new TextEncoder().encode(text), '');
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

function textAt(file: number, position: number): string {
  const bytes = Buffer.alloc(PEEK_BYTES);
  const count = readSync(file, bytes, 0, PEEK_BYTES, position);
  return bytes.toString('utf8', 0, count).replace(/^\uFEFF/, '');
}
