import { dirname, isAbsolute, join } from 'node:path';

/** Of tfjs-node, whose addon the engine speaks to; it names the folder of an installed pack. */
export const PACK_VERSION = '4.22.0';

/** Where a folder that is searched holds tfjs-node. */
export const PACKAGE = join('node_modules', '@tensorflow', 'tfjs-node');

/** A folder that may hold the native pack, and how people know it. */
export interface Place {
  name: 'HEADSTART_TENSORFLOW' | '.native' | 'node_modules' | 'tool cache' | 'user cache';
  /** Absolute; null where this machine has no such place. */
  folder: string | null;
}

export interface Host {
  platform: string;
  arch: string;
}

/**
 * Where TensorFlow is looked for, the first place first. HEADSTART_TENSORFLOW stands alone when it is set. The
 * working directory is never among them: what lies there may come from a pull request. For the same reason a
 * variable that names a relative folder counts as not set.
 */
export function searchedPlaces(environment: NodeJS.ProcessEnv, root: string, host: Host = process): Place[] {
  const asked = environment['HEADSTART_TENSORFLOW'];
  if (asked !== undefined && asked !== '') return [{ name: 'HEADSTART_TENSORFLOW', folder: asked }];
  return [
    { name: '.native', folder: join(root, '.native') },
    ...ancestors(root).map((folder): Place => ({ name: 'node_modules', folder })),
    { name: 'tool cache', folder: toolCache(environment, host) },
    { name: 'user cache', folder: userCache(environment, host) },
  ];
}

/** Where a pack is installed: in the tool cache on a runner, else in the user's cache; null when neither is. */
export function installFolder(environment: NodeJS.ProcessEnv, host: Host = process): string | null {
  return toolCache(environment, host) ?? userCache(environment, host);
}

/** As `@actions/tool-cache` lays it out, so that an image of a runner can come with the pack. */
function toolCache(environment: NodeJS.ProcessEnv, { arch }: Host): string | null {
  const cache = absolute(environment['RUNNER_TOOL_CACHE']);
  return cache === null ? null : join(cache, 'headstart-native', PACK_VERSION, arch);
}

function userCache(environment: NodeJS.ProcessEnv, host: Host): string | null {
  const cache = userCacheFolder(environment, host.platform);
  return cache === null
    ? null
    : join(cache, 'headstart', 'native', `${PACK_VERSION}-${host.platform}-${host.arch}`);
}

/** Where programs keep what can be got again, as the platform has it; absolute, or null when nothing names it. */
export function userCacheFolder(environment: NodeJS.ProcessEnv, platform: string): string | null {
  const home = absolute(environment['HOME']);
  const usual =
    platform === 'win32'
      ? absolute(environment['LOCALAPPDATA'])
      : home === null
        ? null
        : join(home, '.cache');
  return absolute(environment['XDG_CACHE_HOME']) ?? usual;
}

/** What a variable names, when it is an absolute folder; else it counts as not set. */
export function absolute(folder: string | undefined): string | null {
  return folder !== undefined && isAbsolute(folder) ? folder : null;
}

function ancestors(folder: string): string[] {
  const above = dirname(folder);
  return above === folder ? [folder] : [folder, ...ancestors(above)];
}
