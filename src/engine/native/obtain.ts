import { join } from 'node:path';
import { EngineUnavailable } from '../tensorflow/load.js';
import { buildPack } from './build.js';
import { downloadPack } from './download.js';
import { inStaging, installPack } from './install.js';
import { PINS, type Pin, platformOf } from './pins.js';
import { type Host, installFolder } from './places.js';

/** Where a pack is got from and put. */
export interface Surroundings {
  environment: NodeJS.ProcessEnv;
  /** Folder of the running program: holds `native-pack.mjs`. */
  home: string;
  host?: Host;
  pins?: Readonly<Record<string, Pin>>;
}

/** How the pack can be had here. */
export type Way =
  | { kind: 'download'; pin: Pin; target: string }
  | { kind: 'build'; script: string; target: string; because: string }
  | { kind: 'none'; because: string };

/** The way to the pack on this machine: a published one when there is one, else building it. */
export function wayToPack({ environment, home, host = process, pins = PINS }: Surroundings): Way {
  const platform = platformOf(host);
  const target = installFolder(environment, host);
  if (target === null) {
    return {
      kind: 'none',
      because: 'neither RUNNER_TOOL_CACHE, XDG_CACHE_HOME nor HOME names a folder for it',
    };
  }
  if (Object.hasOwn(pins, platform)) return { kind: 'download', pin: pins[platform], target };
  const because = `this version has no published pack for ${platform}`;
  if (platform !== 'linux-x64')
    return { kind: 'none', because: `${because}, and it is built on Linux x64 only` };
  return { kind: 'build', script: join(home, 'native-pack.mjs'), target, because };
}

/**
 * Gets the pack that way and installs it.
 * @throws EngineUnavailable with one sentence that says why it was not installed; nothing is left behind then.
 */
export async function obtainPack(
  way: Exclude<Way, { kind: 'none' }>,
  limit: AbortSignal,
  say: (line: string) => void,
): Promise<void> {
  if (limit.aborted) throw new EngineUnavailable('The run was cancelled.');
  const { target } = way;
  if (way.kind === 'build') return buildPack(way.script, target, limit, say);
  const { pin } = way;
  say(`native pack: downloading ${Math.round(pin.bytes / 1e6)} MB`);
  await inStaging(target, async (folder) => {
    const archive = join(folder, 'pack.tar.gz');
    await downloadPack(pin, archive, limit);
    say('native pack: unpacking and trying it');
    await installPack(archive, pin.sha256, target);
  });
}
