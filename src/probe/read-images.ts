import type { OnImages } from './chunks.js';
import { decodeImages, type ReadingLimits } from './decode-images.js';
import type { Decoded, Listed, Split } from './stages.js';
import type { Pool } from '../scheduling/pool.js';
import type { Dataset, Metric } from '../dataset/dataset.js';
import { nestedOrder, stratifiedSample, subsetSizes } from '../dataset/split/subset.js';
import { splitRows } from '../dataset/split/split.js';
import { runChecks } from '../checks/run-checks.js';

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

/** Images of each class at least, even if many classes cost more than a short budget allows: both parts need some. */
const MIN_PER_CLASS = 8;

/** Images that can be decoded and embedded without using up the budget. */
export function sampleLimit(budgetSeconds: number, classes: number): number {
  const affordable = Math.max(2000, Math.min(20_000, Math.round(budgetSeconds * 40)));
  return Math.max(affordable, MIN_PER_CLASS * classes);
}

/** The images that the probe is to read: all, or a stratified part where there are more than the budget allows. */
export function listImages(dataset: Dataset, budgetSeconds: number, seed: number): Listed {
  const chosen = stratifiedSample({
    labels: Int32Array.from(dataset.samples, (sample) => sample.label),
    paths: dataset.samples.map((sample) => sample.path),
    limit: sampleLimit(budgetSeconds, dataset.classes.length),
    seed,
  });
  return {
    dataset,
    samples: Array.from(chosen, (index) => dataset.samples[index]),
    metric: dataset.metric ?? defaultMetric(dataset),
  };
}

/** Balanced accuracy when the largest class is over three times the smallest. */
function defaultMetric({ samples, classes }: Dataset): Metric {
  const counts = new Float64Array(classes.length);
  for (const { label } of samples) counts[label]++;
  return Math.max(...counts) > 3 * Math.min(...counts) ? 'balanced-accuracy' : 'accuracy';
}

const MIN_TEST_PER_CLASS = 2;

/** Test images for every trial: fewer with a short budget, but enough to test every class. */
export function testLimit(budgetSeconds: number, classes: number): number {
  const affordable = Math.max(300, Math.min(2000, Math.round(budgetSeconds * 8)));
  return Math.max(affordable, MIN_TEST_PER_CLASS * classes);
}

/**
 * Splits the usable rows as the dataset says, or by Headstart's own rule, locks the test set, and checks the result.
 * @param budgetSeconds sets how many test images are used.
 */
export function splitImages(decoded: Decoded, budgetSeconds: number, seed: number): Split {
  const { samples, hashes, dataset } = decoded;
  const usable = samples.flatMap((_, row) => (hashes[row] === '' ? [] : [row]));
  const labels = Int32Array.from(usable, (row) => samples[row].label);
  const classes = dataset.classes.length;
  const parts = splitRows({
    labels,
    classes,
    groups: usable.map((row) => samples[row].group),
    splits: usable.map((row) => samples[row].split),
    hashes: usable.map((row) => hashes[row]),
    seed,
  });
  const limit = testLimit(budgetSeconds, classes);
  const testOrder = nestedOrder({
    rows: parts.test,
    labels,
    classes,
    keys: usable.map((row) => hashes[row]),
    seed: 0,
  });
  const split = {
    ...decoded,
    train: parts.train.map((index) => usable[index]),
    test: testOrder.slice(0, limit).map((index) => usable[index]),
    splitMethod:
      parts.test.length > limit
        ? `${parts.method}; of ${parts.test.length} test images ${limit} are used, stratified`
        : parts.method,
    horizon:
      dataset.plan.examples ??
      Math.round((parts.train.length * dataset.samples.length) / (samples.length - decoded.unread)),
    sizes: Array.from(subsetSizes(parts.train.length, classes)).sort((a, b) => a - b),
  };
  return { ...split, findings: runChecks(split) };
}
