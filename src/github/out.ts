import { lstat } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { InputError } from '../manifest/problem.js';

/**
 * A pull request could put a link where the report goes, and have it written elsewhere on the runner.
 * @throws InputError when a part of the path below the workspace is a link.
 */
export async function refuseLinks(out: string, workspace: string): Promise<void> {
  const below = relative(workspace, resolve(workspace, out));
  // Outside the workspace it is the workflow's own choice, which no pull request can touch.
  if (below.startsWith('..') || resolve(below) === below) return;
  let path = workspace;
  for (const part of below.split(sep).filter((name) => name !== '')) {
    path = join(path, part);
    if (await isLink(path)) {
      throw new InputError([
        {
          file: relative(workspace, path),
          message: 'The report would be written through this link.',
          remedy: 'Remove the link from the repository, or give the input `out` another folder.',
        },
      ]);
    }
  }
}

async function isLink(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isSymbolicLink();
  } catch {
    return false;
  }
}
