import { createHash } from 'node:crypto';
import type { ModelJson, Quantization, WeightGroup } from './model.js';
import { beside, quote, refuse } from './refuse.js';
import { bytesOf, countOf, tensorOf, type Tensor } from './tensor.js';

const MOST_BYTES = 512 * 2 ** 20;
const MOST_WEIGHTS = 8192;

/** The weights of a model, and what tells them from any others. */
export interface ModelWeights {
  tensors: ReadonlyMap<string, Tensor>;
  /** Of all shards joined in the order of the manifest, hexadecimal. */
  sha256: string;
}

/** What a model's weights are shipped in. */
export interface ShardList {
  /** Relative to `model.json`, in the order of the manifest. */
  paths: string[];
  /** Of all of them together: at most 512 MiB. */
  bytes: number;
}

/**
 * The files that hold the weights; none leads out of the folder of `model.json`.
 * @throws InputError when there are too many weights, they are too large or cannot be unpacked, or a path is listed twice or leads elsewhere.
 */
export function listShards({ weightsManifest }: ModelJson, jsonFile: string): ShardList {
  const entries = weightsManifest.flatMap(({ weights }) => weights);
  // What quantised weights unpack to counts as well.
  const largest = entries.reduce((sum, entry) => sum + Math.max(bytesOf(entry), 4 * countOf(entry)), 0);
  if (entries.length > MOST_WEIGHTS || !(largest <= MOST_BYTES)) {
    throw refuse(
      jsonFile,
      `lists more than ${MOST_WEIGHTS} weights, or more than ${MOST_BYTES / 2 ** 20} MiB of them.`,
      'Take a smaller model.',
    );
  }
  const unscaled = entries.find(({ quantization }) => quantization !== undefined && !isScaled(quantization));
  if (unscaled !== undefined) {
    throw refuse(
      jsonFile,
      `lists ${quote(unscaled.name)} as quantised, without the "scale" and the "min" to undo it.`,
      'Convert the model again.',
    );
  }
  const paths = weightsManifest.flatMap((group) => group.paths);
  const seen = new Set<string>();
  for (const path of paths) {
    if (!isBelow(path)) {
      throw refuse(
        jsonFile,
        `names the weight file ${quote(path)}, which is not a path below its folder.`,
        'Put the weight files beside it and name them by their relative paths.',
      );
    }
    if (seen.has(path)) {
      throw refuse(jsonFile, `lists the weight file ${quote(path)} twice.`, 'Convert the model again.');
    }
    seen.add(path);
  }
  return { paths, bytes: entries.reduce((sum, entry) => sum + bytesOf(entry), 0) };
}

function isScaled({ dtype, scale, min }: Quantization): boolean {
  return dtype === 'float16' || (scale !== undefined && min !== undefined);
}

function isBelow(path: string): boolean {
  const clean = !/[\\:\p{Cc}]/u.test(path);
  return clean && path.split('/').every((part) => !['', '.', '..'].includes(part));
}

/**
 * The weights by name, over the bytes that `shard` gives for a path; undefined: there is no such file. Only views are
 * made of shards that stand alone in their group.
 * @throws InputError when a shard is missing, too short or too long, the shards are not those of `expected` (SHA-256),
 * or two weights have the same name.
 */
export function readWeights(
  model: ModelJson,
  jsonFile: string,
  shard: (path: string) => Uint8Array | undefined,
  expected?: string,
): ModelWeights {
  listShards(model, jsonFile);
  const hash = createHash('sha256');
  const tensors = new Map<string, Tensor>();
  for (const group of model.weightsManifest) {
    const bytes = joined(group, jsonFile, shard);
    hash.update(bytes);
    let offset = 0;
    for (const entry of group.weights) {
      if (tensors.has(entry.name)) {
        throw refuse(jsonFile, `lists the weights ${quote(entry.name)} twice.`, 'Convert the model again.');
      }
      const end = offset + bytesOf(entry);
      tensors.set(entry.name, tensorOf(entry, bytes.subarray(offset, end), filesOf(group, jsonFile)));
      offset = end;
    }
  }
  const sha256 = hash.digest('hex');
  if (expected !== undefined && expected.toLowerCase() !== sha256) {
    throw refuse(
      jsonFile,
      `The weight files beside it have the SHA-256 ${sha256}, not ${expected.toLowerCase()} as expected.`,
      'Download them anew, or expect the other SHA-256 if they were changed on purpose.',
    );
  }
  return { tensors, sha256 };
}

/** The bytes of a group: exactly as many as its weights take. */
function joined(
  group: WeightGroup,
  jsonFile: string,
  shard: (path: string) => Uint8Array | undefined,
): Uint8Array {
  const parts = group.paths.map((path) => {
    const bytes = shard(path);
    if (bytes === undefined) {
      throw refuse(
        beside(jsonFile, path),
        `is missing, and ${quote(jsonFile)} lists it.`,
        'Put the file there as the model’s converter or host has it.',
      );
    }
    return bytes;
  });
  const asked = group.weights.reduce((sum, entry) => sum + bytesOf(entry), 0);
  const held = parts.reduce((sum, part) => sum + part.length, 0);
  if (held !== asked) {
    const together = parts.length > 1 ? ' together' : '';
    throw refuse(
      filesOf(group, jsonFile),
      `${held < asked ? 'is cut short' : 'is too long'}: ${held} bytes${together}, where model.json asks for ${asked}.`,
      'Download the model anew: all files must come from the same conversion.',
    );
  }
  return parts.length === 1 ? parts[0] : Buffer.concat(parts);
}

/** The group's only file, or its first and last. */
function filesOf({ paths }: WeightGroup, jsonFile: string): string {
  const first = beside(jsonFile, paths[0]);
  return paths.length === 1 ? first : `${first} … ${paths[paths.length - 1]}`;
}
