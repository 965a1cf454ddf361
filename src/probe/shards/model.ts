import type { StrategyName } from '../../verdict/types.js';
import type { TrialSpec } from '../../strategy/trial.js';
import type { Throughput } from '../../scheduling/calibrate.js';
import type { KeptTrial } from '../cache/trial-record.js';
import type { MachineFacts } from '../../scheduling/machine.js';
import type { Controls, Measured } from '../stages.js';

/**
 * `plan.json`: the trials of one dataset, assigned to shards, and what was measured before. The images are not part of
 * it: every job reads them again and compares their digest.
 */
export interface PlanFile {
  schema: 'headstart/plan/v2';
  /**
   * When the plan began, ISO 8601.
   * @maxLength 40
   */
  createdAt: string;
  program: {
    /** @maxLength 40 */
    version: string;
    /** Of the program in the workers. */
    digest: Sha256;
  };
  engine: {
    name: 'wasm' | 'tensorflow';
    /** @maxLength 100 */
    version: string;
    /** @maxLength 2000 */
    reason: string;
    workers: number;
  };
  machine: MachineFacts;
  backbone: {
    /** Of its weights, its layers and how pixels enter it. */
    identity: Sha256;
    ranking: Measured['ranking'];
  };
  /**
   * Of splits, subsets and random starts.
   * @asType integer
   * @minimum 0
   */
  seed: number;
  settings: {
    /**
     * Of each job; sets how many images are sampled.
     * @minimum 5
     * @maximum 86400
     */
    budgetSeconds: number;
    strategies: StrategyName[];
  };
  images: {
    /** Of pixels, labels, groups and splits. */
    digest: Sha256;
    /** Rows that there was no time to read; base64 of int32. */
    unread: string;
  };
  flip: Measured['flip'];
  source: Measured['source'];
  novelty: Measured['novelty'];
  /** null: the data stopped the run before the speed was measured. */
  throughput: Throughput | null;
  controls: Controls | null;
  /**
   * Trials that planning ran: the linear probes and the first pair.
   * @maxItems 1000
   */
  done: KeptTrial[];
  /**
   * Number of machines at most; some may have no trials.
   * @asType integer
   * @minimum 1
   * @maximum 256
   */
  shards: number;
  /** @maxItems 1000 */
  trials: DealtTrial[];
  /**
   * Problems that did not end the run.
   * @maxItems 1000
   */
  incidents: Incident[];
  /**
   * Seconds that planning took.
   * @minimum 0
   */
  seconds: number;
}

/** A trial to run exactly as given, and its shard. */
export interface DealtTrial {
  /**
   * @asType integer
   * @minimum 0
   * @maximum 255
   */
  shard: number;
  /**
   * Predicted seconds of one worker.
   * @minimum 0
   */
  seconds: number;
  spec: TrialSpec;
}

/** `shard-<number>.json`: the results of one shard. */
export interface ShardFile {
  schema: 'headstart/shard/v2';
  /** Of the bytes of `plan.json`. */
  plan: Sha256;
  /**
   * @asType integer
   * @minimum 0
   * @maximum 255
   */
  shard: number;
  machine: MachineFacts;
  /**
   * @asType integer
   * @minimum 1
   * @maximum 64
   */
  workers: number;
  /** @maxItems 1000 */
  trials: KeptTrial[];
  /** @maxItems 1000 */
  failed: FailedTrial[];
  /** @maxItems 1000 */
  incidents: Incident[];
  /**
   * Seconds that the shard took.
   * @minimum 0
   */
  seconds: number;
}

export interface FailedTrial {
  spec: TrialSpec;
  /** @minimum 0 */
  seconds: number;
  /** @maxLength 2000 */
  error: string;
}

/** @pattern ^[0-9a-f]{64}$ */
export type Sha256 = string;

/**
 * A sentence.
 * @maxLength 2000
 */
export type Incident = string;

/** GitHub's limit of jobs in a matrix. */
export const MOST_SHARDS = 256;
/** Characters of a sentence in these files at most. */
export const LONGEST_SENTENCE = 2000;
