import { lstat, readdir } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { InputError } from '../problem.js';

/**
 * A pull request could put a link where the report goes, and have it written elsewhere on the runner.
 * @throws InputError when a part of the path below the workspace, or something in the folder, is a link.
 */
export async function refuseLinks(out: string, workspace: string): Promise<void> {
  const below = relative(workspace, resolve(workspace, out));
  // Outside the workspace it is the workflow's own choice, which no pull request can touch.
  if (below.startsWith('..') || resolve(below) === below) return;
  let path = workspace;
  const within = below.split(sep).filter((name) => name !== '');
  for (const part of within) {
    path = join(path, part);
    if (await isLink(path)) throw throughLink(relative(workspace, path));
  }
  // Each dataset may get a folder of its own in it.
  if (within.length === 0) return;
  for (const name of await entriesOf(path)) {
    if (await isLink(join(path, name))) throw throughLink(relative(workspace, join(path, name)));
  }
}

function throughLink(file: string): InputError {
  return new InputError([
    {
      file,
      message: 'The report would be written through this link.',
      remedy: 'Remove the link from the repository, or give the input `out` another folder.',
    },
  ]);
}

async function entriesOf(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch {
    return [];
  }
}

async function isLink(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isSymbolicLink();
  } catch {
    return false;
  }
}
