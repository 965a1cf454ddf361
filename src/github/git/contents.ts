/** The contents of files of a commit: from the repository, fetched where a partial clone lacks them. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { git } from './git.js';
import { fetchContents, isPartial, type Remote } from './remote.js';
import type { TreeFile } from './tree.js';

/** Bytes and files asked of git at a time. */
const AT_A_TIME = 2 ** 26;
const FILES_AT_A_TIME = 1000;

export interface Commit {
  /** Of the repository. */
  folder: string;
  commit: string;
  /** Where what a partial clone lacks is fetched from. */
  remote: Remote;
}

/**
 * Reads files one after the other. A pointer of Git LFS is followed where its content was downloaded with the checkout.
 * @returns the paths whose content was not: these gave the pointer itself.
 * @throws Error saying what is too large, or what is missing and why.
 */
export async function readContents(
  commit: Commit,
  files: readonly TreeFile[],
  { most, what }: { most: number; what: string },
  take: (file: TreeFile, bytes: Uint8Array) => void,
): Promise<string[]> {
  if (files.length === 0) return [];
  const { folder } = commit;
  await fetchMissing(commit, files);
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
  const pointers: string[] = [];
  for (const batch of batchesOf(files, sizes)) {
    const input = `${batch.map(({ file }) => file.content).join('\n')}\n`;
    const printed = await git(['cat-file', '--batch'], { folder, input });
    let at = 0;
    for (const { file, size } of batch) {
      const start = printed.indexOf('\n', at) + 1;
      const bytes = printed.subarray(start, start + size);
      at = start + size + 1;
      const pointer = pointerIn(bytes);
      const followed = pointer && downloaded(store, pointer, left);
      if (pointer !== null && followed === null) pointers.push(file.path);
      left -= followed?.length ?? 0;
      take(file, followed ?? bytes);
    }
  }
  return pointers;
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
  const absent = printed.find((line) => !/^\d+$/u.test(line));
  if (absent !== undefined) throw new Error(`the checkout lacks files of the base: git says "${absent}"`);
  return printed.map(Number);
}

/** What a partial clone lacks of the files. */
async function fetchMissing({ folder, commit, remote }: Commit, files: readonly TreeFile[]): Promise<void> {
  if (!(await isPartial(folder))) return;
  const wanted = new Set(files.map(({ content }) => content));
  // Prints names of missing contents after a question mark, and fetches nothing.
  const listed = await words(folder, ['rev-list', '--objects', '--no-walk', '--missing=print', commit]);
  const missing = listed
    .filter((line) => line.startsWith('?'))
    .map((line) => line.slice(1))
    .filter((content) => wanted.has(content));
  if (missing.length === 0) return;
  try {
    await fetchContents(folder, missing, remote);
  } catch (error) {
    throw new Error(
      `${missing.length} files of the base are not in this partial clone and could not be fetched ` +
        `(${(error as Error).message}); a checkout without \`filter\` and \`sparse-checkout\` has them`,
      { cause: error },
    );
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
