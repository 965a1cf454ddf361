/** What the repository's cache holds: embeddings, trials, and downloaded backbones. */
import { join } from 'node:path';
import * as cacheService from '@actions/cache';
import * as core from '@actions/core';
import {
  type FolderCache,
  mayWriteCache,
  restoreModelCache,
  restoreRunCache,
} from '../github/actions-cache.js';
import type { ProbeRequest } from '../pipeline/run.js';
import { VERSION } from '../scheduling/machine.js';

export async function cacheOf({
  path,
  manifest,
  seed,
  engine,
  strategies,
  backbone,
}: ProbeRequest): Promise<FolderCache | null> {
  const { RUNNER_TEMP, GITHUB_RUN_ID, GITHUB_RUN_ATTEMPT } = process.env;
  if (RUNNER_TEMP === undefined) return null;
  return restoreRunCache({
    service: cacheService,
    folder: join(RUNNER_TEMP, 'headstart-cache'),
    settings: { path, manifest, seed, engine, strategies, backbone: backbone.source },
    version: VERSION,
    runId: `${GITHUB_RUN_ID ?? ''}-${GITHUB_RUN_ATTEMPT ?? ''}`,
    writable: mayWriteCache(process.env),
    warn: (message) => core.warning(message),
  });
}

export function modelsOf({ backbone }: ProbeRequest): Promise<FolderCache | null> {
  return restoreModelCache({
    service: cacheService,
    backbone,
    cwd: process.cwd(),
    environment: process.env,
    warn: (message) => core.warning(message),
  });
}
