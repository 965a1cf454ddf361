/** Embeddings and finished trials of one dataset, kept on disk from run to run. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { identityOf } from '../../backbone/contract.js';
import { type ReusedTrials, reuseTrials } from './reuse-trials.js';
import type { Throughput } from '../../scheduling/calibrate.js';
import { DECISION_RULE } from '../../verdict/decide.js';
import { type EmbeddingConditions, keepEmbeddings, restoreEmbeddings } from './embedding-cache.js';
import type { FeatureFile } from '../../scheduling/feature-file.js';
import type { WithBackbone } from '../choose-backbone.js';
import { type CachedProbe, type KeptRun, keptTrial, packHashes, packIntegers } from './trial-record.js';
import type { Embedded, Measured, RunLog } from '../stages.js';
import { nestedOrders, trialGroups } from '../trial-data.js';
import { Ajv } from 'ajv';
import { keptSchema } from '../../generated/schemas.js';

/** What results depend on besides the images. */
export interface CacheFacts {
  /** Digest of the program. */
  program: string;
  /** Name and version of the engine. */
  engine: string;
  seed: number;
  /** Seconds of the budget that images are sampled for. */
  sampledFor: number;
  workers: number;
  /** Processor and software; the speed of another machine does not count. */
  machine: string;
}

/** How far a run got; seconds since it began. */
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
  private cached: CachedProbe | null = null;
  private reused: ReusedTrials | null = null;

  constructor(
    private readonly folder: string,
    private readonly facts: CacheFacts,
    private readonly log: RunLog,
  ) {}

  /** The trials whose images have hardly changed. They narrow the test set to the images that all of them predicted. */
  restoreTrials(chosen: WithBackbone): ReusedTrials | null {
    const { samples, pixelHashes, train, test, sizes, metric, dataset } = chosen;
    this.cached = readKept(this.folder, conditionsOf(chosen, this.facts));
    this.reused = reuseTrials(this.cached?.runs ?? [], {
      hashes: pixelHashes,
      labels: Int32Array.from(samples, ({ label }) => label),
      groups: trialGroups(chosen),
      train,
      test,
      sizes,
      classes: dataset.classes.length,
      metric,
      sampledFor: this.facts.sampledFor,
    });
    return this.reused;
  }

  /** The speed that an earlier run measured on this machine; null: it must be measured. */
  throughput(): Throughput | null {
    const { cached, reused, facts } = this;
    return reused !== null && cached?.throughput?.machine === facts.machine ? cached.throughput : null;
  }

  /**
   * Seconds of a budget that are left for training. What an earlier run paid for is not paid for again, so the same
   * budget buys the same evidence.
   */
  left(budgetSeconds: number): number {
    return this.wasSettled() ? 0 : Math.max(0, budgetSeconds - this.spentBefore());
  }

  /** Copies embeddings of earlier runs into the feature file; returns the rows that have none. */
  restoreEmbeddings(images: WithBackbone, file: FeatureFile, rows: readonly number[]): readonly number[] {
    return restoreEmbeddings(this.folder, this.embeddingConditions(images), rows, images.pixelHashes, file);
  }

  keepEmbeddings(images: WithBackbone, file: FeatureFile, rows: readonly number[]): void {
    this.attempt(() =>
      keepEmbeddings(this.folder, this.embeddingConditions(images), rows, images.pixelHashes, file),
    );
  }

  /** Replaces what the folder holds by the trials of this run and those that it reused, when there are new ones. */
  keepTrials(measured: Measured, { at, seconds, trainingBegan, settled }: Progressed): void {
    const { outcomes, throughput } = measured;
    if (!outcomes.some((one) => 'result' in one && one.carriedFrom === undefined)) return;
    this.attempt(() =>
      writeKept(this.folder, {
        schema: 'headstart/kept/v2',
        conditions: conditionsOf(measured, this.facts),
        spentSeconds:
          this.reused === null ? seconds : this.spentBefore() + Math.max(0, seconds - trainingBegan),
        settled: settled || this.wasSettled() ? DECISION_RULE : null,
        throughput: throughput && { ...throughput, machine: this.facts.machine },
        runs: keptRuns(measured, this.facts, at),
      }),
    );
  }

  private embeddingConditions({ backbone, dataset }: WithBackbone): EmbeddingConditions {
    return { backbone: identityOf(backbone), engine: this.facts.engine, size: dataset.image.size };
  }

  /** Seconds of a budget that the reused trials stand for. */
  private spentBefore(): number {
    if (this.cached === null || this.reused === null) return 0;
    return Math.max(0, this.cached.spentSeconds - this.reused.lostSeconds / this.facts.workers);
  }

  private wasSettled(): boolean {
    return this.cached?.settled === DECISION_RULE && this.reused?.lostSeconds === 0;
  }

  private attempt(write: () => void): void {
    try {
      write();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.log.incidents.push(`The cache could not be written, so the next run starts over: ${reason}`);
    }
  }
}

