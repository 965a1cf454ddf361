/** The contents of files of a commit: from the repository, fetched in one request where a partial clone lacks them. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { git } from './git.js';
import type { TreeFile } from './tree.js';

/** Bytes and files asked of git at a time. */
const AT_A_TIME = 2 ** 26;
const FILES_AT_A_TIME = 1000;

export interface Commit {
  /** Of the repository. */
  folder: string;
  commit: string;
}

/**
 * Reads files one after the other. A pointer of Git LFS is followed where its content was downloaded with the checkout.
 * @throws Error saying what is too large, or what is missing and why.
 */
export async function readContents(
  { folder, commit }: Commit,
  files: readonly TreeFile[],
  { most, what }: { most: number; what: string },
  take: (file: TreeFile, bytes: Uint8Array) => void,
): Promise<void> {
  if (files.length === 0) return;
  await fetchMissing({ folder, commit }, files);
  const sizes = await sizesOf(folder, files);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total > most) throw new Error(`the ${what} of the base are too large`);
  const store = resolve(
    folder,
    (await words(folder, ['rev-parse', '--git-common-dir']))[0],
    'lfs',
    'objects',
  );
  let left = most - total;
  const absent: string[] = [];
  for (const batch of batchesOf(files, sizes)) {
    const input = `${batch.map(({ file }) => file.content).join('\n')}\n`;
    const printed = await git(['cat-file', '--batch'], { folder, input });
    let at = 0;
    for (const { file, size } of batch) {
      const start = printed.indexOf('\n', at) + 1;
      const bytes = printed.subarray(start, start + size);
      at = start + size + 1;
      const pointer = pointerIn(bytes);
      const followed = pointer === null ? bytes : downloaded(store, pointer, left);
      if (followed === null) absent.push(file.path);
      else take(file, followed);
      if (pointer !== null) left -= followed?.length ?? 0;
    }
  }
  if (absent.length > 0)
    throw new Error(
      `${absent.length} of the ${files.length} ${what} of the base are pointers of Git LFS whose content is not in this ` +
        `checkout, for example ${absent[0]}`,
    );
}

function batchesOf(files: readonly TreeFile[], sizes: readonly number[]) {
  const batches: { file: TreeFile; size: number }[][] = [];
  let bytes = Infinity;
  files.forEach((file, i) => {
    if (bytes + sizes[i] > AT_A_TIME || batches.at(-1)!.length === FILES_AT_A_TIME) {
      batches.push([]);
      bytes = 0;
    }
    batches.at(-1)!.push({ file, size: sizes[i] });
    bytes += sizes[i];
  });
  return batches;
}

async function sizesOf(folder: string, files: readonly TreeFile[]): Promise<number[]> {
  const input = `${files.map(({ content }) => content).join('\n')}\n`;
  const printed = await words(folder, ['cat-file', '--batch-check=%(objectsize)'], input);
  return printed.map(Number);
}

/** What a partial clone has not got is fetched at once: git itself would ask for one file after the other. */
async function fetchMissing({ folder, commit }: Commit, files: readonly TreeFile[]): Promise<void> {
  const remote = await promisor(folder);
  if (remote === null) return;
  const wanted = new Set(files.map(({ content }) => content));
  // Prints names of missing objects after a question mark, and fetches nothing.
  const listed = await words(folder, ['rev-list', '--objects', '--no-walk', '--missing=print', commit]);
  const missing = listed
    .filter((line) => line.startsWith('?') && wanted.has(line.slice(1)))
    .map((line) => line.slice(1));
  if (missing.length === 0) return;
  try {
    await git(
      // As git does it for itself: nothing to negotiate, and no references to write.
      [
        ...['-c', 'fetch.negotiationAlgorithm=noop', 'fetch', remote, '--quiet', '--no-tags'],
        ...['--no-write-fetch-head', '--recurse-submodules=no', '--filter=blob:none', '--stdin'],
      ],
      { folder, input: `${missing.join('\n')}\n` },
    );
  } catch (error) {
    throw new Error(
      `${missing.length} files of the base are not in this partial clone and could not be fetched ` +
        `(${(error as Error).message}): check out without a filter, or leave persist-credentials on`,
      { cause: error },
    );
  }
}

/** The remote that promised to have what a partial clone lacks; null: the clone is whole. */
async function promisor(folder: string): Promise<string | null> {
  try {
    const lines = await words(folder, ['config', '--get-regexp', '^remote\\..*\\.promisor$']);
    const names = lines.flatMap((line) => /^remote\.(.+)\.promisor true$/u.exec(line)?.[1] ?? []);
    return names.at(0) ?? null;
  } catch {
    return null;
  }
}

async function words(folder: string, args: string[], input?: string): Promise<string[]> {
  const printed = await git(args, input === undefined ? { folder } : { folder, input });
  return printed.toString('utf8').split('\n').filter(Boolean);
}

interface Pointer {
  /** SHA-256 of the content. */
  oid: string;
  size: number;
}

/** https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md */
function pointerIn(bytes: Uint8Array): Pointer | null {
  if (bytes.length > 1024) return null;
  const text = Buffer.from(bytes).toString('latin1');
  const match =
    /^version https:\/\/git-lfs\.github\.com\/spec\/v1\n(?:.*\n)*?oid sha256:([0-9a-f]{64})\nsize (\d+)\n/u.exec(
      text,
    );
  return match === null ? null : { oid: match[1], size: Number(match[2]) };
}

/** What Git LFS has stored of it; null where it has not, or something else. */
function downloaded(store: string, { oid, size }: Pointer, most: number): Buffer | null {
  const file = join(store, oid.slice(0, 2), oid.slice(2, 4), oid);
  if (size > most || !existsSync(file) || statSync(file).size !== size) return null;
  const bytes = readFileSync(file);
  return createHash('sha256').update(bytes).digest('hex') === oid ? bytes : null;
}
