/** The weights of a TensorFlow.js layers model: the files that hold them, their values, and how layers find them. */
import { modelError, quoteName, siblingPath } from '../errors.js';
import { float16ToFloat32, type Tensor, type WeightLookup } from '../tensor.js';
import type { ModelJson, Quantization, WeightEntry, WeightGroup } from './model-json.js';

const MAX_WEIGHTS = 8192;
const MAX_FILES = 4096;
const MAX_PATH_LENGTH = 200;
const ITEM_BYTES = { float32: 4, int32: 4, float16: 2, uint16: 2, uint8: 1 } as const;
const CONVERT_AGAIN = 'Convert the model again.';

/** Files that contain some weights one after the other. */
export interface ShardGroup {
  /** Relative to the JSON file and inside its folder. */
  paths: string[];
  /** Total size; null: the files themselves determine it. */
  bytes: number | null;
}

/**
 * The files of the weights.
 * @throws InputError when there are too many weights, they are larger than `maxBytes` or cannot be dequantized, or a
 *   path is listed twice or leads out of the folder of `model.json`.
 */
export function listShards(
  { weightsManifest }: ModelJson,
  jsonFile: string,
  maxBytes: number,
): { paths: string[]; bytes: number }[] {
  const entries = weightsManifest.flatMap(({ weights }) => weights);
  // Quantized weights take more bytes once they are dequantized.
  const total = entries.reduce((sum, entry) => sum + Math.max(bytesOf(entry), 4 * countOf(entry)), 0);
  if (entries.length > MAX_WEIGHTS || !(total <= maxBytes)) {
    throw modelError(
      jsonFile,
      `lists more than ${MAX_WEIGHTS} weights, or more than ${Math.floor(maxBytes / 2 ** 20)} MiB of them.`,
      'Use a smaller model.',
    );
  }
  const unscaled = entries.find(({ quantization }) => quantization !== undefined && !isScaled(quantization));
  if (unscaled !== undefined) {
    throw modelError(
      jsonFile,
      `lists ${quoteName(unscaled.name)} as quantized, but without "scale" and "min".`,
      CONVERT_AGAIN,
    );
  }
  checkPaths(
    weightsManifest.flatMap(({ paths }) => paths),
    jsonFile,
  );
  return weightsManifest.map(({ paths, weights }) => ({
    paths,
    bytes: weights.reduce((sum, entry) => sum + bytesOf(entry), 0),
  }));
}

function checkPaths(paths: readonly string[], jsonFile: string): void {
  if (paths.length > MAX_FILES) {
    throw modelError(jsonFile, `lists more than ${MAX_FILES} weight files.`, CONVERT_AGAIN);
  }
  for (const path of paths) {
    const problem = shardPathProblem(path);
    if (problem === null) continue;
    throw modelError(
      jsonFile,
      `lists the weight file ${quoteName(path)}, which ${problem}.`,
      'Put the weight files into the folder of model.json or below it, and list their relative paths.',
    );
  }
  const duplicate = paths.find((path, index) => paths.indexOf(path) !== index);
  if (duplicate !== undefined) {
    throw modelError(jsonFile, `lists the weight file ${quoteName(duplicate)} twice.`, CONVERT_AGAIN);
  }
}

/**
 * Why the path of a weight file is rejected; null: on every OS it leads to a file in the folder or below it. Percent
 * signs are rejected because `%2e%2e` means `..` in an address but not in a path.
 */
