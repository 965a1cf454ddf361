import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
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

const PACKAGE = join('node_modules', '@tensorflow', 'tfjs-node');

/** One trial a core: trials share a machine as processes, so TensorFlow must not start a thread for each core. */
const ENVIRONMENT = {
  TF_NUM_INTRAOP_THREADS: '1',
  TF_NUM_INTEROP_THREADS: '1',
  OMP_NUM_THREADS: '1',
  TF_CPP_MIN_LOG_LEVEL: '2',
};

/**
 * Loads the native addon of tfjs-node from the folder in HEADSTART_TENSORFLOW when that is set; else from
 * `.native` beside the program; else from the `node_modules` that the program's own location leads to. The
 * working directory is never searched: what lies there may come from a pull request.
 *
 * @throws EngineUnavailable when it is not there or does not load.
 */
export function loadTensorflow(
  environment: NodeJS.ProcessEnv = process.env,
  root: string = programRoot(fileURLToPath(import.meta.url)),
): LoadedTensorflow {
  const folder = findPackage(environment, root);
  const file = findAddon(folder);
  for (const [name, value] of Object.entries(ENVIRONMENT)) process.env[name] ??= value;
  const addon = requireAddon(file);
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
  return { addon, version };
}

/** The folder that holds the program: above `dist/`, or above `build/` or `src/` when it is not bundled. */
export function programRoot(file: string): string {
  const folder = dirname(file);
  return resolve(folder, folder.endsWith(join('engine', 'tensorflow')) ? '../../..' : '..');
}

function findPackage(environment: NodeJS.ProcessEnv, root: string): string {
  const asked = environment['HEADSTART_TENSORFLOW'];
  if (asked !== undefined && asked !== '') {
    if (!isAbsolute(asked)) {
      throw new EngineUnavailable(`HEADSTART_TENSORFLOW must be an absolute path, not "${asked}".`);
    }
    if (existsSync(join(asked, PACKAGE))) return join(asked, PACKAGE);
    throw new EngineUnavailable(`The folder that HEADSTART_TENSORFLOW names holds no ${PACKAGE}: ${asked}.`);
  }
  const places = [join(root, '.native', PACKAGE), ...ancestors(root).map((folder) => join(folder, PACKAGE))];
  const place = places.find((folder) => existsSync(folder));
  if (place === undefined) throw new EngineUnavailable('tfjs-node is not installed beside Headstart.');
  return place;
}

function ancestors(folder: string): string[] {
  const above = dirname(folder);
  return above === folder ? [folder] : [folder, ...ancestors(above)];
}

/** tfjs-node can be installed without its addon: its installer may have been blocked or told not to run. */
function findAddon(folder: string): string {
  const built = join(folder, 'lib');
  const file = (existsSync(built) ? readdirSync(built).sort() : [])
    .map((version) => join(built, version, 'tfjs_binding.node'))
    .find((candidate) => existsSync(candidate));
  if (file === undefined) {
    throw new EngineUnavailable(`tfjs-node is installed without its native addon: ${folder}.`);
  }
  return file;
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
