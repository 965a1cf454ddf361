/** Where git is: found once, and never in a folder that a pull request may have written to. */
import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import path from 'node:path';

export interface Search {
  /** The variable PATH. */
  searchPath: string;
  /** Folders in which nothing is run. */
  checkouts: readonly string[];
  platform: NodeJS.Platform;
  /** The file that a path leads to with all links followed; null: there is none that can be run. */
  runnable: (file: string) => string | null;
}

export interface GitProgram {
  /** Absolute. */
  file: string;
  /** PATH for git itself, which starts other programs. */
  searchPath: string;
}

/** The first git on the search path outside the checkout; null where there is none. */
export function gitOutside({ searchPath, checkouts, platform, runnable }: Search): GitProgram | null {
  const paths = platform === 'win32' ? path.win32 : path.posix;
  const isOutside = (file: string) =>
    checkouts.every((checkout) => {
      const below = paths.relative(checkout, file);
      return paths.isAbsolute(below) || below === '..' || below.startsWith(`..${paths.sep}`);
    });
  // An empty or relative entry means the folder that a program was started in.
  const folders = searchPath
    .split(paths.delimiter)
    .map((folder) => (platform === 'win32' ? folder.replaceAll('"', '') : folder))
    .filter((folder) => isWhole(folder, platform) && isOutside(paths.normalize(folder)));
  const name = platform === 'win32' ? 'git.exe' : 'git';
  for (const folder of folders) {
    const file = paths.join(folder, name);
    const real = runnable(file);
    if (real !== null && isOutside(real)) return { file, searchPath: folders.join(paths.delimiter) };
  }
  return null;
}

/** On Windows `\tools` is absolute and yet on the drive that happens to be the current one. */
function isWhole(folder: string, platform: NodeJS.Platform): boolean {
  return platform === 'win32' ? /^(?:[a-z]:[\\/]|\\\\)/iu.test(folder) : path.posix.isAbsolute(folder);
}

const found = new Map<string, GitProgram>();

/**
 * @param folder of the checkout.
 * @throws Error when there is no git outside the checkout and the workspace on the search path.
 */
export function gitProgram(folder: string): GitProgram {
  const known = found.get(folder);
  if (known !== undefined) return known;
  const { platform, env } = process;
  const workspace = env['GITHUB_WORKSPACE'] ?? folder;
  const checkouts = [...new Set([folder, workspace].map(realOf))];
  const program = gitOutside({ searchPath: env['PATH'] ?? '', checkouts, platform, runnable });
  if (program === null) throw new Error('git is not installed, or not on PATH outside the checkout');
  found.set(folder, program);
  return program;
}

function realOf(folder: string): string {
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
