import type { Backbone } from '../backbone/contract.js';
import type { BackboneFormat } from '../backbone/load.js';
import type { BackboneRecord } from '../backbone/records.js';
import type { Finding } from '../checks/finding.js';
import type { Dataset, Metric, Sample, Unreadable } from '../dataset/dataset.js';
import type { Transferability } from '../strategy/transferability.js';
import type { CarriedOver } from './cache/carry-over.js';
import type { Controls } from './controls.js';
import type { Throughput } from '../scheduling/calibrate.js';
import type { TrialEnd } from '../scheduling/schedule.js';

/** What a backbone's features promise, by name. */
export type RankedBackbone = { name: string } & Transferability;

/** Everything that is known about one dataset so far; a report can be made of it at any time. */
export interface ProbeState {
  dataset: Dataset;
  backbone: Backbone;
  /** Where the backbone came from; null: with the program. */
  backboneFrom: { origin: string; form: BackboneFormat; pinned: boolean } | null;
  /** The backbones at hand, the best first, when there was a choice. */
  ranking: RankedBackbone[] | null;
  /** Of the backbone on other datasets; empty for one that nobody has measured. */
  record: BackboneRecord;
  /** The samples that the probe looks at, one a row of the pixel file; a stratified sample of a large dataset. */
  samples: Sample[];
  metric: Metric;
  unreadable: Unreadable[];
  /** Rows that there was no time to read; they are as if they had not been sampled. */
  unread: number;
  /** Of each row, '' where the file could not be used. */
  hashes: string[];
  /** SHA-256 of each row's decoded pixels: what a trial sees of it. */
  pixelHashes: string[];
  /** Rows; the test set is locked. */
  train: Int32Array;
  test: Int32Array;
  splitMethod: string;
  findings: Finding[];
  /** Training images that the decision is for. */
  horizon: number;
  /** Sizes that frozen features are measured at, whatever else is, ascending. */
  sizes: number[];
  flip: { flip: boolean; plain: number; mirrored: number } | null;
  source: { pretrained: number; random: number } | null;
  /** How far the images lie from those of the backbone's source; null: nobody has measured its source. */
  novelty: number | null;
  throughput: Throughput | null;
  controls: Controls | null;
  ends: TrialEnd[];
  /** What went wrong and was survived, a sentence each. */
  incidents: string[];
  /** Trials of earlier runs that were taken up; null when none was. */
  carried: CarriedOver | null;
  /** Seconds of wall clock of each stage. */
  seconds: Record<string, number>;
}
