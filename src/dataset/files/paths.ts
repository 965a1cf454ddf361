import { existsSync, realpathSync } from 'node:fs';
import { dirname, join, posix, relative, resolve, sep } from 'node:path';
import { inputError, quote, type InputError, type Location } from '../../problem.js';

/** The folder that paths in manifests and tables, and links, may not leave. */
export interface Bounds {
  /** Absolute, links resolved. */
  root: string;
  /** For messages: `the repository` or `the dataset’s folder`. */
  name: string;
}

/** A dataset's own folder: images may not be outside it. */
export function folderBounds(folder: string): Bounds {
  return { root: realpathSync(folder), name: 'the dataset’s folder' };
}

/** The repository of the folder, else the folder itself: a manifest may name anything inside. */
export function repositoryBounds(folder: string): Bounds {
  const bounds = folderBounds(folder);
  for (let at = bounds.root; at !== dirname(at); at = dirname(at)) {
    if (existsSync(join(at, '.git'))) return { root: at, name: 'the repository' };
  }
  return bounds;
}

export function isInside(path: string, root: string): boolean {
  return path === root || path.startsWith(root.endsWith(sep) ? root : root + sep);
}

const STAY_INSIDE = 'Put the files inside: ".." and links that lead out are not followed.';

/**
 * The absolute form of a path relative to `base`.
 * @throws InputError if it is absolute, leaves the bounds (by `..` or a link) or does not exist.
 */
export function resolveInside(path: string, base: string, bounds: Bounds, at: Location): string {
  const portable = path.replaceAll('\\', '/');
  if (isAbsolute(portable)) {
    throw inputError(
      at,
      `${quote(path)} is absolute and leaves ${bounds.name}.`,
      'Write it relative to the manifest.',
    );
  }
  const full = resolve(base, portable);
  const real = realPath(full);
  const lexical = resolve(realpathSync(base), portable);
  if (!isInside(lexical, bounds.root) || (real !== null && !isInside(real, bounds.root))) {
    throw inputError(at, `${quote(path)} leaves ${bounds.name}.`, STAY_INSIDE);
  }
  if (real === null) {
    throw inputError(at, `${quote(path)} does not exist.`, 'Check the path; it is case-sensitive.');
  }
  return full;
}

/** @param links Paths for display. */
export function leavingLinks(links: readonly string[]): InputError {
  const [first, ...others] = new Set(links);
  const named = others.slice(0, 4).join(', ') + (others.length > 4 ? ', …' : '');
  const more = others.length === 0 ? '' : ` (also ${others.length} more: ${named})`;
  return inputError({ file: first }, `is a link that leaves the dataset’s folder${more}.`, STAY_INSIDE);
}

/** Whether a path is absolute on any OS. */
export function isAbsolute(path: string): boolean {
  return posix.isAbsolute(path.replaceAll('\\', '/')) || /^[a-z]:[\\/]/i.test(path);
}

/** The path with links resolved; null if nothing is there, for example behind a broken link. */
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

/** A path for messages and reports: relative to `cwd`, which is `.` itself. */
export function displayPath(cwd: string, full: string): string {
  return relative(cwd, full).replaceAll('\\', '/') || '.';
}
