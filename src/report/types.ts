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
} from '../verdict/types.js';
import type { BaseComparison } from './compare.js';
import type { Recipe } from './recipe-format.js';

/** `unchanged`: nothing was measured, because the pull request does not touch the data. */
export type ReportStatus = 'complete' | 'partial' | 'stopped' | 'failed' | 'unchanged';

export interface DatasetSummary {
  name: string;
  /** Path as the user gave it. */
  path: string;
  /** The folder of the dataset, when it is below `path`. */
  folder?: string;
  origin: string;
  /** Usable images. */
  samples: number;
  classes: number;
  /** Images per class, over all splits, in the order of the classes. */
  perClass: Record<string, number>;
  /** Images in each split that the probe used, and how they were split. */
  splits: { train: number; test: number; method: string };
  /** Images that the probe used; fewer than `samples` when it took a stratified sample. */
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
  /** The class that the pick mistakes it for most often. */
  confusedWith: string | null;
}

/** One trial: its settings, time and outcome. */
export interface TrialRecord {
  strategy: StrategyName;
  variant: string;
  trainExamples: number;
  seed: number;
  epochs: number;
  /** Peak learning rates that were tried; the best on held-out images was used. */
  rates: number[];
  /** The rate that was used; null where only a logistic regression was trained. */
  rate: number | null;
  flip: boolean;
  /** Threads used; absent: one. */
  threads?: number;
  /** It has half the epochs of another trial, to tell whether that one has converged. */
  halfSchedule?: true;
  /** Accuracy on the held-out images of its subset, on which trials that differ only in their rate are compared. */
  held?: Held;
  seconds: number;
  status: 'done' | 'failed';
  error?: string;
  /** When it ran, ISO 8601, if it was in an earlier run. */
  carriedFrom?: string;
}

/** Trials of earlier runs that were reused because their images have hardly changed. */
export interface CarriedTrials {
  trials: number;
  /** When the oldest of them ran, ISO 8601. */
  since: string;
  /**
   * The largest share of a trial's training images that has changed since.
   * @minimum 0
   * @maximum 1
   */
  changedShare: number;
  /** Test images left out because not all of these trials can be measured on them. */
  testLeftOut: number;
}

export interface Receipt {
  versions: Record<string, string>;
  engine: { name: string; version: string; reason: string; workers: number };
  backbone: {
    name: string;
    sha256: string;
    data: string;
    /** License of the weights, where it is known. */
    licence?: string;
    /** Path or URL that it was read from; absent: it came with the program. */
    origin?: string;
    /** The available backbones by how well their features separate the classes without training, best first. */
    ranking?: { name: string; knn: number; logme: number }[];
    /** False: no expected SHA-256 was given. */
    pinned?: boolean;
  };
  seeds: number[];
  settings: Record<string, unknown>;
  /** The command line that started it, without its budget; absent: it was started in another way. */
  command?: string[];
  machine: { cpu: string; cores: number; memoryGb: number; os: string; node: string };
  trials: TrialRecord[];
  carried?: CarriedTrials;
  /** Machines that trained in parallel; absent: there was one. */
  shards?: ShardRecord[];
  /** Problems that the run survived, a sentence each. */
  incidents?: string[];
  /** Wall-clock seconds in all and by stage. */
  seconds: Record<string, number>;
  /** The effort that each strategy got. */
  effort: Record<string, { settingsTried: number; trials: number; imagePasses: number; seconds: number }>;
}

/** The whole result of one probe of one dataset; all other forms are rendered from it. */
export interface Report {
  schema: 'headstart/report/v1';
  status: ReportStatus;
  /** Why it is not complete, in one sentence. */
  statusReason: string | null;
  /** When the run ended, ISO 8601. */
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
  /** How the data changed since the base; absent: not compared. */
  change?: DataChange;
  /** The comparison with the verdict of the base; absent: none is known. */
  baseline?: BaseComparison;
}
