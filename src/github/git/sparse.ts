/** What a sparse checkout leaves out: the dataset here lacks those images, so the base is compared without them. */
import { posix } from 'node:path';
import { git } from './git.js';
import type { TreeFile } from './tree.js';

/**
 * The files of another commit that this checkout would hold.
 * @param now files of the commit that is checked out.
 */
export async function asCheckedOut(
  folder: string,
  now: readonly TreeFile[],
  other: readonly TreeFile[],
): Promise<readonly TreeFile[]> {
  const leftOut = await skipped(folder);
  if (leftOut.size === 0) return other;
  const here = new Set(now.map(({ path }) => path).filter((path) => !leftOut.has(path)));
  const foldersHere = new Set([...here].map((path) => posix.dirname(path)));
  const foldersLeftOut = new Set(
    [...leftOut].map((path) => posix.dirname(path)).filter((each) => !foldersHere.has(each)),
  );
  return other.filter(({ path }) => !leftOut.has(path) && !foldersLeftOut.has(posix.dirname(path)));
}

/** Paths in the index that are not to be in the work tree. */
async function skipped(folder: string): Promise<Set<string>> {
  const listed = await git(['ls-files', '-t', '-z', '--full-name'], { folder });
  const lines = listed.toString('utf8').split('\0');
  return new Set(lines.filter((line) => line.startsWith('S ')).map((line) => line.slice(2)));
}
