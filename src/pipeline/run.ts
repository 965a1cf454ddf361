/** What a run is asked to do, where it runs, and its outcome. */
import type { BackboneRequest } from '../backbone/load.js';
import type { Dataset, Metric } from '../dataset/dataset.js';
import type { Repeat } from '../probe/read-plan.js';
import type { Comparison } from '../report/assemble.js';
import type { VerdictSnapshot } from '../report/snapshot.js';
import type { Report } from '../report/types.js';
import type { EngineSite } from '../scheduling/worker-engine.js';
import type { StrategyName, Verdict } from '../verdict/types.js';

/** What the user asks for, already validated. */
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
  /** Price of the runner if the manifest has none. Default: the list price. */
  usdPerHour?: number;
  seed: number;
  /** Default: one per core. */
  workers?: number;
  /** A receipt, report or plan file whose trials are repeated. */
  plan?: string;
  /** The command line without the budget, so that a report can say how to continue. */
  command?: string[];
  /** Folder for embeddings and trials that later runs reuse. Default: nothing is kept. */
  cache?: string;
}

export interface Progress {
  stage: string;
  message: string;
  done: number;
  total: number | null;
  /** Seconds left of the budget of the whole run; null: there is no budget. */
  secondsLeft: number | null;
  /** The verdict so far; null or absent: none yet. */
  verdict?: Verdict | null;
}

/** Where a run takes place, and who listens. Its program's folder holds `worker.js` and `weights/`. */
export interface RunContext extends EngineSite {
  cwd: string;
  onProgress: (event: Progress) => void;
  /** Shows the report of a dataset when it is measured, before its files are written. */
  onReport?: (report: Report) => void;
}

/** The datasets of a run, before any image is read. */
export interface ListedDatasets {
  datasets: readonly Dataset[];
  /** A receipt to run again; null: trials are planned. */
  repeat: Repeat | null;
  /** When listing began, as `performance.now()` gives it: listing and comparing belong to the budget. */
  began: number;
}

/** What is known of each dataset at the base, in the order of the datasets. Empty: not compared. */
export interface ComparedDatasets {
  comparisons: (Comparison & { measure: boolean })[];
  /** Seconds of the budget that went into measuring the base. */
  spentSeconds: number;
}

export interface Outcome {
  report: Report;
  /** Later reports are compared with it; null: there is no verdict. */
  digest: VerdictSnapshot | null;
  /** Paths of the files that were written. */
  files: string[];
  /** A sentence for each file that could not be written. */
  unwritten: string[];
}
