import type { PretrainedNetwork } from '../backbone/contract.js';
import type { Metric, Unreadable } from '../dataset/dataset.js';
import type { Problem } from '../problem.js';
import type { MemorizationTask } from '../strategy/probes.js';
import type { Transferability } from '../strategy/transferability.js';
import type { TrialResult, TrialSpec } from '../strategy/trial.js';

/** Sent to a worker once, before any task. */
export interface WorkerSetup {
  kind: 'setup';
  engine: 'auto' | 'wasm' | 'tensorflow';
}

/** The backbone of `frozen`, `fine-tune` and `hybrid`. */
export interface BackboneSetup {
  kind: 'backbone';
  pretrained: PretrainedNetwork;
}

/** Where the images of one dataset are, for decoding and embedding. */
export interface ImagesSetup {
  kind: 'images';
  root: string;
  /** Path of each row, relative to `root`. */
  paths: string[];
  size: number;
  channels: 'colour' | 'grey';
  exif: boolean;
  pixelFile: string;
  featureFile: string;
}

/** What trials read besides pixels and features. */
export interface TrialsSetup {
  kind: 'trials';
  classes: number;
  metric: Metric;
  labels: Int32Array;
  groups: (string | null)[];
  orders: Int32Array[];
  test: Int32Array;
}

export type Setup = WorkerSetup | BackboneSetup | ImagesSetup | TrialsSetup;

/** One decoded file: SHA-256 of its bytes and of its pixels, or why it cannot be used. */
export type DecodedImage =
  { row: number; sha256: string; pixels: string } | { row: number; unreadable: Unreadable };

/** The engine of the workers, and why it was chosen; or why the requested one does not run. */
export type OpenedEngine =
  { name: 'wasm' | 'tensorflow'; version: string; reason: string } | { absent: Problem };

/** Tasks of a worker, with the types of input and output. */
export interface Tasks {
  /** Opens the engine; the main process never does, so that it stays small. */
  engine: { input: null; output: OpenedEngine };
  /** Decodes rows into the pixel file, as many as the seconds allow. */
  decode: { input: { rows: number[]; seconds: number }; output: DecodedImage[] };
  /** Embeds rows of the pixel file into the feature file. */
  embed: { input: { rows: number[] }; output: null };
  /** Seconds per image of one training step of each arm, and of a forward pass of the backbone. */
  calibrate: {
    input: { arms: string[] };
    output: { trainSeconds: Record<string, number>; embedSeconds: number };
  };
  /** Transferability scores of a backbone's features for these rows and labels. */
  rank: {
    input: { pretrained: PretrainedNetwork; rows: number[]; labels: Int32Array; classes: number };
    output: Transferability;
  };
  /** Whether a horizontal flip keeps the labels valid, judged on the inner split. */
  flip: { input: { examples: number }; output: { flip: boolean; plain: number; mirrored: number } };
  /** Accuracy of frozen features on the inner split: pre-trained against random start. */
  source: { input: { examples: number }; output: { pretrained: number; random: number } };
  /** Predictions of linear probes that memorized labels. */
  memorize: { input: MemorizationTask; output: Int32Array[] };
  trial: { input: { spec: TrialSpec }; output: TrialResult };
}

export type TaskName = keyof Tasks;

export interface Request<Name extends TaskName = TaskName> {
  kind: 'task';
  id: number;
  name: Name;
  input: Tasks[Name]['input'];
}

export type Reply = { id: number; output: unknown } | { id: number; error: string };
