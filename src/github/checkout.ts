import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { isSha } from './event.js';

/** The commit that is checked out in a folder; null where git or a repository is missing. */
export async function checkedOutCommit(folder: string): Promise<string | null> {
  try {
    // In a container the workspace belongs to another user, which git refuses without being told.
    const { stdout } = await promisify(execFile)('git', ['-c', 'safe.directory=*', 'rev-parse', 'HEAD'], {
      cwd: folder,
      timeout: 10_000,
    });
    const commit = stdout.trim();
    return isSha(commit) ? commit : null;
  } catch {
    return null;
  }
}
