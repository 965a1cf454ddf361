import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';

/** Milliseconds after which a folder of a download that nobody ended counts as left behind. */
const ABANDONED = 3_600_000;

/**
 * A folder beside `cache/key` that is this process's alone, so that two runs never write to one file; with what an
 * earlier download left, where it left something.
 */
export function claimStaging(cache: string, key: string): string {
  mkdirSync(cache, { recursive: true });
  const own = join(cache, `${key}.${randomUUID().slice(0, 8)}`);
  for (const left of leftBehind(cache, key)) {
    try {
      renameSync(left, own);
      return own;
    } catch {
      // Another run was faster.
    }
  }
  mkdirSync(own);
  return own;
}

/** The download is whole: gives it its name. Another run may have been faster; then that one's files stay. */
export function settleStaging(staging: string, whole: string): void {
  try {
    renameSync(staging, whole);
  } catch (error) {
    if (!existsSync(whole)) throw error;
    rmSync(staging, { recursive: true, force: true });
  }
}

/** The download broke off: keeps what there is for the next one. */
export function leaveStaging(staging: string, cache: string, key: string): void {
  try {
    renameSync(staging, join(cache, `${key}.partial`));
  } catch {
    rmSync(staging, { recursive: true, force: true });
  }
}

function leftBehind(cache: string, key: string): string[] {
  return readdirSync(cache)
    .filter((name) => name.startsWith(`${key}.`))
    .map((name) => join(cache, name))
    .filter((folder) => folder.endsWith('.partial') || age(folder) > ABANDONED);
}

function age(folder: string): number {
  return Date.now() - (statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
}
