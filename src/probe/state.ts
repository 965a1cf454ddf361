import type { Backbone } from '../backbone/embedded.js';
import type { Finding } from '../checks/finding.js';
import type { Dataset, Metric, Sample, Unreadable } from '../data/dataset.js';
import type { Controls } from './controls.js';
import type { Throughput } from './calibrate.js';
import type { TrialEnd } from './schedule.js';

/** Everything that is known about one dataset so far; a report can be made of it at any time. */
export interface ProbeState {
  dataset: Dataset;
  backbone: Backbone;
  /** The samples that the probe looks at, one a row of the pixel file; a stratified sample of a large dataset. */
  samples: Sample[];
  metric: Metric;
  unreadable: Unreadable[];
  /** Rows that there was no time to read; they are as if they had not been sampled. */
  unread: number;
  /** Of each row, '' where the file could not be used. */
  hashes: string[];
  /** Rows; the test set is locked. */
  train: Int32Array;
  test: Int32Array;
  splitMethod: string;
  findings: Finding[];
  /** Training images that the decision is for. */
  horizon: number;
  /** Sizes of the nested subsets, ascending. */
  sizes: number[];
  flip: { flip: boolean; plain: number; mirrored: number } | null;
  source: { pretrained: number; random: number } | null;
  throughput: Throughput | null;
  controls: Controls | null;
  ends: TrialEnd[];
  /** Seconds of wall clock of each stage. */
  seconds: Record<string, number>;
}
