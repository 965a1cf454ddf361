/** Downloaded backbones, carried from run to run: on GitHub's own runners the tool cache starts anew each time. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { modelCacheFolder } from '../../backbone/load/cache.js';
import { parseSource } from '../../backbone/load/source.js';
import type { BackboneRequest } from '../../backbone/load.js';
import { InputError } from '../../problem.js';
import { mayWriteCache, restoreFolder, type FolderCache, type FolderCacheInput } from './folder-cache.js';

export interface ModelCacheInput extends Pick<FolderCacheInput, 'service' | 'warn'> {
  backbone: BackboneRequest;
  cwd: string;
  environment: NodeJS.ProcessEnv;
}

/**
 * Restores what was downloaded for this backbone; null where nothing is downloaded, the runner has kept its folder, or
 * there is no service. What comes back is checked like any download.
 */
export async function restoreModelCache({
  backbone,
  cwd,
  environment,
  ...input
}: ModelCacheInput): Promise<FolderCache | null> {
  const folder = modelCacheFolder(environment);
  if (folder === null || existsSync(folder) || !isDownloaded(backbone, cwd)) return null;
  const digest = createHash('sha256')
    .update(JSON.stringify([backbone.source, backbone.sha256]))
    .digest('hex');
  const key = `headstart-model-${digest.slice(0, 16)}`;
  return restoreFolder({ ...input, folder, key, prefixes: [], writable: mayWriteCache(environment) });
}

/** A source that is written wrongly is refused later, with its reason. */
function isDownloaded({ source }: BackboneRequest, cwd: string): boolean {
  try {
    return !['embedded', 'path'].includes(parseSource(source, cwd).kind);
  } catch (error) {
    if (error instanceof InputError) return false;
    throw error;
  }
}
