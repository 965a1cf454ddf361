import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tensorflowEnvironment } from '../child-environment.js';
import { PACKAGE, searchedLocations } from '../native/locations.js';

/** TensorFlow is not available; the message is a one-sentence reason. */
export class EngineUnavailable extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'EngineUnavailable';
  }
}

/** A tensor in TensorFlow's memory; stays there until it is deleted. */
export interface TensorInfo {
  id: number;
  shape: number[];
  dtype: number;
}

export interface OpAttribute {
  name: string;
  type: number;
  value: number | string | boolean | number[];
}

/**
 * The API of tfjs-node's native addon: TensorFlow's eager operations by name. TF.js itself is not used: it
 * would add half a second to the start of every worker, and tensor tracking that the engine does not need.
 */
export interface TensorflowAddon {
  readonly TF_Version: string;
  readonly TF_FLOAT: number;
  readonly TF_INT32: number;
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_TYPE: number;
  /** Shares the memory of `values` if it is aligned for TensorFlow's kernels, else copies it. */
  createTensor(shape: number[], dtype: number, values: Float32Array | Int32Array): number;
  deleteTensor(id: number): void;
  /** A copy of the values. */
  tensorDataSync(id: number): Float32Array;
  executeOp(name: string, attributes: OpAttribute[], inputs: number[], outputs: number): TensorInfo[];
  getNumOfTensors(): number;
}

export interface LoadedTensorflow {
  addon: TensorflowAddon;
  /** Version of tfjs-node. */
  version: string;
}

/** An installation of tfjs-node. */
export interface InstalledTensorflow {
  folder: string;
  /** Path of the native addon, `…/tfjs_binding.node`. */
  addon: string;
  version: string;
}

/**
 * Loads the native addon of tfjs-node from the first searched location that has it. It uses one thread unless
 * the environment says otherwise, because trials run in parallel processes.
 *
 * @throws EngineUnavailable when it is missing or does not load.
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
 * Finds tfjs-node without loading it: in the folder named by HEADSTART_TENSORFLOW if that is set; else in
 * `.native` next to the program, in `node_modules` there or above, or where packs are installed.
 *
 * @throws EngineUnavailable when it is not found or has no native addon.
 */
export function findTensorflow(environment: NodeJS.ProcessEnv, root: string): InstalledTensorflow {
  const named = environment['HEADSTART_TENSORFLOW'] ?? '';
  if (named !== '' && !isAbsolute(named)) {
    throw new EngineUnavailable(`HEADSTART_TENSORFLOW must be an absolute path, not "${named}".`);
  }
  const folders = searchedLocations(environment, root)
    .flatMap(({ folder }) => (folder === null ? [] : join(folder, PACKAGE)))
    .filter((folder) => existsSync(folder));
  if (folders.length === 0) {
    throw new EngineUnavailable(
      named === ''
        ? 'tfjs-node is not installed with Headstart.'
        : `HEADSTART_TENSORFLOW names a folder without ${PACKAGE}: ${named}.`,
    );
  }
  // tfjs-node can be installed without its addon, for example with `npm install --ignore-scripts`.
  for (const folder of folders) {
    const addon = addonIn(folder);
    if (addon !== null) return { folder, addon, version: versionOf(folder) };
  }
  throw new EngineUnavailable(`tfjs-node is installed without its native addon: ${folders[0]}.`);
}

function versionOf(folder: string): string {
  return (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }).version;
}

/** The native addon in a folder of tfjs-node; null if it has none. */
export function addonIn(folder: string): string | null {
  const built = join(folder, 'lib');
  const files = (existsSync(built) ? readdirSync(built).sort() : []).map((version) =>
    join(built, version, 'tfjs_binding.node'),
  );
  return files.find((file) => existsSync(file)) ?? null;
}

/** The folder that contains `dist/`, or `build/` or `src/` when the program is not bundled. */
export function programRoot(file: string): string {
  const folder = dirname(file);
  return resolve(folder, folder.endsWith(join('engine', 'tensorflow')) ? '../../..' : '..');
}

function requireAddon(file: string): TensorflowAddon {
  try {
    // A computed path, which the bundler ignores.
    return createRequire(file)(file) as TensorflowAddon;
  } catch (error) {
    const [line = ''] = String(error instanceof Error ? error.message : error).split('\n');
    throw new EngineUnavailable(`The native addon of tfjs-node does not load: ${line}.`, error);
  }
}
