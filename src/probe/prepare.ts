import { join } from 'node:path';
import { pretrainedOf, type Backbone } from '../backbone/contract.js';
import type { SourceFeatures } from '../backbone/source-features.js';
import type { Dataset, Metric, Sample, Unreadable } from '../data/dataset.js';
import { createPixelFile } from '../data/pixels.js';
import { dealSplit } from '../data/split.js';
import { nestedOrder, stratifiedSample, subsetSizes } from '../data/subset.js';
import { joinedWidth } from '../engine/network.js';
import { novelty } from '../strategy/novelty.js';
import { createFeatureFile, openFeatureFile } from './feature-file.js';
import type { Decoded } from './messages.js';
import type { Pool } from './pool.js';
import type { ProbeState } from './state.js';

/** Told after each chunk of images. */
export type OnImages = (done: number, total: number) => void;

/** Embeddings of earlier runs. */
export interface EmbeddedBefore {
  /** Puts in place what there is; gives the rows that there is none for. */
  restore(rows: readonly number[]): readonly number[];
  keep(rows: readonly number[]): void;
}

const CHUNK = 64;
/** Nested orders of the training rows: one a replicate. */
export const REPLICATES = 3;

/** Of each class, so that both sides of the split have images of it; many classes cost more than a short budget plans. */
const LEAST_PER_CLASS = 8;
const LEAST_TEST_PER_CLASS = 2;

/** As many images as decoding and embedding may take without eating the budget. */
export function sampleLimit(budgetSeconds: number, classes: number): number {
  const affordable = Math.max(2000, Math.min(20_000, Math.round(budgetSeconds * 40)));
  return Math.max(affordable, LEAST_PER_CLASS * classes);
}

/** Test images that every trial predicts: fewer when the budget is short, but enough for every class to be tested. */
export function testLimit(budgetSeconds: number, classes: number): number {
  const affordable = Math.max(300, Math.min(2000, Math.round(budgetSeconds * 8)));
  return Math.max(affordable, LEAST_TEST_PER_CLASS * classes);
}

/** The state before anything was read but the catalog. */
export function initialState(
  dataset: Dataset,
  backbone: Backbone,
  budgetSeconds: number,
  seed: number,
): ProbeState {
  const chosen = stratifiedSample({
    labels: Int32Array.from(dataset.samples, (sample) => sample.label),
    paths: dataset.samples.map((sample) => sample.path),
    limit: sampleLimit(budgetSeconds, dataset.classes.length),
    seed,
  });
  const samples = Array.from(chosen, (index) => dataset.samples[index]);
  return {
    dataset,
    backbone,
    backboneFrom: null,
    ranking: null,
    record: { sets: [] },
    samples,
    metric: dataset.metric ?? defaultMetric(dataset),
    unreadable: [],
    unread: 0,
    hashes: samples.map(() => ''),
    pixelHashes: samples.map(() => ''),
    train: new Int32Array(),
    test: new Int32Array(),
    splitMethod: '',
    findings: [],
    horizon: 1,
    sizes: [],
    flip: null,
    source: null,
    novelty: null,
    throughput: null,
    controls: null,
    ends: [],
    carried: null,
    incidents: [],
    seconds: {},
  };
}

/** Balanced accuracy when the largest class is over three times the smallest. */
function defaultMetric({ samples, classes }: Dataset): Metric {
  const counts = new Float64Array(classes.length);
  for (const { label } of samples) counts[label]++;
  return Math.max(...counts) > 3 * Math.min(...counts) ? 'balanced-accuracy' : 'accuracy';
}

/** How far reading goes. */
export interface ReadingLimits {
  /** Of the run: gets the files of pixels and features. */
  folder: string;
  seconds: number;
  /** Seconds since the run began. */
  now: () => number;
  /** Rows that an earlier run had no time for, and that are not read again. */
  leaveOut?: ReadonlySet<number>;
}

/**
 * Decodes rows into the pixel file, every class by its share, as many as `seconds` allow; files that cannot be used are
 * collected, and cost nothing else.
 */
