/** What earlier runs of a dataset left on disk, and what this one leaves: embeddings and finished trials. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { identityOf } from '../../backbone/contract.js';
import { carryOver } from './carry-over.js';
import { joinedWidth } from '../../engine/network.js';
import { DECISION_RULE } from '../../verdict/decide.js';
import type { EmbeddedBefore } from '../embed-images.js';
import { keepEmbeddings, restoreEmbeddings } from './embedding-cache.js';
import { featureFileIn, openFeatureFile, type FeatureFile } from '../../scheduling/feature-file.js';
import type { KeptProbe } from './kept.js';
import type { ProbeState } from '../state.js';
import { conditionsOf, keptRuns, readKept, writeKept } from './trial-cache.js';
import { trialGroups } from '../trial-data.js';

/** What the results of a run depend on besides the images. */
export interface CacheFacts {
  /** Digest of the program. */
  program: string;
  /** Name and version of the engine. */
  engine: string;
  seed: number;
  /** Seconds of the budget that images are sampled for. */
  sampledFor: number;
  workers: number;
  /** Names the processor and what runs on it: throughputs of another are not believed. */
  machine: string;
}

/** How far a run came; seconds since it began. */
export interface Progressed {
  /** When it began, ISO 8601. */
  at: string;
  seconds: number;
  /** Infinity: it did not. */
  trainingBegan: number;
  /** The verdict was sure before the time was over. */
  settled: boolean;
}

/** The cache of one dataset. A folder that cannot be read or written costs the reuse, and a line in the report. */
export class ProbeCache {
  private kept: KeptProbe | null = null;

  constructor(
    private readonly folder: string,
    private readonly state: ProbeState,
    private readonly facts: CacheFacts,
  ) {}

  /** Takes up the trials whose images have hardly changed; they narrow the test set to what all have predicted. */
  takeUp(): void {
    const { state } = this;
    const { samples, pixelHashes, train, test, sizes, metric, dataset } = state;
    this.kept = readKept(this.folder, this.conditions());
    state.carried = carryOver(this.kept?.runs ?? [], {
      hashes: pixelHashes,
      labels: Int32Array.from(samples, ({ label }) => label),
      groups: trialGroups(state),
      train,
      test,
      sizes,
      classes: dataset.classes.length,
      metric,
      sampledFor: this.facts.sampledFor,
    });
    if (state.carried === null) return;
    if (this.kept?.throughput?.machine === this.facts.machine) state.throughput = this.kept.throughput;
    const [{ run }] = state.carried.runs;
    state.test = state.carried.test;
    state.ends = [...state.carried.ends];
    state.flip = run.flip;
    state.source = run.source;
  }

  /**
   * Seconds of a budget that are left for training: what was paid for in an earlier run is not paid for again, so the
   * same budget buys the same evidence.
   */
  left(budgetSeconds: number): number {
    return this.settledBefore() ? 0 : Math.max(0, budgetSeconds - this.spentBefore());
  }

  /** Embeddings of earlier runs, for the feature file in the folder of a run. */
  embeddings(folder: string): EmbeddedBefore {
    const { backbone, dataset, pixelHashes } = this.state;
    const { size } = dataset.image;
    const conditions = { backbone: identityOf(backbone), engine: this.facts.engine, size };
    const width = joinedWidth(backbone.network(size, 2));
    const withFeatures = <T>(work: (features: FeatureFile) => T): T => {
      const features = openFeatureFile(featureFileIn(folder), width);
      try {
        return work(features);
      } finally {
        features.close();
      }
    };
    return {
      restore: (rows) =>
        withFeatures((features) => restoreEmbeddings(this.folder, conditions, rows, pixelHashes, features)),
      keep: (rows) =>
        this.attempt(() =>
          withFeatures((features) => keepEmbeddings(this.folder, conditions, rows, pixelHashes, features)),
        ),
    };
  }

  /** Puts the trials of this run, and those that it took up, in place of what the folder held, when there are new ones. */
  keepTrials({ at, seconds, trainingBegan, settled }: Progressed): void {
    const { carried, ends } = this.state;
    if (!ends.some((end) => 'result' in end && end.carriedFrom === undefined)) return;
    const runs = keptRuns(this.state, this.facts, at);
    this.attempt(() =>
      writeKept(this.folder, {
        schema: 'headstart/kept/v2',
        conditions: this.conditions(),
        spentSeconds: carried === null ? seconds : this.spentBefore() + Math.max(0, seconds - trainingBegan),
        settled: settled || this.settledBefore() ? DECISION_RULE : null,
        throughput:
          this.state.throughput === null ? null : { ...this.state.throughput, machine: this.facts.machine },
        runs,
      }),
    );
  }

  /** Seconds of a budget that the trials taken up stand for. */
  private spentBefore(): number {
    if (this.kept === null || this.state.carried === null) return 0;
    return Math.max(0, this.kept.spentSeconds - this.state.carried.lostSeconds / this.facts.workers);
  }

  private settledBefore(): boolean {
    return this.kept?.settled === DECISION_RULE && this.state.carried?.lostSeconds === 0;
  }

  private conditions(): string {
    return conditionsOf(this.state, this.facts);
  }

  private attempt(write: () => void): void {
    try {
      write();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.state.incidents.push(`The cache could not be written, so the next run starts anew: ${reason}`);
    }
  }
}

/** The folder of one dataset in the cache. */
export function cacheFolder(cache: string, path: string, name: string): string {
  const digest = createHash('sha256').update(`${path}\0${name}`).digest('hex');
  return join(cache, digest.slice(0, 16));
}

/** Digest of the program that runs in the workers: another version may come to other results. */
export function programDigest(home: string, version: string): string {
  return createHash('sha256')
    .update(version)
    .update(readFileSync(join(home, 'worker.js')))
    .digest('hex');
}
