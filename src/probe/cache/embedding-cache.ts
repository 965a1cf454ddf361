/**
 * Embeddings on disk, keyed by the pixels of an image, the backbone and the engine. The file has
 *
 *     header   a line of JSON
 *     hashes   16 bytes per image: the first half of the SHA-256 of its pixels
 *     rows     `width` float32 per image, in the machine's byte order
 *
 * and the images of one run, so it does not grow from run to run.
 */
import { closeSync, fstatSync, mkdirSync, openSync, readSync, renameSync, writeSync } from 'node:fs';
import { endianness } from 'node:os';
import { join } from 'node:path';
import type { FeatureFile } from '../../scheduling/feature-file.js';
import { packHashes, shortHash, unpackHashes } from './trial-record.js';

const FILE = 'embeddings.f32';
const HEADER_BYTES = 1024;
const HASH_BYTES = 16;
/** Rows that are written at once. */
const CHUNK = 256;

/** What embeddings depend on besides pixels. */
export interface EmbeddingConditions {
  /** Of `identityOf`. */
  backbone: string;
  /** Name and version of the engine. */
  engine: string;
  /** Side of the input in pixels. */
  size: number;
}

/** Copies cached embeddings into the feature file; returns the rows that have none. */
export function restoreEmbeddings(
  folder: string,
  conditions: EmbeddingConditions,
  rows: readonly number[],
  hashes: readonly string[],
  features: FeatureFile,
): number[] {
  const kept = openKept(folder, header(conditions, features.width));
  if (kept === null) return [...rows];
  try {
    const row = new Float32Array(features.width);
    return rows.filter((target) => {
      const position = kept.positions.get(shortHash(hashes[target]));
      if (position === undefined) return true;
      kept.read(position, row);
      features.write(target, row);
      return false;
    });
  } finally {
    kept.close();
  }
}

/** Replaces the cached embeddings by those of the rows. */
export function keepEmbeddings(
  folder: string,
  conditions: EmbeddingConditions,
  rows: readonly number[],
  hashes: readonly string[],
  features: FeatureFile,
): void {
  mkdirSync(folder, { recursive: true });
  const partial = join(folder, `.${FILE}.${process.pid}`);
  const file = openSync(partial, 'w');
  try {
    writeSync(file, header(conditions, features.width).padEnd(HEADER_BYTES - 1) + '\n');
    writeSync(file, Buffer.from(packHashes(rows.map((row) => hashes[row])), 'base64'));
    for (let start = 0; start < rows.length; start += CHUNK) {
      writeSync(file, features.read(rows.slice(start, start + CHUNK)));
    }
  } finally {
    closeSync(file);
  }
  renameSync(partial, join(folder, FILE));
}

function header(conditions: EmbeddingConditions, width: number): string {
  return JSON.stringify({ ...conditions, width, order: endianness() });
}

/** The file, if it was written under the same conditions and is complete. */
function openKept(folder: string, wanted: string) {
  let file: number;
  try {
    file = openSync(join(folder, FILE), 'r');
  } catch {
    return null;
  }
  const text = Buffer.alloc(HEADER_BYTES);
  readSync(file, text, 0, HEADER_BYTES, 0);
  const width = wanted === text.toString().trimEnd() ? (JSON.parse(wanted) as { width: number }).width : 0;
  const rowBytes = 4 * width;
  const count = (fstatSync(file).size - HEADER_BYTES) / (HASH_BYTES + rowBytes);
  if (width === 0 || !Number.isInteger(count)) {
    closeSync(file);
    return null;
  }
  const packed = Buffer.alloc(HASH_BYTES * count);
  readSync(file, packed, 0, packed.length, HEADER_BYTES);
  const positions = new Map(unpackHashes(packed.toString('base64')).map((hash, i) => [hash, i]));
  return {
    positions,
    read(position: number, into: Float32Array): void {
      const start = HEADER_BYTES + packed.length + position * rowBytes;
      readSync(file, new Uint8Array(into.buffer), 0, rowBytes, start);
    },
    close: () => closeSync(file),
  };
}