export async function decodeImages(
  state: ProbeState,
  pool: Pool,
  { folder, seconds, now, leaveOut }: ReadingLimits,
  onImages: OnImages,
): Promise<void> {
  const { samples, dataset } = state;
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
  let read = 0;
  const wanted = Array.from(order).filter((row) => leaveOut?.has(row) !== true);
  await inChunks(wanted, pool.size, onImages, async (rows) => {
    const left = end - now();
    if (left <= 0) return;
    for (const decoded of await decodeOrLose(pool, rows, samples, left)) {
      read++;
      if ('sha256' in decoded) {
        state.hashes[decoded.row] = decoded.sha256;
        state.pixelHashes[decoded.row] = decoded.pixels;
      } else state.unreadable.push(decoded.unreadable);
    }
  });
  state.unread = samples.length - read;
  state.unreadable.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Rows that there was no time to read. */
export function unreadRows({ samples, hashes, unreadable }: ProbeState): number[] {
  const failed = new Set(unreadable.map(({ path }) => path));
  return samples.flatMap(({ path }, row) => (hashes[row] === '' && !failed.has(path) ? [row] : []));
}

/** Where embeddings of a run are. */
export function featureFileIn(folder: string): string {
  return join(folder, 'features.f32');
}

/** A chunk that takes its worker down is decoded again one by one, so that only the file at fault is lost. */
async function decodeOrLose(
  pool: Pool,
  rows: number[],
  samples: Sample[],
  seconds: number,
): Promise<Decoded[]> {
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

/** No space left, or the user's quota reached: no fault of the image. */
export function isDiskFull(error: unknown): boolean {
  return error instanceof Error && /\b(?:ENOSPC|EDQUOT)\b/.test(error.message);
}

/** Deals or keeps the splits among the rows that can be used, and locks the test set. */
export function splitImages(state: ProbeState, budgetSeconds: number, seed: number): void {
  const { samples, hashes, dataset } = state;
  const usable = samples.flatMap((_, row) => (hashes[row] === '' ? [] : [row]));
  const labels = Int32Array.from(usable, (row) => samples[row].label);
  const split = dealSplit({
    labels,
    classes: dataset.classes.length,
    groups: usable.map((row) => samples[row].group),
    splits: usable.map((row) => samples[row].split),
    hashes: usable.map((row) => hashes[row]),
    seed,
  });
  const classes = dataset.classes.length;
  const limit = testLimit(budgetSeconds, classes);
  const testOrder = nestedOrder({
    rows: split.test,
    labels,
    classes,
    keys: usable.map((row) => hashes[row]),
    seed: 0,
  });
  state.train = split.train.map((index) => usable[index]);
  state.test = testOrder.slice(0, limit).map((index) => usable[index]);
  state.splitMethod =
    split.test.length > limit
      ? `${split.method}; of ${split.test.length} test images ${limit} are used, stratified`
      : split.method;
  state.horizon =
    dataset.plan.examples ??
    Math.round((state.train.length * dataset.samples.length) / (samples.length - state.unread));
  state.sizes = Array.from(subsetSizes(state.train.length, classes)).sort((a, b) => a - b);
}

/** Hands the splits to the workers: trials can be asked for from now on. */
export function openTrials(state: ProbeState, pool: Pool, seed: number): void {
  pool.prepare({
    kind: 'trials',
    classes: state.dataset.classes.length,
    metric: state.metric,
    labels: Int32Array.from(state.samples, ({ label }) => label),
    groups: trialGroups(state),
    orders: nestedOrders(state, seed),
    test: state.test,
  });
}

/** Of the training rows, one a replicate. */
export function nestedOrders({ samples, dataset, train, hashes }: ProbeState, seed: number): Int32Array[] {
  const labels = Int32Array.from(samples, ({ label }) => label);
  const classes = dataset.classes.length;
  return Array.from({ length: REPLICATES }, (_, replicate) =>
    nestedOrder({ rows: train, labels, classes, keys: hashes, seed: seed * 31 + replicate }),
  );
}

/** The user's groups; exact duplicates are a group as well. */
export function trialGroups({ samples, hashes }: ProbeState): (string | null)[] {
  const seen = new Map<string, number>();
  for (const hash of hashes) seen.set(hash, (seen.get(hash) ?? 0) + 1);
  return samples.map(
    ({ group }, row) => group ?? (seen.get(hashes[row])! > 1 ? `sha256:${hashes[row]}` : null),
  );
}

/** Embeds training and test rows once, those that the cache does not have; all `frozen` trials read them. */
export async function embedImages(
  { train, test, samples, dataset, backbone }: ProbeState,
  pool: Pool,
  folder: string,
  cache: EmbeddedBefore | null,
  onImages: OnImages,
): Promise<void> {
  const width = joinedWidth(backbone.network(dataset.image.size, 2));
  createFeatureFile(featureFileIn(folder), samples.length, width);
  pool.prepare({ kind: 'backbone', pretrained: pretrainedOf(backbone) });
  const rows = [...train, ...test];
  const missing = cache === null ? rows : cache.restore(rows);
  await inChunks(missing, pool.size, onImages, async (chunk) => {
    await pool.run('embed', { rows: chunk });
  });
  if (missing.length > 0) cache?.keep(rows);
}

/** Training images that the novelty is measured on. */
const NOVELTY_ROWS = 600;

/** How far the embedded images lie from those of the backbone's source, where that one has been measured. */
export function measureNovelty(
  state: ProbeState,
  folder: string,
  source: SourceFeatures | null,
  seed: number,
): void {
  if (source === null) return;
  const features = openFeatureFile(featureFileIn(folder), source.mean.length);
  state.novelty = novelty(features.read(nestedOrders(state, seed)[0].slice(0, NOVELTY_ROWS)), source);
  features.close();
}

/** Works the rows off in chunks, two for each worker at a time, so that none of them waits. */
async function inChunks(
  rows: readonly number[],
  workers: number,
  onImages: OnImages,
  work: (chunk: number[]) => Promise<void>,
): Promise<void> {
  let next = 0;
  let done = 0;
  const lane = async (): Promise<void> => {
    while (next < rows.length) {
      const chunk = rows.slice(next, next + CHUNK);
      next += chunk.length;
      await work(chunk);
      done += chunk.length;
      onImages(done, rows.length);
    }
  };
  await Promise.all(Array.from({ length: 2 * workers }, lane));
}
