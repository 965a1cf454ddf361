import { dirname, isAbsolute, join } from 'node:path';

/** Version of tfjs-node whose addon the engine uses; part of the name of an installed pack's folder. */
export const PACK_VERSION = '4.22.0';

/** Path of tfjs-node inside a searched folder. */
export const PACKAGE = join('node_modules', '@tensorflow', 'tfjs-node');

/** A folder that may contain the native pack. */
export interface PackLocation {
  name: 'HEADSTART_TENSORFLOW' | '.native' | 'node_modules' | 'tool cache' | 'user cache';
  /** Absolute; null if this machine has no such folder. */
  folder: string | null;
}

export interface Host {
  platform: string;
  arch: string;
}

export function platformOf({ platform, arch }: Host): string {
  return `${platform}-${arch}`;
}

/**
 * Folders to search for TensorFlow, in order. HEADSTART_TENSORFLOW replaces all others when it is set. The
 * working directory is never searched, because a pull request may have written to it. For the same reason,
 * variables with a relative path count as not set.
 */
export function searchedLocations(
  environment: NodeJS.ProcessEnv,
  root: string,
  host: Host = process,
): PackLocation[] {
  const named = environment['HEADSTART_TENSORFLOW'];
  if (named !== undefined && named !== '') return [{ name: 'HEADSTART_TENSORFLOW', folder: named }];
  return [
    { name: '.native', folder: join(root, '.native') },
    ...withAncestors(root).map((folder): PackLocation => ({ name: 'node_modules', folder })),
    { name: 'tool cache', folder: toolCache(environment, host) },
    { name: 'user cache', folder: userCache(environment, host) },
  ];
}

/** Where to install a pack: the tool cache on a runner, else the user's cache; null if there is neither. */
export function installFolder(environment: NodeJS.ProcessEnv, host: Host = process): string | null {
  return toolCache(environment, host) ?? userCache(environment, host);
}

/** Follows the layout of `@actions/tool-cache`, so that a runner image can include the pack. */
function toolCache(environment: NodeJS.ProcessEnv, { arch }: Host): string | null {
  const cache = absolute(environment['RUNNER_TOOL_CACHE']);
  return cache === null ? null : join(cache, 'headstart-native', PACK_VERSION, arch);
}

function userCache(environment: NodeJS.ProcessEnv, host: Host): string | null {
  const cache = userCacheFolder(environment, host.platform);
  return cache === null ? null : join(cache, 'headstart', 'native', `${PACK_VERSION}-${platformOf(host)}`);
}

/** The platform's cache folder for user programs; absolute, or null if no variable names one. */
export function userCacheFolder(environment: NodeJS.ProcessEnv, platform: string): string | null {
  const xdg = absolute(environment['XDG_CACHE_HOME']);
  if (xdg !== null) return xdg;
  if (platform === 'win32') return absolute(environment['LOCALAPPDATA']);
  const home = absolute(environment['HOME']);
  return home === null ? null : join(home, '.cache');
}

/** The folder if its path is absolute, else null. */
export function absolute(folder: string | undefined): string | null {
  return folder !== undefined && isAbsolute(folder) ? folder : null;
}

function withAncestors(folder: string): string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...withAncestors(parent)];
}
