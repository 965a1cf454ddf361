/** Verdicts of earlier runs, in check runs and in the cache. Anyone may have changed them, so they are validated. */
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { digestSchema } from '../../generated/schemas.js';
import type { VerdictSnapshot } from '../../report/snapshot.js';
import { utf8Bytes } from '../../report/escape.js';
import { describeApiError } from '../api-errors.js';
import type { GitHub } from '../client.js';
import type { Repository } from '../events/event.js';

const isDigest = new Ajv({ strict: false, validateFormats: false }).compile<VerdictSnapshot>(digestSchema);

const OPENING = '<!-- headstart:digest ';
const CLOSING = ' -->';

/** The verdict as an HTML comment; empty when it is longer than `maxBytes`. */
export function hiddenDigest(digest: VerdictSnapshot, maxBytes: number): string {
  const json = JSON.stringify(digest).replace(
    /[<>&$]/gu,
    (character) => `\\u00${character.charCodeAt(0).toString(16)}`,
  );
  const text = `${OPENING}${json}${CLOSING}`;
  return utf8Bytes(text) <= maxBytes ? text : '';
}

/** The valid verdicts in a text. */
export function digestsIn(text: string): VerdictSnapshot[] {
  return text
    .split(OPENING)
    .slice(1)
    .flatMap((part) => parseDigest(part.split(CLOSING, 1)[0]) ?? []);
}

function parseDigest(json: string): VerdictSnapshot | null {
  try {
    const value: unknown = JSON.parse(json);
    return isDigest(value) ? value : null;
  } catch {
    return null;
  }
}

/** Workflows create their check runs as this app; those of other apps are not trusted. */
const APP = 'github-actions';
const MAX_PAGES = 3;

/** The verdicts in the check runs of a commit, latest first; none when GitHub denies access. */
export async function digestsOfCommit(
  github: GitHub,
  repository: Repository,
  commit: string,
  warn: (message: string) => void,
): Promise<VerdictSnapshot[]> {
  const found: { id: number; digests: VerdictSnapshot[] }[] = [];
  try {
    const pages = github.paginate.iterator(github.rest.checks.listForRef, {
      ...repository,
      ref: commit,
      filter: 'latest',
      per_page: 100,
    });
    let page = 0;
    for await (const { data } of pages) {
      for (const { id, output, app } of data) {
        if (app?.slug === APP) found.push({ id, digests: digestsIn(output.text ?? '') });
      }
      page += 1;
      if (page === MAX_PAGES) break;
    }
  } catch (error) {
    warn(describeApiError('read the check runs of the base', error, 'checks: write'));
  }
  return found.sort((a, b) => b.id - a.id).flatMap(({ digests }) => digests);
}

const FILE = 'digests.json';
const MAX_CACHED = 30;
const MAX_FILE_BYTES = 2 ** 22;

/** The verdicts that earlier runs left in the cache, latest first. */
export function cachedDigests(folder: string): VerdictSnapshot[] {
  try {
    const file = join(folder, FILE);
    if (statSync(file).size > MAX_FILE_BYTES) return [];
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return Array.isArray(value) ? value.filter((each): each is VerdictSnapshot => isDigest(each)) : [];
  } catch {
    return [];
  }
}

/** Adds verdicts to the cache, and keeps the latest for each state of the data. */
export function cacheDigests(folder: string, digests: readonly VerdictSnapshot[]): void {
  const known = digests.filter(({ data }) => data !== null);
  if (known.length === 0) return;
  const keyOf = ({ data, dataset, path, conditions, rule }: VerdictSnapshot) =>
    JSON.stringify([data, dataset, path, conditions, rule]);
  const keys = new Set(known.map(keyOf));
  const kept = [...known, ...cachedDigests(folder).filter((each) => !keys.has(keyOf(each)))];
  mkdirSync(folder, { recursive: true });
  const file = join(folder, FILE);
  const temporary = `${file}.${process.pid}.tmp`;
  writeFileSync(temporary, JSON.stringify(kept.slice(0, MAX_CACHED)));
  renameSync(temporary, file);
}
