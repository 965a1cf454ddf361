import type { Finding } from '../checks/finding.js';
import type { DataChange } from '../dataset/change.js';
import type { Controls } from '../probe/stages.js';
import type { ShardRecord } from '../probe/shards/join.js';
import type { Held } from '../strategy/trial.js';
import type {
  CostTable,
  Curve,
  Scorecard,
  StrategyName,
  StrategySummary,
  Verdict,
} from '../verdict/model.js';
import type { BaseComparison } from './compare.js';
import type { Recipe } from './recipe-model.js';

/** `unchanged`: nothing was measured, because the pull request does not touch the data. */
export type ReportStatus = 'complete' | 'partial' | 'stopped' | 'failed' | 'unchanged';

export interface DatasetSummary {
  name: string;
  /** Path as the user gave it. */
  path: string;
  /** Where it lies, when that is another place below. */
  folder?: string;
  origin: string;
  /** Images that were listed and can be used. */
  samples: number;
  classes: number;
  /** Images a class, over all splits, in the order of the classes. */
  perClass: Record<string, number>;
  /** Images in each split that the probe used, and how the split came about. */
  splits: { train: number; test: number; method: string };
  /** Images that the probe looked at; below `samples` when it took a stratified sample. */
  sampled: number;
  metric: 'accuracy' | 'balanced-accuracy';
  license: string | null;
  unreadable: number;
}

/** Recall of one class, for the pick and for scratch, on the test set. */
export interface ClassResult {
  name: string;
  train: number;
  test: number;
  /** Recall of each strategy's last trial at its largest size; fractions, null without test images. */
  recall: Partial<Record<StrategyName, number | null>>;
  /** The class that the pick takes it for most often. */
  confusedWith: string | null;
}

/** What one trial was and took; the list repeats a run with `--plan`. */
export interface TrialRecord {
  strategy: StrategyName;
  variant: string;
  trainExamples: number;
  seed: number;
  epochs: number;
  /** Peak learning rates that it was trained at; of several the best on held-back images was used. */
  rates: number[];
  /** The rate that was used; null where nothing but a logistic regression was trained. */
  rate: number | null;
  flip: boolean;
  /** Threads that computed it; absent: one. */
  threads?: number;
  /** It has half the passes of another trial, to tell whether that one has converged. */
  halfSchedule?: true;
  /** How it did on the images held back from its subset: trials that differ in their rate alone are compared on them. */
  held?: Held;
  seconds: number;
  status: 'done' | 'failed';
  error?: string;
  /** When it ran, ISO 8601, if that was in an earlier run. */
  carriedFrom?: string;
}

/** Trials of earlier runs that were taken up, because their images have hardly changed. */
export interface CarriedTrials {
  trials: number;
  /** When the oldest of them ran, ISO 8601. */
  since: string;
  /**
   * Largest share of a trial's training images that has changed since.
   * @minimum 0
   * @maximum 1
   */
  changedShare: number;
  /** Test images left out, because not all of these trials can be measured on them. */
  testLeftOut: number;
}

export interface Receipt {
  versions: Record<string, string>;
  engine: { name: string; version: string; reason: string; workers: number };
  backbone: {
    name: string;
    sha256: string;
    data: string;
    /** Terms of the weights, where they are known. */
    licence?: string;
    /** Path or address that it was read from; absent: it came with the program. */
    origin?: string;
    /** The backbones at hand by what their features promise without training, the best first: an order, not a verdict. */
    ranking?: { name: string; knn: number; logme: number }[];
    /** False: nobody had said beforehand which SHA-256 it must have. */
    pinned?: boolean;
  };
  seeds: number[];
  settings: Record<string, unknown>;
  /** The words of the command line that it was started by, but for its budget; absent: it was started otherwise. */
  command?: string[];
  machine: { cpu: string; cores: number; memoryGb: number; os: string; node: string };
  trials: TrialRecord[];
  carried?: CarriedTrials;
  /** Machines that trained beside each other; absent: one did all. */
  shards?: ShardRecord[];
  /** What went wrong and was survived, a sentence each. */
  incidents?: string[];
  /** Seconds of wall clock: all, and of each stage. */
  seconds: Record<string, number>;
  /** Settings tried, steps and seconds of each strategy: the effort that each got. */
  effort: Record<string, { settingsTried: number; trials: number; imagePasses: number; seconds: number }>;
}

/** The whole result of one probe of one dataset; every other form is rendered from it. */
export interface Report {
  schema: 'headstart/report/v1';
  status: ReportStatus;
  /** Why it is not complete, in a sentence. */
  statusReason: string | null;
  /** Time of the end of the run, ISO 8601. */
  createdAt: string;
  verdict: Verdict | null;
  strategies: StrategySummary[];
  curves: Curve[];
  scorecard: Scorecard | null;
  cost: CostTable | null;
  dataset: DatasetSummary | null;
  classes: ClassResult[];
  findings: Finding[];
  controls: Controls | null;
  recipe: Recipe | null;
  receipt: Receipt | null;
  /** What came of the data since the base; absent: not compared. */
  change?: DataChange;
  /** The verdict of the base beside this one; absent: none is known. */
  baseline?: BaseComparison;
}
