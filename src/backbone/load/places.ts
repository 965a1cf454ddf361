import { join } from 'node:path';
import { absolute, userCacheFolder } from '../../engine/native/locations.js';

/**
 * Where downloaded models are kept: HEADSTART_CACHE, the tool cache on a runner, or the user's cache; null when no
 * variable names one. A variable that names a relative folder counts as not set: what lies in the working directory
 * may come from a pull request.
 */
export function modelCache(
  environment: NodeJS.ProcessEnv,
  platform: string = process.platform,
): string | null {
  const own = absolute(environment['HEADSTART_CACHE']);
  if (own !== null) return join(own, 'models');
  const cache = absolute(environment['RUNNER_TOOL_CACHE']) ?? userCacheFolder(environment, platform);
  return cache === null ? null : join(cache, 'headstart', 'models');
}