export function shardPathProblem(path: string): string | null {
  if (path === '' || path.length > MAX_PATH_LENGTH) return `is not 1 to ${MAX_PATH_LENGTH} characters long`;
  if (/\p{C}/u.test(path)) return 'contains control characters';
  if (/[\\:?#%]/.test(path)) return 'contains a backslash, a colon, or one of ?#%';
  const segments = path.split('/');
  if (segments.some((segment) => segment === '..')) return 'leads out of the model’s folder';
  if (segments.some((segment) => segment === '' || segment === '.')) return 'is absolute or has empty parts';
  // Windows drops spaces and dots at the end of a name, so "..." or ".. " would leave the folder there.
  if (segments.some((segment) => /^\s|[\s.]$/.test(segment)))
    return 'has a part that begins with a space, or ends in a space or a dot';
  return null;
}

function isScaled({ dtype, scale, min }: Quantization): boolean {
  return dtype === 'float16' || (scale !== undefined && min !== undefined);
}

/** May be Infinity. */
function countOf({ shape }: WeightEntry): number {
  return shape.reduce((product, side) => product * side, 1);
}

function bytesOf(entry: WeightEntry): number {
  return countOf(entry) * ITEM_BYTES[entry.quantization?.dtype ?? entry.dtype];
}

/**
 * The weights by name, as views of the shards where these are not split.
 * @param shards All that `listShards` lists, and of that size.
 * @throws InputError when two weights have the same name.
 */
export function readWeights(
  { weightsManifest }: ModelJson,
  jsonFile: string,
  shards: ReadonlyMap<string, Uint8Array>,
): Map<string, Tensor> {
  const tensors = new Map<string, Tensor>();
  for (const group of weightsManifest) {
    const files = group.paths.map((path) => shards.get(path)!);
    const bytes = files.length === 1 ? files[0] : Buffer.concat(files);
    let offset = 0;
    for (const entry of group.weights) {
      if (tensors.has(entry.name)) {
        throw modelError(jsonFile, `lists the weights ${quoteName(entry.name)} twice.`, CONVERT_AGAIN);
      }
      const end = offset + bytesOf(entry);
      tensors.set(entry.name, tensorOf(entry, bytes.subarray(offset, end), fileRange(group, jsonFile)));
      offset = end;
    }
  }
  return tensors;
}

/** The only file of a group, or the first and the last one, for messages. */
function fileRange({ paths }: WeightGroup, jsonFile: string): string {
  const first = siblingPath(jsonFile, paths[0]);
  return paths.length === 1 ? first : `${first} … ${paths[paths.length - 1]}`;
}

function tensorOf(entry: WeightEntry, bytes: Uint8Array, file: string): Tensor {
  const { name, shape } = entry;
  return {
    shape,
    values: () => {
      if (entry.dtype === 'int32') {
        throw modelError(
          file,
          `The weights ${quoteName(name)} are int32; convolutions need float32.`,
          'Convert the model again, with float32 or quantized weights.',
        );
      }
      const values = decode(entry, bytes);
      if (values.every(Number.isFinite)) return values;
      throw modelError(
        file,
        `The weights ${quoteName(name)} contain NaN or infinite values.`,
        'Download the file again. If that does not help, the model was saved after its training diverged.',
      );
    },
  };
}

/** Little-endian. */
function decode({ quantization }: WeightEntry, bytes: Uint8Array): Float32Array {
  // A copy, because typed arrays must start at a multiple of their item size.
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  if (quantization === undefined) return new Float32Array(buffer);
  const { dtype, scale = 1, min = 0 } = quantization;
  if (dtype === 'float16') return float16ToFloat32(new Uint16Array(buffer));
  const quanta = dtype === 'uint16' ? new Uint16Array(buffer) : new Uint8Array(buffer);
  return Float32Array.from(quanta, (q) => q * scale + min);
}

/**
 * Finds `<layer>/<part>` also behind a prefix: converters prepend the names of models and scopes, and TensorFlow
 * appends `:0`.
 */
export function tfjsLookup(tensors: ReadonlyMap<string, Tensor>, jsonFile: string): WeightLookup {
  const names = [...tensors.keys()].map((name) => ({ name, path: `/${name.replace(/:0$/, '')}` }));
  const matches = (layer: string, part: string): string[] => {
    const exact = `${layer}/${part}`;
    if (tensors.has(exact)) return [exact];
    return names.filter(({ path }) => path.endsWith(`/${exact}`)).map(({ name }) => name);
  };
  return {
    has: (layer, part) => matches(layer, part).length > 0,
    find: (layer, part, shape) => {
      const found = matches(layer, part);
      if (found.length !== 1) {
        const candidates = found.slice(0, 3).map(quoteName).join(', ');
        const wanted = quoteName(`${layer}/${part}`);
        throw modelError(
          jsonFile,
          found.length === 0
            ? `has no weights ${wanted}.`
            : `has several weights that match ${wanted}: ${candidates}.`,
          'Convert the model again, with all of its weights and a unique name for each layer.',
        );
      }
      const [name] = found;
      const tensor = tensors.get(name)!;
      if (
        tensor.shape.length !== shape.length ||
        shape.some((side, i) => (side ?? tensor.shape[i]) !== tensor.shape[i])
      ) {
        const expected = shape.map((side) => side ?? 'any').join(', ');
        throw modelError(
          jsonFile,
          `lists ${quoteName(name)} with the shape [${tensor.shape.join(', ')}], but its layer needs [${expected}].`,
          'Convert the model again: its layers and its weights do not match.',
        );
      }
      return { shape: [...tensor.shape], values: tensor.values() };
    },
  };
}
