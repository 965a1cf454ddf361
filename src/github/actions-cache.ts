/** Folders that GitHub's cache keeps from run to run: what the probe reuses, and downloaded backbones. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type * as actionsCache from '@actions/cache';
import { modelCacheFolder } from '../backbone/load/cache.js';
import { parseSource } from '../backbone/load/source.js';
import type { BackboneRequest } from '../backbone/load.js';
import { InputError } from '../problem.js';

/** The part of `@actions/cache` that is used; tests replace it. */
export type CacheService = Pick<typeof actionsCache, 'isFeatureAvailable' | 'restoreCache' | 'saveCache'>;

export interface FolderCache {
  folder: string;
  /** Saves the folder if this run changed it. */
  save(): Promise<void>;
}

interface CacheRequest {
  service: CacheService;
  /** Always the same path, because it is part of the service's key. */
  folder: string;
  /** Whether GitHub accepts what this run saves: `mayWriteCache`. */
  writable: boolean;
  warn: (message: string) => void;
}

/** Anyone can cause these events on the default branch, so GitHub lets their runs only read its cache. */
const READ_ONLY_EVENTS = ['issue_comment', 'pull_request_target'];

/** Whether GitHub lets a run save what later ones read. */
export function mayWriteCache({ GITHUB_EVENT_NAME }: NodeJS.ProcessEnv): boolean {
  return !READ_ONLY_EVENTS.includes(GITHUB_EVENT_NAME ?? '');
}

export interface RunCacheRequest extends CacheRequest {
  /** Distinguishes the datasets and settings of this step from those of others. */
  settings: unknown;
  version: string;
  runId: string;
}

/** Restores the latest cache folder of a probe with these settings; null: there is no cache service. */
export function restoreRunCache(request: RunCacheRequest): Promise<FolderCache | null> {
  const { settings, version, runId } = request;
  const prefix = `headstart-${version}-${process.platform}-${process.arch}-${hashOf(settings)}-`;
  // A key can be written only once, so every run has its own and restores the latest of the others.
  return restoreFolder(request, prefix + runId, [prefix]);
}

export interface ModelCacheRequest extends Pick<CacheRequest, 'service' | 'warn'> {
  backbone: BackboneRequest;
  cwd: string;
  environment: NodeJS.ProcessEnv;
}

/**
 * Restores the download of this backbone; null when nothing is downloaded, the runner still has it, or there is no
 * cache service. What is restored is verified like any download.
 */
export async function restoreModelCache(request: ModelCacheRequest): Promise<FolderCache | null> {
  const { backbone, cwd, environment } = request;
  const folder = modelCacheFolder(environment);
  if (folder === null || existsSync(folder) || !isDownloaded(backbone, cwd)) return null;
  const key = `headstart-model-${hashOf([backbone.source, backbone.sha256])}`;
  return restoreFolder({ ...request, folder, writable: mayWriteCache(environment) }, key, []);
}

/** An invalid source is reported later, with its reason. */
function isDownloaded({ source }: BackboneRequest, cwd: string): boolean {
  try {
    return !['embedded', 'path'].includes(parseSource(source, cwd).kind);
  } catch (error) {
    if (error instanceof InputError) return false;
    throw error;
  }
}

/**
 * Restores a folder. A fault of the service costs the reuse and a warning, and never fails the run.
 * @param prefixes of other keys that will do, the better first; the service takes the latest key with the prefix.
 */
async function restoreFolder(
  { service, folder, writable, warn }: CacheRequest,
  key: string,
  prefixes: readonly string[],
): Promise<FolderCache | null> {
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

/** Changes whenever a file in the folder is written; empty: there is no folder. */
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

function hashOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16);
}
