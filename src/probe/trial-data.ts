import { nestedOrder } from '../dataset/split/subset.js';
import type { Pool } from '../scheduling/pool.js';
import type { Decoded, Split } from './stages.js';

/** Nested orders of the training rows: one a replicate. */
export const REPLICATES = 3;

/** Hands the splits to the workers: trials can be asked for from now on. */
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

/** Of the training rows, one a replicate. */
export function nestedOrders({ samples, dataset, train, hashes }: Split, seed: number): Int32Array[] {
  const labels = Int32Array.from(samples, ({ label }) => label);
  const classes = dataset.classes.length;
  return Array.from({ length: REPLICATES }, (_, replicate) =>
    nestedOrder({ rows: train, labels, classes, keys: hashes, seed: seed * 31 + replicate }),
  );
}

/** The user's groups; exact duplicates are a group as well. */
export function trialGroups({ samples, hashes }: Decoded): (string | null)[] {
  const seen = new Map<string, number>();
  for (const hash of hashes) seen.set(hash, (seen.get(hash) ?? 0) + 1);
  return samples.map(
    ({ group }, row) => group ?? (seen.get(hashes[row])! > 1 ? `sha256:${hashes[row]}` : null),
  );
}
