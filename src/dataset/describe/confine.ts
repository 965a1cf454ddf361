import { existsSync, realpathSync } from 'node:fs';
import { dirname, join, posix, relative, resolve, sep } from 'node:path';
import { InputError, type Problem } from '../../problem.js';

/** The folder that nothing may leave: what a manifest, a table or a link names must lie in it. */
export interface Bounds {
  /** Absolute, links resolved. */
  root: string;
  /** For messages: `the repository` or `the dataset’s folder`. */
  name: string;
}

/** A dataset's own folder: images may not lie outside it. */
export function folderBounds(folder: string): Bounds {
  return { root: realpathSync(folder), name: 'the dataset’s folder' };
}

/** The repository that the folder is in, else the folder itself: what a manifest may name. */
export function repositoryBounds(folder: string): Bounds {
  const own = folderBounds(folder);
  for (let at = own.root; at !== dirname(at); at = dirname(at)) {
    if (existsSync(join(at, '.git'))) return { root: at, name: 'the repository' };
  }
  return own;
}

export function isInside(place: string, root: string): boolean {
  return place === root || place.startsWith(root.endsWith(sep) ? root : root + sep);
}

/**
 * The absolute place of a path that a manifest names.
 * @throws InputError when it is absolute, leaves the bounds (by `..` or a link) or is not there.
 */
export function confined(path: string, base: string, bounds: Bounds, at: Problem): string {
  const portable = path.replaceAll('\\', '/');
  if (isAbsolute(portable)) {
    throw new InputError([
      {
        ...at,
        message: `${shown(path)} is absolute and leaves ${bounds.name}.`,
        remedy: 'Write it relative to the manifest.',
      },
    ]);
  }
  const full = resolve(base, portable);
  const real = realPath(full);
  const lexical = resolve(realpathSync(base), portable);
  if (!isInside(lexical, bounds.root) || (real !== null && !isInside(real, bounds.root))) {
    throw leaving(path, bounds, at);
  }
  if (real === null) {
    throw new InputError([
      { ...at, message: `${shown(path)} does not exist.`, remedy: 'Check the path; capitals count.' },
    ]);
  }
  return full;
}

const REMEDY = 'Put the files inside: ".." and links that lead out are not followed.';

function leaving(path: string, { name }: Bounds, at: Problem): InputError {
  return new InputError([{ ...at, message: `${shown(path)} leaves ${name}.`, remedy: REMEDY }]);
}

/** Links of a dataset's folder that lead out of it, as the user knows them. */
export function linksOut(links: readonly string[]): InputError {
  const [first, ...others] = new Set(links);
  const named = others.slice(0, 4).join(', ') + (others.length > 4 ? ', …' : '');
  const more = others.length === 0 ? '' : ` (also ${others.length} more: ${named})`;
  return new InputError([
    { file: first, message: `is a link that leaves the dataset’s folder${more}.`, remedy: REMEDY },
  ]);
}

/** Absolute on any OS. */
export function isAbsolute(path: string): boolean {
  return posix.isAbsolute(path.replaceAll('\\', '/')) || /^[a-z]:[\\/]/i.test(path);
}

/** Null where there is nothing, for example behind a broken link. */
export function realPath(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null;
  }
}

/** Relative to the root, with `/` on every OS. */
export function portablePath(root: string, full: string): string {
  return relative(root, full).split(sep).join('/');
}

function shown(path: string): string {
  return `"${path.slice(0, 120)}"`;
}
