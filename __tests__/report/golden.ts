import { readFileSync, writeFileSync } from 'node:fs';
import { expect } from '@jest/globals';

/** Golden files are written anew with `UPDATE_GOLDEN=1 npm test`, and read by a person in the diff. */
export function expectGolden(name: string, text: string): void {
  const file = new URL(`golden/${name}`, import.meta.url);
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(file, text);
  expect(text).toBe(readFileSync(file, 'utf8'));
}
