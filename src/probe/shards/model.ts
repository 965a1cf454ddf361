import type { StrategyName } from '../../verdict/types.js';
import type { TrialSpec } from '../../strategy/trial.js';
import type { Throughput } from '../../scheduling/calibrate.js';
import type { Controls } from '../controls.js';
import type { KeptTrial } from '../cache/kept.js';
import type { MachineFacts } from '../../scheduling/machine.js';
import type { ProbeState } from '../state.js';

/**
 * What `plan.json` holds: the trials of one dataset, dealt to shards, and what was measured before they were dealt.
 * The images themselves are not in it: whoever works with it reads them again and compares their digest.
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
    /** Of what runs in the workers. */
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
    ranking: ProbeState['ranking'];
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
    /** Rows of the sample that there was no time to read; base64 of int32. */
    unread: string;
  };
  flip: ProbeState['flip'];
  source: ProbeState['source'];
  novelty: ProbeState['novelty'];
  /** null: the data stopped the run before the speed was measured. */
  throughput: Throughput | null;
  controls: Controls | null;
  /**
   * Trials that the plan itself ran: the linear probes, and the first pair.
   * @maxItems 1000
   */
  done: KeptTrial[];
  /**
   * Machines that there are to be at most; some may have got nothing.
   * @asType integer
   * @minimum 1
   * @maximum 256
   */
  shards: number;
  /** @maxItems 1000 */
  trials: DealtTrial[];
  /**
   * What went wrong and was survived.
   * @maxItems 1000
   */
  incidents: Incident[];
  /**
   * Seconds that planning took.
   * @minimum 0
   */
  seconds: number;
}

/** A trial, as it is to be run to the letter, and whose it is. */
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

/** What `shard-<number>.json` holds: how the trials of one shard ended. */
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

/** GitHub runs at most so many jobs of one matrix. */
export const MOST_SHARDS = 256;
/** Of sentences in these files. */
export const LONGEST_SENTENCE = 2000;
