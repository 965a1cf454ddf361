/** The files of a model on disk, whatever its format: limited in size and complete, but not yet parsed. */
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { errorCode, InputError } from '../../problem.js';
import { modelError } from '../errors.js';
import { parseModel } from '../tfjs/parse.js';
import { listShards, type ShardGroup } from '../tfjs/weights.js';

/** A file format of models. One file, in JSON, describes the model and names or implies the files of its weights. */
export interface ModelFormat {
  kind: 'tfjs' | 'safetensors';
  /** Name of the JSON file. */
  json: string;
  /** Name of the only weight file; null: the JSON file lists them. */
  weights: string | null;
  /**
   * @param maxBytes Of all weights together.
   * @throws InputError when the JSON file is invalid or lists too many weights.
   */
  shards: (json: string, jsonFile: string, maxBytes: number) => ShardGroup[];
}

/** A TF.js layers model. */
export function tfjsFormat(json = 'model.json'): ModelFormat {
  return {
    kind: 'tfjs',
    json,
    weights: null,
    shards: (text, file, maxBytes) => listShards(parseModel(text, file), file, maxBytes),
  };
}

/** PyTorch weights in a safetensors file, beside a config.json that names their architecture. */
export function safetensorsFormat(file = 'model.safetensors'): ModelFormat {
  return {
    kind: 'safetensors',
    json: 'config.json',
    weights: file,
    shards: () => [{ paths: [file], bytes: null }],
  };
}

/** How much of a model is read, and how patiently it is downloaded. */
export interface Limits {
  /** Of the JSON file. */
  jsonBytes: number;
  /** Of all weight files together. */
  weightBytes: number;
  /** Milliseconds without a byte after which a connection is closed. */
  silence: number;
  /** Milliseconds before the first retry, doubled for each further one. */
  pause: number;
  /** Per file. */
  retries: number;
  /** Per file. */
  redirects: number;
}

export const LIMITS: Limits = {
  jsonBytes: 16 * 2 ** 20,
  weightBytes: 512 * 2 ** 20,
  silence: 30_000,
  pause: 1000,
  retries: 3,
  redirects: 5,
};

export interface ModelFiles {
  /** Short: the name in the catalog, the folder's name, or `owner/model`. */
  name: string;
  format: ModelFormat['kind'];
  /** Content of the JSON file, which no hash covers. */
  json: string;
  /** Path or address of the JSON file, for messages. */
  jsonFile: string;
  /** Weight files by their path relative to the JSON file, in its order. */
  shards: Map<string, Uint8Array>;
  /** Of the weight files concatenated in that order, in lower case. */
  sha256: string;
  /** Path, address without query, or `hf://owner/model@commit`. */
  origin: string;
  /** Whether the weights match a hash that the catalog or the user gave. */
  pinned: boolean;
}

/** A weight file as it is read: at most `maxBytes`. */
type ReadFile = (path: string, maxBytes: number) => Uint8Array;

/** @throws InputError when the files of a group are smaller than its weights. */
export function readShards(
  groups: readonly ShardGroup[],
  jsonFile: string,
  maxBytes: number,
  readFile: ReadFile,
): Map<string, Uint8Array> {
  const shards = new Map<string, Uint8Array>();
  for (const { paths, bytes } of groups) {
    let remaining = bytes ?? maxBytes;
    for (const path of paths) {
      const shard = readFile(path, remaining);
      remaining -= shard.length;
      shards.set(path, shard);
    }
    if (bytes !== null) checkComplete(paths, remaining, jsonFile);
  }
  return shards;
}

/**
 * @param missing Bytes of a group that its files do not contain.
 * @throws InputError unless it is 0.
 */
export function checkComplete(paths: readonly string[], missing: number, jsonFile: string): void {
  if (missing === 0) return;
  const files = paths.length === 1 ? `${paths[0]} is` : `${paths[0]} to ${paths.at(-1)!} are`;
  throw modelError(
    jsonFile,
    `lists weights whose file is truncated: ${files} ${missing} bytes too short.`,
    'Get the weight files from their source again.',
  );
}

/** @throws InputError when the file is not a regular file, not readable or larger than `maxBytes`. */
export function readFileWithin(maxBytes: number, path: string, file: string): Buffer {
  try {
    const stat = statSync(path);
    if (!stat.isFile()) throw modelError(file, 'is not a regular file.');
    if (stat.size > maxBytes) throw modelError(file, `is larger than the limit of ${maxBytes} bytes.`);
    return readFileSync(path);
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw modelError(file, `cannot be read (${errorCode(error) ?? 'unknown reason'}).`);
  }
}

/**
 * Adds the SHA-256 of the weights.
 * @param expected null: any weights are accepted.
 * @param note Appended to the remedy.
 * @throws InputError when the weights have another hash than expected.
 */
export function checkHash(
  model: Omit<ModelFiles, 'sha256' | 'pinned'>,
  expected: string | null,
  note: string,
): ModelFiles {
  const hash = createHash('sha256');
  for (const bytes of model.shards.values()) hash.update(bytes);
  const sha256 = hash.digest('hex');
  if (expected !== null && sha256 !== expected) {
    throw modelError(
      model.jsonFile,
      `has unexpected weights: their SHA-256 is ${sha256}, expected ${expected}.`,
      `Check where they come from. If they are the right ones, set backbone-sha256 to their hash.${note}`,
    );
  }
  return { ...model, sha256, pinned: expected !== null };
}
