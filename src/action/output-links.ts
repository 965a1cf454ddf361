import { lstat, readdir } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { InputError } from '../problem.js';

/**
 * A pull request could add a link in place of the output folder and redirect the report on the runner.
 * @throws InputError if a part of the path below the workspace, or an entry of the folder, is a link.
 */
export async function refuseLinks(out: string, workspace: string): Promise<void> {
  const below = relative(workspace, resolve(workspace, out));
  // A folder outside the workspace is the workflow's choice; a pull request cannot change it.
  if (below.startsWith('..') || resolve(below) === below) return;
  let path = workspace;
  const within = below.split(sep).filter((name) => name !== '');
  for (const part of within) {
    path = join(path, part);
    if (await isLink(path)) throw throughLink(relative(workspace, path));
  }
  // Each dataset may have its own folder in it.
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
      remedy: 'Remove the link from the repository, or set the input `out` to another folder.',
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
