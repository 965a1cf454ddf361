/** Digests of verdicts as a check run and the cache keep them; both may hold anything, so they are checked. */
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { digestSchema } from '../../generated/schemas.js';
import type { VerdictSnapshot } from '../../report/snapshot.js';
import { utf8Bytes } from '../../report/escape.js';

const isDigest = new Ajv({ strict: false, validateFormats: false }).compile<VerdictSnapshot>(digestSchema);

const OPENING = '<!-- headstart:digest ';
const CLOSING = ' -->';

/** The digest in a comment that no page shows; empty when it is longer than `limit` UTF-8 bytes. */
export function hiddenDigest(digest: VerdictSnapshot, limit: number): string {
  const json = JSON.stringify(digest).replace(
    /[<>&$]/gu,
    (character) => `\\u00${character.charCodeAt(0).toString(16)}`,
  );
  const text = `${OPENING}${json}${CLOSING}`;
  return utf8Bytes(text) <= limit ? text : '';
}

/** The digests that a text holds; what is not valid is none. */
export function digestsIn(text: string): VerdictSnapshot[] {
  return text
    .split(OPENING)
    .slice(1)
    .flatMap((part) => parsed(part.split(CLOSING, 1)[0]) ?? []);
}

function parsed(json: string): VerdictSnapshot | null {
  try {
    const value: unknown = JSON.parse(json);
    return isDigest(value) ? value : null;
  } catch {
    return null;
  }
}

const FILE = 'digests.json';
const MOST_KEPT = 30;
const MOST_BYTES = 2 ** 22;

/** Those that earlier runs left in the cache, the latest first. */
export function cachedDigests(folder: string): VerdictSnapshot[] {
  try {
    const file = join(folder, FILE);
    if (statSync(file).size > MOST_BYTES) return [];
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return Array.isArray(value) ? value.filter((each): each is VerdictSnapshot => isDigest(each)) : [];
  } catch {
    return [];
  }
}

/** Keeps the latest digest of each state of the data. */
export function cacheDigests(folder: string, digests: readonly VerdictSnapshot[]): void {
  const known = digests.filter(({ data }) => data !== null);
  if (known.length === 0) return;
  const nameOf = ({ data, dataset, path, conditions, rule }: VerdictSnapshot) =>
    JSON.stringify([data, dataset, path, conditions, rule]);
  const names = new Set(known.map(nameOf));
  const kept = [...known, ...cachedDigests(folder).filter((each) => !names.has(nameOf(each)))];
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, FILE), JSON.stringify(kept.slice(0, MOST_KEPT)));
}
