import type { Measurement } from '../../verdict/types.js';
import type { Held, TrialSpec } from '../../strategy/trial.js';
import type { Throughput } from '../../scheduling/calibrate.js';
import type { ProbeState } from '../state.js';

/** What `trials.json` of the cache holds: the finished trials of earlier runs of one dataset. */
export interface KeptProbe {
  schema: 'headstart/kept/v2';
  /** Digest of everything but the images that a trial's result depends on: program, engine, backbone, classes, seed. */
  conditions: string;
  /**
   * Seconds of a run's budget that the kept trials stand for.
   * @minimum 0
   */
  spentSeconds: number;
  /** The rule by which the verdict was sure before the time was over, so that the run ended; null: it was not. */
  settled: string | null;
  /** Measured on the machine of that name; null: not measured. */
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
  /** Base64 of 16 bytes an image: the beginning of the SHA-256 of its pixels. */
  images: string;
  /** Class of each image, base64 of int32. */
  labels: string;
  /** Nested orders of the training images, one a replicate; base64 of int32 indices of `images`. */
  orders: string[];
  /** Test images in the order of the predictions; base64 of int32 indices of `images`. */
  test: string;
  flip: ProbeState['flip'];
  source: ProbeState['source'];
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
