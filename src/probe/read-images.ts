import type { OnImages } from './chunks.js';
import { decodeImages, type ReadingLimits } from './decode-images.js';
import { splitImages } from './split-images.js';
import type { Listed, Split } from './stages.js';
import type { Pool } from '../scheduling/pool.js';

export interface Reading extends ReadingLimits {
  pool: Pool;
  /** Seconds of the budget that sets how many images are used. */
  sampledFor: number;
  seed: number;
  onImages: OnImages;
}

/** Reads the images, splits them and checks them: what every command begins with. */
export async function readImages(listed: Listed, reading: Reading): Promise<Split> {
  const decoded = await decodeImages(listed, reading.pool, reading, reading.onImages);
  return splitImages(decoded, reading.sampledFor, reading.seed);
}
