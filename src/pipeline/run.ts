/** What a run is asked, where it runs and what comes of it. */
import type { BackboneRequest } from '../backbone/obtain.js';
import type { Dataset, Metric } from '../dataset/dataset.js';
import type { Provision } from '../engine/native/provision.js';
import type { Comparison } from '../report/assemble.js';
import type { VerdictSnapshot } from '../report/snapshot.js';
import type { Report } from '../report/types.js';
import type { StrategyName, Verdict } from '../verdict/types.js';

/** What the user asks for; checked at the entry. */
export interface ProbeRequest {
  path: string;
  manifest?: string;
  groups?: string;
  out: string;
  budgetSeconds: number;
  engine: 'auto' | 'tensorflow' | 'wasm';
  backbone: BackboneRequest;
  /** Default: all. */
  strategies?: StrategyName[];
  metric?: Metric;
  /** Price of the runner, where the manifest names none. Default: the list price. */
  usdPerHour?: number;
  seed: number;
  /** Default: one a core. */
  workers?: number;
  /** A receipt, report or plan whose trials are repeated. */
  plan?: string;
  /** The words of the command line, but for the budget, so that a report can say how to go on. */
  command?: string[];
  /** Folder that keeps embeddings and trials from run to run. Default: nothing is kept. */
  cache?: string;
}

export interface Progress {
  stage: string;
  message: string;
  done: number;
  total: number | null;
  /** Of the budget of the whole run; null: there is none. */
  secondsLeft: number | null;
  /** As of the trials done; null or absent: none yet. */
  verdict?: Verdict | null;
}

/** Where the program runs. */
export interface Surroundings {
  /** Folder of the running program: holds `worker.js` and `weights/`. */
  home: string;
  cwd: string;
  signal: AbortSignal;
  onProgress: (event: Progress) => void;
  /** Shows the report of a dataset when it is measured, before its files are written. */
  onReport?: (report: Report) => void;
  /** Gets the native engine before measuring begins; without it, what is installed is used. */
  provision?: (say: (message: string) => void) => Promise<Provision | null>;
  /** Says what came of each dataset since the base; without it nothing is compared. */
  compare?: (datasets: readonly Dataset[]) => Promise<ComparedDatasets>;
}

/** The datasets beside those of the base, in their order. */
export interface ComparedDatasets {
  comparisons: (Comparison & { measure: boolean })[];
  /** Seconds of the budget that went into measuring the base. */
  spentSeconds: number;
}

export interface Outcome {
  report: Report;
  /** What later reports are compared with; null: there is no verdict. */
  digest: VerdictSnapshot | null;
  /** Paths of the files that were written. */
  files: string[];
  /** Why others were not, a sentence each. */
  unwritten: string[];
}
