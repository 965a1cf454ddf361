/** The cache folder of a probe, carried from run to run by GitHub's cache of the repository. */
import { createHash } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type * as actionsCache from '@actions/cache';

/** What of `@actions/cache` is used; another takes its place in tests. */
export type CacheService = Pick<typeof actionsCache, 'isFeatureAvailable' | 'restoreCache' | 'saveCache'>;

export interface RunCacheInput {
  service: CacheService;
  /** Folder that is restored and saved; always the same path, because the service goes by it. */
  folder: string;
  /** What tells the datasets and settings of this step from those of others. */
  settings: unknown;
  version: string;
  runId: string;
  warn: (message: string) => void;
}

export interface RunCache {
  folder: string;
  /** Saves what this run has added; what it left as it was is not saved again. */
  save(): Promise<void>;
}

/**
 * Restores the latest cache of these settings; null where there is no service. Whatever the service does wrong costs
 * the reuse and a warning, never the run.
 */
export async function restoreRunCache(input: RunCacheInput): Promise<RunCache | null> {
  const { service, folder, version, runId, warn } = input;
  if (!service.isFeatureAvailable()) return null;
  const settings = createHash('sha256').update(JSON.stringify(input.settings)).digest('hex').slice(0, 16);
  const prefix = `headstart-${version}-${process.platform}-${process.arch}-${settings}-`;
  const attempt = async (what: string, work: () => Promise<unknown>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      warn(`The cache could not be ${what}: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  // A key is written once and never again, so every run has its own and looks for the latest of the others.
  await attempt('restored', () => service.restoreCache([folder], prefix + runId, [prefix]));
  const before = stateOf(folder);
  return {
    folder,
    save: async () => {
      if (stateOf(folder) !== before)
        await attempt('saved', () => service.saveCache([folder], prefix + runId));
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