/** The folder of one dataset in the cache. */
export function cacheFolder(cache: string, path: string, name: string): string {
  const digest = createHash('sha256').update(`${path}\0${name}`).digest('hex');
  return join(cache, digest.slice(0, 16));
}

/** Digest of the program that runs in the workers. Another version may give other results. */
export function programDigest(home: string, version: string): string {
  return createHash('sha256')
    .update(version)
    .update(readFileSync(join(home, 'worker.js')))
    .digest('hex');
}

const FILE = 'trials.json';
/** Number of runs whose trials are kept. */
const MAX_RUNS = 8;

const validate = new Ajv({ allErrors: false, strict: false }).compile<CachedProbe>(keptSchema);

/** Digest of everything that results depend on, except the images. */
export function conditionsOf(
  { backbone, dataset, metric }: Pick<Embedded, 'backbone' | 'dataset' | 'metric'>,
  { program, engine, seed }: { program: string; engine: string; seed: number },
): string {
  const parts = [program, engine, seed, identityOf(backbone), dataset.image, dataset.classes, metric];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/** The trials in the folder under these conditions; null: there are none, or the file is damaged. */
export function readKept(folder: string, conditions: string): CachedProbe | null {
  try {
    const value: unknown = JSON.parse(readFileSync(join(folder, FILE), 'utf8'));
    return validate(value) && value.conditions === conditions ? value : null;
  } catch {
    return null;
  }
}

/** Writes the file atomically. */
export function writeKept(folder: string, kept: CachedProbe): void {
  mkdirSync(folder, { recursive: true });
  const partial = join(folder, `.${FILE}.${process.pid}`);
  writeFileSync(partial, JSON.stringify(kept));
  renameSync(partial, join(folder, FILE));
}

/** The trials of this run, followed by the reused trials of earlier runs. */
export function keptRuns(
  measured: Measured,
  { seed, sampledFor }: { seed: number; sampledFor: number },
  at: string,
): KeptRun[] {
  const earlier = (measured.reused?.runs ?? []).map(({ run, trials }) => ({ ...run, trials }));
  // Reused trials of a shorter run bring the test images of that run.
  const least = Math.min(sampledFor, ...earlier.map((run) => run.sampledFor ?? Infinity));
  return [{ ...ownRun(measured, seed, at), sampledFor: least }, ...earlier].slice(0, MAX_RUNS);
}

function ownRun(measured: Measured, seed: number, at: string): KeptRun {
  const used = [...measured.train, ...measured.test];
  const index = new Map(used.map((row, i) => [row, i]));
  const indices = (rows: Int32Array) => packIntegers(rows.map((row) => index.get(row)!));
  return {
    at,
    images: packHashes(used.map((row) => measured.pixelHashes[row])),
    labels: packIntegers(Int32Array.from(used, (row) => measured.samples[row].label)),
    orders: nestedOrders(measured, seed).map(indices),
    test: indices(measured.test),
    flip: measured.flip,
    source: measured.source,
    trials: measured.outcomes.flatMap((end) => (end.carriedFrom === undefined ? (keptTrial(end) ?? []) : [])),
  };
}
