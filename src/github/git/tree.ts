/** Lists the files of a commit, without reading any. */
import { posix } from 'node:path';
import { git } from './git.js';

export interface TreeFile {
  /** Relative to the repository, with `/`. */
  path: string;
  /** Git's object id: equal for equal bytes, or for equal Git LFS pointers. */
  content: string;
}

/** Regular files of a commit, without links and submodules. Not their sizes: git would fetch the files for them. */
export async function filesOf(folder: string, commit: string): Promise<TreeFile[]> {
  const listed = await git(['ls-tree', '-r', '-z', '--full-tree', commit], { folder });
  return listed
    .toString('utf8')
    .split('\0')
    .flatMap((line) => {
      const match = /^100\d{3} blob ([0-9a-f]+)\t(.+)$/su.exec(line);
      return match === null ? [] : [{ content: match[1], path: match[2] }];
    });
}

/**
 * The files of another commit that this checkout would contain. A sparse checkout lacks some images, so the base is
 * compared without them.
 * @param now files of the commit that is checked out.
 */
export async function asCheckedOut(
  folder: string,
  now: readonly TreeFile[],
  other: readonly TreeFile[],
): Promise<readonly TreeFile[]> {
  const skipped = await skippedFiles(folder);
  if (skipped.size === 0) return other;
  const folders = new Set(
    now.filter(({ path }) => !skipped.has(path)).map(({ path }) => posix.dirname(path)),
  );
  const skippedFolders = new Set(
    [...skipped].map((path) => posix.dirname(path)).filter((each) => !folders.has(each)),
  );
  return other.filter(({ path }) => !skipped.has(path) && !skippedFolders.has(posix.dirname(path)));
}

/** Files in the index that the sparse checkout leaves out. */
async function skippedFiles(folder: string): Promise<Set<string>> {
  const listed = await git(['ls-files', '-t', '-z', '--full-name'], { folder });
  const lines = listed.toString('utf8').split('\0');
  return new Set(lines.filter((line) => line.startsWith('S ')).map((line) => line.slice(2)));
}
