import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type * as actionsCache from '@actions/cache';

/** What of `@actions/cache` is used; another takes its place in tests. */
export type CacheService = Pick<typeof actionsCache, 'isFeatureAvailable' | 'restoreCache' | 'saveCache'>;

export interface FolderCacheInput {
  service: CacheService;
  /** Folder that is restored and saved; always the same path, because the service goes by it. */
  folder: string;
  /** Written once and never again. */
  key: string;
  /** Beginnings of other keys that will do, the better first; the latest of them is taken. */
  prefixes: readonly string[];
  /** Whether GitHub takes what this run saves: `mayWriteCache`. */
  writable: boolean;
  warn: (message: string) => void;
}

export interface FolderCache {
  folder: string;
  /** Saves what this run has added; what it left as it was is not saved again. */
  save(): Promise<void>;
}

/** Events that a stranger can cause on the default branch: GitHub lets their runs read its cache, and no more. */
const READ_ONLY = ['issue_comment', 'pull_request_target'];

/** Whether GitHub lets a run save what later ones read. */
export function mayWriteCache({ GITHUB_EVENT_NAME }: NodeJS.ProcessEnv): boolean {
  return !READ_ONLY.includes(GITHUB_EVENT_NAME ?? '');
}

/**
 * Restores a folder from GitHub's cache of the repository; null where there is no service. Whatever the service does
 * wrong costs the reuse and a warning, never the run.
 */
export async function restoreFolder(input: FolderCacheInput): Promise<FolderCache | null> {
  const { service, folder, key, prefixes, writable, warn } = input;
  if (!service.isFeatureAvailable()) return null;
  const attempt = async (what: string, work: () => Promise<unknown>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      warn(`The cache could not be ${what}: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  await attempt('restored', () => service.restoreCache([folder], key, [...prefixes]));
  const before = stateOf(folder);
  return {
    folder,
    save: async () => {
      if (writable && stateOf(folder) !== before)
        await attempt('saved', () => service.saveCache([folder], key));
    },
  };
}

/** Changes whenever a file in the folder is written; empty where there is no folder. */
function stateOf(folder: string): string {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .sort()
      .map((name) => {
        const { mtimeMs, size } = statSync(join(folder, name));
        return `${name} ${mtimeMs} ${size}`;
      })
      .join('\n');
  } catch {
    return '';
  }
}
