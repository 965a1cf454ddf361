/** Finds git once, and never in a folder that a pull request may have written to. */
import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import path from 'node:path';

export interface Search {
  /** The variable PATH. */
  searchPath: string;
  /** No program is run from these folders. */
  checkouts: readonly string[];
  platform: NodeJS.Platform;
  /** The real path of an executable file, with all links resolved; null: there is none. */
  runnable: (file: string) => string | null;
}

export interface GitProgram {
  /** Absolute. */
  file: string;
  /** PATH for git, which starts other programs. */
  searchPath: string;
}

/** The first git on the search path outside the checkouts; null: there is none. */
export function gitOutside({ searchPath, checkouts, platform, runnable }: Search): GitProgram | null {
  const paths = platform === 'win32' ? path.win32 : path.posix;
  const isOutside = (file: string) =>
    checkouts.every((checkout) => {
      const below = paths.relative(checkout, file);
      return paths.isAbsolute(below) || below === '..' || below.startsWith(`..${paths.sep}`);
    });
  // Empty and relative entries stand for the working directory.
  const folders = searchPath
    .split(paths.delimiter)
    .map((folder) => (platform === 'win32' ? folder.replaceAll('"', '') : folder))
    .filter((folder) => isFullPath(folder, platform) && isOutside(paths.normalize(folder)));
  const name = platform === 'win32' ? 'git.exe' : 'git';
  for (const folder of folders) {
    const file = paths.join(folder, name);
    const real = runnable(file);
    if (real !== null && isOutside(real)) return { file, searchPath: folders.join(paths.delimiter) };
  }
  return null;
}

/** On Windows `\tools` counts as absolute, but depends on the current drive. */
function isFullPath(folder: string, platform: NodeJS.Platform): boolean {
  return platform === 'win32' ? /^(?:[a-z]:[\\/]|\\\\)/iu.test(folder) : path.posix.isAbsolute(folder);
}

const programs = new Map<string, GitProgram>();

/**
 * @param folder of the checkout.
 * @throws Error when git is not on PATH, or only inside the checkout or the workspace.
 */
export function gitProgram(folder: string): GitProgram {
  const known = programs.get(folder);
  if (known !== undefined) return known;
  const { platform, env } = process;
  const workspace = env['GITHUB_WORKSPACE'] ?? folder;
  const checkouts = [...new Set([folder, workspace].map(realPath))];
  const program = gitOutside({ searchPath: env['PATH'] ?? '', checkouts, platform, runnable });
  if (program === null) throw new Error('git is not installed, or not on PATH outside the checkout');
  programs.set(folder, program);
  return program;
}

function realPath(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return path.resolve(folder);
  }
}

function runnable(file: string): string | null {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile() ? realpathSync(file) : null;
  } catch {
    return null;
  }
}
