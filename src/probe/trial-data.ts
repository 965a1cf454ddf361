import { nestedOrder } from '../dataset/split/subset.js';
import type { Pool } from '../scheduling/pool.js';
import type { Decoded, Split } from './stages.js';
import { createHash } from 'node:crypto';
import { packIntegers } from './cache/trial-record.js';

/** Number of nested orders of the training rows, one per seed. */
export const REPLICATES = 3;

/** Sends the splits to the workers, which can run trials from now on. */
export function sendTrialData(split: Split, pool: Pool, seed: number): void {
  pool.prepare({
    kind: 'trials',
    classes: split.dataset.classes.length,
    metric: split.metric,
    labels: Int32Array.from(split.samples, ({ label }) => label),
    groups: trialGroups(split),
    orders: nestedOrders(split, seed),
    test: split.test,
  });
}

/** Orders of the training rows, one per seed. Every prefix is stratified. */
export function nestedOrders({ samples, dataset, train, hashes }: Split, seed: number): Int32Array[] {
  const labels = Int32Array.from(samples, ({ label }) => label);
  const classes = dataset.classes.length;
  return Array.from({ length: REPLICATES }, (_, replicate) =>
    nestedOrder({ rows: train, labels, classes, keys: hashes, seed: seed * 31 + replicate }),
  );
}

/** The user's groups. Exact duplicates form a group too. */
export function trialGroups({ samples, hashes }: Decoded): (string | null)[] {
  const seen = new Map<string, number>();
  for (const hash of hashes) seen.set(hash, (seen.get(hash) ?? 0) + 1);
  return samples.map(
    ({ group }, row) => group ?? (seen.get(hashes[row])! > 1 ? `sha256:${hashes[row]}` : null),
  );
}

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
