/** What each stage of a probe reaches: every stage takes what the one before gives, and adds to it. */
import type { Backbone } from '../backbone/contract.js';
import type { BackboneForm } from '../backbone/obtain.js';
import type { BackboneRecord } from '../backbone/record.js';
import type { Finding } from '../checks/finding.js';
import type { Dataset, Metric, Sample, Unreadable } from '../dataset/dataset.js';
import type { Throughput } from '../scheduling/calibrate.js';
import type { TrialOutcome } from '../scheduling/schedule.js';
import type { Transferability } from '../strategy/transferability.js';
import type { ReusedTrials } from './cache/reuse-trials.js';

export interface Listed {
  dataset: Dataset;
  /** The samples that the probe reads, one for each row of the pixel file; a stratified part of a large dataset. */
  samples: readonly Sample[];
  metric: Metric;
}

export interface Decoded extends Listed {
  /** SHA-256 of each row's file; empty where the file could not be used. */
  hashes: readonly string[];
  /** SHA-256 of each row's decoded pixels: what a trial sees of it. */
  pixelHashes: readonly string[];
  unreadable: readonly Unreadable[];
  /** Rows that there was no time to read. They count as if they had not been sampled. */
  unread: number;
}

export interface Split extends Decoded {
  /** Rows. The test set is locked. */
  train: Int32Array;
  test: Int32Array;
  splitMethod: string;
  /** Training images that the decision is for. */
  horizon: number;
  /** Sizes at which frozen features are always measured, ascending. */
  sizes: readonly number[];
  findings: Finding[];
}

/** A backbone's scores for transfer, by name. */
export type RankedBackbone = { name: string } & Transferability;

export interface Embedded extends Split {
  backbone: Backbone;
  /** Where the backbone came from; null: with the program. */
  backboneFrom: { origin: string; form: BackboneForm; pinned: boolean } | null;
  /** All backbones in question, the best first; null where there was only one. */
  ranking: RankedBackbone[] | null;
  /** Gaps that the backbone showed on other datasets; empty for one that was not measured. */
  record: BackboneRecord;
  /** Distance of the images from those that the backbone was trained on; null: its source was not measured. */
  novelty: number | null;
  /** Trials of earlier runs that stand for trials of this one; null: none. */
  reused: ReusedTrials | null;
}

/** Two cheap controls that tell whether the measurement can be trusted. */
export interface Controls {
  /** Score of always predicting the largest class, in the metric of the run. */
  largestClass: { accuracy: number };
  /** null: there was no time for it. */
  shuffledLabels: ShuffledLabels | null;
}

export interface ShuffledLabels {
  /** Share of the test images whose permuted label the probe predicted, over all permutations. */
  accuracy: number;
  /** Share that it predicts by chance. */
  chance: number;
  /** A higher accuracy raises the alarm. */
  high: number;
  /** Number of permutations. */
  deals: number;
  passed: boolean;
}

/** Filled in while trials end, so that a report can be made at any time. */
export interface Measured extends Embedded {
  flip: { flip: boolean; plain: number; mirrored: number } | null;
  source: { pretrained: number; random: number } | null;
  throughput: Throughput | null;
  controls: Controls | null;
  outcomes: readonly TrialOutcome[];
}

/** The start of measuring: what reused trials tell is known. */
export function startMeasuring(embedded: Embedded, throughput: Throughput | null): Measured {
  const run = embedded.reused?.runs[0].run;
  return {
    ...embedded,
    flip: run?.flip ?? null,
    source: run?.source ?? null,
    throughput,
    controls: null,
    outcomes: embedded.reused?.outcomes ?? [],
  };
}

/** Problems that do not end a run, and the duration of each stage. */
export interface RunLog {
  /** Sentences. */
  incidents: string[];
  /** Wall-clock seconds of each stage. */
  seconds: Record<string, number>;
}

export type Reached = Listed & Partial<Measured>;

/** A run as a report shows it, however far it got. */
export type Reportable = Measured & RunLog;

export function reportable(reached: Reached & { backbone: Backbone }, log: RunLog): Reportable {
  return { ...NOTHING, ...reached, ...log };
}

const NOTHING: Omit<Measured, keyof Listed | 'backbone'> = {
  hashes: [],
  pixelHashes: [],
  unreadable: [],
  unread: 0,
  train: new Int32Array(),
  test: new Int32Array(),
  splitMethod: '',
  horizon: 1,
  sizes: [],
  findings: [],
  backboneFrom: null,
  ranking: null,
  record: { sets: [] },
  novelty: null,
  reused: null,
  flip: null,
  source: null,
  throughput: null,
  controls: null,
  outcomes: [],
};

/** The finding that stops a run. */
export function blockingFinding({ findings }: Pick<Split, 'findings'>): Finding | undefined {
  return findings.find(({ effect }) => effect === 'blocks');
}
