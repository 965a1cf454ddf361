import { join } from 'node:path';
import type { Sample, Unreadable } from '../dataset/dataset.js';
import { createPixelFile } from '../dataset/images/pixel-file.js';
import { nestedOrder } from '../dataset/split/subset.js';
import { inChunks, type OnImages } from './chunks.js';
import { featureFileIn } from '../scheduling/feature-file.js';
import type { DecodedImage } from '../scheduling/worker-messages.js';
import type { Pool } from '../scheduling/pool.js';
import type { Decoded, Listed } from './stages.js';

/** Where and how long to read. */
export interface ReadingLimits {
  /** Of the run, for the files of pixels and features. */
  folder: string;
  seconds: number;
  /** Seconds since the run began. */
  now: () => number;
  /** Rows that the run being repeated had no time for; they are skipped. */
  leaveOut?: ReadonlySet<number>;
}

/**
 * Decodes rows into the pixel file, stratified by class, as many as `seconds` allow. Files that cannot be used are
 * collected and cost nothing else.
 */
export async function decodeImages(
  listed: Listed,
  pool: Pool,
  { folder, seconds, now, leaveOut }: ReadingLimits,
  onImages: OnImages,
): Promise<Decoded> {
  const { samples, dataset } = listed;
  const pixelFile = join(folder, 'pixels.u8');
  const featureFile = featureFileIn(folder);
  createPixelFile(pixelFile, samples.length, dataset.image.size);
  pool.prepare({
    kind: 'images',
    root: dataset.root,
    paths: samples.map(({ path }) => path),
    ...dataset.image,
    pixelFile,
    featureFile,
  });
  const order = nestedOrder({
    rows: Int32Array.from(samples.keys()),
    labels: Int32Array.from(samples, ({ label }) => label),
    classes: dataset.classes.length,
    keys: samples.map(({ path }) => path),
    seed: 0,
  });
  const end = now() + seconds;
  const hashes = samples.map(() => '');
  const pixelHashes = [...hashes];
  const unreadable: Unreadable[] = [];
  let read = 0;
  const wanted = Array.from(order).filter((row) => leaveOut?.has(row) !== true);
  await inChunks(wanted, pool.size, onImages, async (rows) => {
    const left = end - now();
    if (left <= 0) return;
    for (const decoded of await decodeOrLose(pool, rows, samples, left)) {
      read++;
      if ('sha256' in decoded) {
        hashes[decoded.row] = decoded.sha256;
        pixelHashes[decoded.row] = decoded.pixels;
      } else unreadable.push(decoded.unreadable);
    }
  });
  unreadable.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { ...listed, hashes, pixelHashes, unreadable, unread: samples.length - read };
}

/** Rows that there was no time to read. */
export function unreadRows({ samples, hashes, unreadable }: Decoded): number[] {
  const failed = new Set(unreadable.map(({ path }) => path));
  return samples.flatMap(({ path }, row) => (hashes[row] === '' && !failed.has(path) ? [row] : []));
}

/** A chunk that crashes its worker is decoded again one by one, so that only the bad file is lost. */
async function decodeOrLose(
  pool: Pool,
  rows: number[],
  samples: readonly Sample[],
  seconds: number,
): Promise<DecodedImage[]> {
  try {
    return await pool.run('decode', { rows, seconds }, { retry: false });
  } catch (error) {
    if (pool.closed() || isDiskFull(error)) throw error;
    if (rows.length > 1) {
      const single = await Promise.all(rows.map((row) => decodeOrLose(pool, [row], samples, seconds)));
      return single.flat();
    }
    const reason = `Reading it ended the worker: ${error instanceof Error ? error.message : String(error)}`;
    const unreadable: Unreadable = { path: samples[rows[0]].path, kind: 'corrupt', reason };
    return [{ row: rows[0], unreadable }];
  }
}

export const DISK_FULL =
  'The disk of the temporary files is full. Free some of it, or name another folder in the environment variable TMPDIR.';

/** No space left, or the user's quota is reached; the image is fine. */
export function isDiskFull(error: unknown): boolean {
  return error instanceof Error && /\b(?:ENOSPC|EDQUOT)\b/.test(error.message);
}
