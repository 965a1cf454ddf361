import type { Measurement } from '../../verdict/types.js';
import { beatsChance, type Held, type TrialResult, type TrialSpec } from '../../strategy/trial.js';
import type { Throughput } from '../../scheduling/calibrate.js';
import type { Tasks } from '../../scheduling/worker-messages.js';
import type { Metric } from '../../dataset/dataset.js';
import { bitset, score } from '../../strategy/score.js';
import type { TrialOutcome } from '../../scheduling/schedule.js';

/** `trials.json` of the cache: the finished trials of earlier runs of one dataset. */
export interface CachedProbe {
  schema: 'headstart/kept/v2';
  /** Digest of everything that results depend on, except the images: program, engine, backbone, classes, seed. */
  conditions: string;
  /**
   * Seconds of a budget that the trials stand for.
   * @minimum 0
   */
  spentSeconds: number;
  /** The rule by which a run was sure and ended early; null: none did. */
  settled: string | null;
  /** Speed measured on the named machine; null: not measured. */
  throughput: (Throughput & { machine: string }) | null;
  /** The latest first. */
  runs: KeptRun[];
}

/** The trials of one run, and the images that they saw. */
export interface KeptRun {
  /** When the trials ran, ISO 8601. */
  at: string;
  /**
   * Seconds of the budget that its test images were sampled for; absent: not known.
   * @minimum 0
   */
  sampledFor?: number;
  /** Base64 of 16 bytes per image: the first half of the SHA-256 of its pixels. */
  images: string;
  /** Class of each image, base64 of int32. */
  labels: string;
  /** Nested orders of the training images, one per seed; base64 of int32 indices into `images`. */
  orders: string[];
  /** Test images in the order of the predictions; base64 of int32 indices into `images`. */
  test: string;
  flip: Tasks['flip']['output'] | null;
  source: Tasks['source']['output'] | null;
  trials: KeptTrial[];
}

export interface KeptTrial {
  spec: TrialSpec;
  /** Seconds of one worker. */
  seconds: number;
  measurement: Measurement;
  /** Class of each test image, base64 of int32. */
  predicted: string;
  rate: number | null;
  penalty: number | null;
  held: Held | null;
  imagePasses: number;
}

const IMAGE_BYTES = 16;

/** Hashes of pixels, hexadecimal, as `KeptRun.images` has them. */
export function packHashes(hashes: readonly string[]): string {
  return Buffer.concat(hashes.map((hash) => Buffer.from(hash.slice(0, 2 * IMAGE_BYTES), 'hex'))).toString(
    'base64',
  );
}

/** The first 32 hexadecimal digits of each hash. */
export function unpackHashes(packed: string): string[] {
  const digits = Buffer.from(packed, 'base64').toString('hex');
  return Array.from({ length: digits.length / (2 * IMAGE_BYTES) }, (_, i) =>
    digits.slice(2 * IMAGE_BYTES * i, 2 * IMAGE_BYTES * (i + 1)),
  );
}

/** A hash as `unpackHashes` gives it. */
export function shortHash(hash: string): string {
  return hash.slice(0, 2 * IMAGE_BYTES);
}

export function packIntegers(values: Int32Array): string {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, i) => bytes.writeInt32LE(value, 4 * i));
  return bytes.toString('base64');
}

export function unpackIntegers(packed: string): Int32Array {
  const bytes = Buffer.from(packed, 'base64');
  return Int32Array.from({ length: Math.floor(bytes.length / 4) }, (_, i) => bytes.readInt32LE(4 * i));
}

/** null: the trial failed. */
export function keptTrial(end: TrialOutcome): KeptTrial | null {
  if (!('result' in end)) return null;
  const { measurement, predicted, rate, penalty, held, imagePasses } = end.result;
  return {
    spec: end.spec,
    seconds: end.seconds,
    measurement,
    predicted: packIntegers(predicted),
    rate,
    penalty,
    held,
    imagePasses,
  };
}

/** Labels of the test images, in the order of the predictions. */
export interface TestLabels {
  labels: Int32Array;
  classes: number;
  metric: Metric;
}

/** The result of a recorded trial, scored again on these test images. */
export function resultOf(
  { measurement, rate, penalty, held, imagePasses }: KeptTrial,
  { trainExamples }: TrialSpec,
  predicted: Int32Array,
  { labels, classes, metric }: TestLabels,
): TrialResult {
  const { accuracy, macroF1, correct } = score(predicted, labels, classes, metric);
  return {
    measurement: {
      ...measurement,
      trainExamples,
      testExamples: labels.length,
      accuracy,
      macroF1,
      learning: beatsChance(accuracy, labels, classes, metric),
      correct: bitset(correct),
    },
    predicted,
    rate,
    penalty,
    held,
    imagePasses,
  };
}
