import { createHash } from 'node:crypto';
import { packIntegers } from '../cache/kept.js';
import type { Split } from '../stages.js';
import { trialGroups } from '../trial-data.js';

/**
 * Digest of everything about the images that a trial or a report depends on: pixels, labels, groups, splits, and what
 * the manifest says about them.
 */
export function imagesDigest(split: Split): string {
  const { dataset, samples, metric, hashes, pixelHashes, horizon, sizes } = split;
  const { image, classes, plan, name } = dataset;
  const labels = samples.map(({ label }) => label);
  const rows = [split.train, split.test].map(packIntegers);
  const all = [name, image, classes, plan, metric, horizon, sizes, rows, labels];
  return createHash('sha256')
    .update(JSON.stringify([...all, hashes, pixelHashes, trialGroups(split)]))
    .digest('hex');
}
