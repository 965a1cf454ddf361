import { join } from 'node:path';
import type { Engine } from '../contract.js';
import type { EngineChoice } from '../open.js';
import { EngineUnavailable, findTensorflow } from '../tensorflow/load.js';
import { buildPack } from './build.js';
import { downloadPack, PUBLISHED_PACKS, type PublishedPack } from './download.js';
import { inStaging, installPack } from './install.js';
import { limitOf } from './limits.js';
import { installFolder, platformOf, type Host } from './locations.js';

/** What decides how a pack is obtained and where it is installed. */
export interface PackContext {
  environment: NodeJS.ProcessEnv;
  /** Folder of the running program; contains `native-pack.mjs`. */
  programDir: string;
  host?: Host;
  packs?: Readonly<Record<string, PublishedPack>>;
}

/** How the pack can be obtained on this machine. */
export type PackSource =
  | { kind: 'download'; pack: PublishedPack; target: string }
  | { kind: 'build'; script: string; target: string; reason: string }
  | { kind: 'none'; reason: string };

/** Downloads the published pack if there is one for this machine, else builds it. */
export function packSource({
  environment,
  programDir,
  host = process,
  packs = PUBLISHED_PACKS,
}: PackContext): PackSource {
  const platform = platformOf(host);
  const target = installFolder(environment, host);
  if (target === null) {
    return {
      kind: 'none',
      reason: 'none of RUNNER_TOOL_CACHE, XDG_CACHE_HOME and HOME names a folder for it',
    };
  }
  if (Object.hasOwn(packs, platform)) return { kind: 'download', pack: packs[platform], target };
  const reason = `this version has no published pack for ${platform}`;
  if (platform !== 'linux-x64') {
    return { kind: 'none', reason: `${reason}, and building it needs Linux x64` };
  }
  return { kind: 'build', script: join(programDir, 'native-pack.mjs'), target, reason };
}

/**
 * Downloads or builds the pack and installs it. Leaves nothing behind on failure.
 *
 * @throws EngineUnavailable with a one-sentence reason.
 */
export async function obtainPack(
  source: Exclude<PackSource, { kind: 'none' }>,
  limit: AbortSignal,
  log: (line: string) => void,
): Promise<void> {
  if (limit.aborted) throw new EngineUnavailable('The run was cancelled.');
  const { target } = source;
  if (source.kind === 'build') return buildPack(source.script, target, limit, log);
  const { pack } = source;
  log(`native pack: downloading ${Math.round(pack.bytes / 1e6)} MB`);
  await inStaging(target, async (folder) => {
    const archive = join(folder, 'pack.tar.gz');
    await downloadPack(pack, archive, limit);
    log('native pack: unpacking and trying it');
    await installPack(archive, pack.sha256, target);
  });
}

/** Outcome of obtaining the native pack: the engine to expect, and a one-sentence reason. */
export interface Provision {
  engine: Engine['name'];
  reason: string;
}

export interface ProvisionRequest extends PackContext {
  choice: EngineChoice;
  /** Parent of the program's folder, where the search begins. */
  root: string;
  signal: AbortSignal;
  log: (line: string) => void;
  obtain?: typeof obtainPack;
}

const MAX_SECONDS = 600;

/**
 * Obtains the native pack when the user chose `tensorflow` and it is not installed; else null. `auto` uses
 * only what is installed: it neither downloads nor compiles.
 */
export async function provisionNative(request: ProvisionRequest): Promise<Provision | null> {
  const { choice, environment, root, signal, log, obtain = obtainPack } = request;
  if (choice !== 'tensorflow' || isInstalled(environment, root)) return null;
  const source = packSource(request);
  if (source.kind === 'none') {
    return { engine: 'wasm', reason: `The native pack was not installed: ${source.reason}.` };
  }
  const verb = source.kind === 'download' ? 'downloaded' : 'built';
  try {
    await obtain(source, limitOf(MAX_SECONDS, signal), log);
  } catch (error) {
    if (!(error instanceof EngineUnavailable)) throw error;
    return { engine: 'wasm', reason: `The native pack could not be ${verb}. ${error.message}` };
  }
  return { engine: 'tensorflow', reason: `The native pack was ${verb}, because TensorFlow was requested.` };
}

/** A folder named by the user counts as installed, whatever it contains. */
function isInstalled(environment: NodeJS.ProcessEnv, root: string): boolean {
  if ((environment['HEADSTART_TENSORFLOW'] ?? '') !== '') return true;
  try {
    findTensorflow(environment, root);
    return true;
  } catch (error) {
    if (error instanceof EngineUnavailable) return false;
    throw error;
  }
}
