import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PACKAGE, searchedPlaces } from '../native/places.js';
import type { TensorflowAddon } from './addon.js';

/** TensorFlow cannot be had here; the message says why in one sentence. */
export class EngineUnavailable extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'EngineUnavailable';
  }
}

export interface LoadedTensorflow {
  addon: TensorflowAddon;
  /** Of tfjs-node. */
  version: string;
}

/** What TensorFlow reads when it is loaded: on its own it would start a thread for each core, in every process. */
export function tensorflowEnvironment(threads: number): Record<string, string> {
  return {
    TF_NUM_INTRAOP_THREADS: String(threads),
    TF_NUM_INTEROP_THREADS: '1',
    OMP_NUM_THREADS: String(threads),
    TF_CPP_MIN_LOG_LEVEL: '2',
  };
}

/** tfjs-node where it was found. */
export interface Installed {
  folder: string;
  /** Its native addon, `…/tfjs_binding.node`. */
  addon: string;
  version: string;
}

/**
 * Loads the native addon of tfjs-node from the first of the searched places that has it; it computes with one thread
 * unless the environment says more, because trials share a machine as processes.
 *
 * @throws EngineUnavailable when it is not there or does not load.
 */
export function loadTensorflow(
  environment: NodeJS.ProcessEnv = process.env,
  root: string = programRoot(fileURLToPath(import.meta.url)),
): LoadedTensorflow {
  const { addon, version } = findTensorflow(environment, root);
  for (const [name, value] of Object.entries(tensorflowEnvironment(1))) process.env[name] ??= value;
  return { addon: requireAddon(addon), version };
}

/**
 * Where tfjs-node is, without loading it: in the folder that HEADSTART_TENSORFLOW names when that is set; else the
 * first of `.native` beside the program, the `node_modules` that the program's own location leads to, and where
 * packs are installed.
 *
 * @throws EngineUnavailable when it is nowhere, or has no native addon.
 */
export function findTensorflow(environment: NodeJS.ProcessEnv, root: string): Installed {
  const asked = environment['HEADSTART_TENSORFLOW'] ?? '';
  if (asked !== '' && !isAbsolute(asked)) {
    throw new EngineUnavailable(`HEADSTART_TENSORFLOW must be an absolute path, not "${asked}".`);
  }
  const folders = searchedPlaces(environment, root)
    .flatMap(({ folder }) => (folder === null ? [] : join(folder, PACKAGE)))
    .filter((folder) => existsSync(folder));
  if (folders.length === 0) {
    throw new EngineUnavailable(
      asked === ''
        ? 'tfjs-node is not installed beside Headstart.'
        : `The folder that HEADSTART_TENSORFLOW names holds no ${PACKAGE}: ${asked}.`,
    );
  }
  // tfjs-node can be installed without its addon: its installer may have been blocked or told not to run.
  for (const folder of folders) {
    const addon = addonIn(folder);
    if (addon !== null) return { folder, addon, version: versionOf(folder) };
  }
  throw new EngineUnavailable(`tfjs-node is installed without its native addon: ${folders[0]}.`);
}

function versionOf(folder: string): string {
  return (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }).version;
}

/** The addon of a folder of tfjs-node; null when it has none. */
export function addonIn(folder: string): string | null {
  const built = join(folder, 'lib');
  const files = (existsSync(built) ? readdirSync(built).sort() : []).map((version) =>
    join(built, version, 'tfjs_binding.node'),
  );
  return files.find((file) => existsSync(file)) ?? null;
}

/** The folder that holds the program: above `dist/`, or above `build/` or `src/` when it is not bundled. */
export function programRoot(file: string): string {
  const folder = dirname(file);
  return resolve(folder, folder.endsWith(join('engine', 'tensorflow')) ? '../../..' : '..');
}

function requireAddon(file: string): TensorflowAddon {
  try {
    // The path is computed, so the bundler leaves it alone.
    return createRequire(file)(file) as TensorflowAddon;
  } catch (error) {
    const [line = ''] = String(error instanceof Error ? error.message : error).split('\n');
    throw new EngineUnavailable(`The native addon of tfjs-node does not load: ${line}.`, error);
  }
}
