/** The cache folder of a probe, carried from run to run. */
import { createHash } from 'node:crypto';
import { restoreFolder, type FolderCache, type FolderCacheInput } from './folder-cache.js';

export interface RunCacheInput extends Pick<FolderCacheInput, 'service' | 'folder' | 'writable' | 'warn'> {
  /** What tells the datasets and settings of this step from those of others. */
  settings: unknown;
  version: string;
  runId: string;
}

/** Restores the latest cache of these settings; null where there is no service. */
export function restoreRunCache({
  settings,
  version,
  runId,
  ...input
}: RunCacheInput): Promise<FolderCache | null> {
  const digest = createHash('sha256').update(JSON.stringify(settings)).digest('hex').slice(0, 16);
  const prefix = `headstart-${version}-${process.platform}-${process.arch}-${digest}-`;
  // A key is written once and never again, so every run has its own and looks for the latest of the others.
  return restoreFolder({ ...input, key: prefix + runId, prefixes: [prefix] });
}
