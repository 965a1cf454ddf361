import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Candidate } from '../backbone/candidates.js';
import type { Dataset } from '../dataset/dataset.js';
import { ProbeCache } from '../probe/cache/cache.js';
import { unpackIntegers } from '../probe/cache/trial-record.js';
import { chooseBackbone } from '../probe/choose-backbone.js';
import { DISK_FULL, isDiskFull } from '../probe/decode-images.js';
import { embedImages } from '../probe/embed-images.js';
import { listImages, readImages } from '../probe/read-images.js';
import { everyStrategyLearns, missingFamilies, recordOutcome } from '../probe/outcomes.js';
import { runPreliminaries } from '../probe/preliminary.js';
import type { Repeat } from '../probe/read-plan.js';
import { imagesDigest } from '../probe/trial-data.js';
import {
  blockingFinding,
  type Measured,
  type Reached,
  reportable,
  type RunLog,
  startMeasuring,
} from '../probe/stages.js';
import { runTrainedTrials } from '../probe/train-trials.js';
import type { Comparison } from '../report/assemble.js';
import type { Report } from '../report/types.js';
import type { RunFacts } from '../report/receipt.js';
import {
  DECODE_FRACTION,
  HARD_STOP_FRACTION,
  LINEAR_PROBE_FRACTION,
  LINEAR_PROBE_STOP_FRACTION,
  TRAIN_FRACTION,
} from '../scheduling/budget.js';
import type { Pool } from '../scheduling/pool.js';
import type { TrialOutcome } from '../scheduling/schedule.js';
import { stopwatch } from '../scheduling/timer.js';
import type { StrategyName, Verdict } from '../verdict/types.js';
import { publishState } from './write-report.js';
import type { Outcome, RunContext } from './run.js';

/** What the probe of one dataset is given. */
export interface DatasetRun {
  context: RunContext;
  pool: Pool;
  facts: RunFacts;
  /** Backbones as the dataset's images enter them; the best is taken. */
  candidates: readonly Candidate[];
  directory: string;
  /** A receipt to run again; null: planned. */
  repeat: Repeat | null;
  strategies: readonly StrategyName[];
  /** Seconds of the budget. */
  share: number;
  /** Seconds of it that listing the images took. */
  listingSeconds: number;
  /** Folder for embeddings and trials, and the digest of the program that they are valid for; null: no cache. */
  cache: { folder: string; program: string } | null;
  /** What is known of the base; null: not compared. */
  comparison: Comparison | null;
}

/** Share of the budget below which the speed that an earlier run measured is good enough. */
const WORTH_CALIBRATING = 0.05;
const CANCELLED = 'The run was cancelled.';
const OTHER_IMAGES = 'The images are not those that the plan was made for.';
/** Draws of a verdict between two trials; the last verdict takes the default. */
const QUICK_DRAWS = 200;

/** One dataset from its list of files to its written report. Whatever goes wrong on the way, a report is written. */
export async function probeDataset(dataset: Dataset, run: DatasetRun): Promise<Outcome> {
  const { context, pool, share, strategies, repeat, candidates, facts } = run;
  const { signal, programDir } = context;
  const { seed } = facts;
  const now = stopwatch(run.listingSeconds);
  const folder = mkdtempSync(join(tmpdir(), 'headstart-'));
  const sampledFor = repeat?.budgetSeconds ?? share;
  const log: RunLog = { incidents: [], seconds: { list: run.listingSeconds } };
  const cache = openCache(run, sampledFor, log);
  const plan = repeat?.plan ?? null;
  const listed = listImages(dataset, sampledFor, seed);
  let reached: Reached = listed;
  let measured: Measured | null = null;
  let settled = false;
  let trainingBegan = Infinity;

  const lossesBefore = pool.losses().length;
  const publish = (status: Report['status'], reason: string | null, draws?: number): Outcome => {
    log.seconds['all'] = now();
    log.incidents = [...new Set([...log.incidents, ...pool.losses().slice(lossesBefore)])];
    const show = (report: Report) => (draws === undefined ? context.onReport?.(report) : undefined);
    const state = reportable({ backbone: candidates[0].backbone, ...reached }, log);
    return publishState(state, { ...run, workers: pool.size, show }, status, reason, draws);
  };
  const timed = async <T>(name: string, stage: () => Promise<T>): Promise<T> => {
    const began = now();
    const result = await stage();
    log.seconds[name] = now() - began;
    signal.throwIfAborted();
    return result;
  };
  const progress =
    (stage: string, what: string, verdict: Verdict | null = null) =>
    (done: number, total: number) => {
      const message = `${dataset.name}: ${what}`;
      const secondsLeft = repeat === null ? Math.max(0, share - now()) : null;
      context.onProgress({ stage, message, done, total, secondsLeft, verdict });
    };
  const certainty = new Certainty();
  const onTrial = (trials: Measured, outcome: TrialOutcome, left: number, isDecisive: boolean): boolean => {
    if (signal.aborted) return true;
    recordOutcome(trials, outcome);
    const done = trials.outcomes.length;
    if (outcome.spec.strategy === 'frozen' || missingFamilies(trials, strategies) !== null) {
      progress('train', `trial ${done}`)(done, done + left);
      return false;
    }
    const { verdict } = publish('partial', 'The run is still under way.', QUICK_DRAWS).report;
    progress('train', `so far: ${verdict?.family ?? 'nothing yet'}`, verdict)(done, done + left);
    settled = certainty.reached(verdict) && isDecisive && repeat === null && everyStrategyLearns(trials);
    return settled;
  };

  try {
    const onImages = progress('decode', 'reading images');
    onImages(0, listed.samples.length);
    const split = await timed('decode', () =>
      readImages(listed, {
        pool,
        sampledFor,
        seed,
        folder,
        seconds: repeat === null ? share * DECODE_FRACTION : Infinity,
        now,
        ...(plan === null ? {} : { leaveOut: new Set(unpackIntegers(plan.images.unread)) }),
        onImages,
      }),
    );
    reached = split;
    if (plan !== null && plan.images.digest !== imagesDigest(split)) log.incidents.push(OTHER_IMAGES);
    const blocking = blockingFinding(split);
    if (blocking !== undefined) return publish('stopped', blocking.message);

    const chosen = await timed('backbone', () =>
      chooseBackbone(split, { pool, candidates, seed, programDir, log }),
    );
    reached = chosen;
    const embedded = await timed('embed', () =>
      embedImages(chosen, {
        pool,
        folder,
        programDir,
        seed,
        cache,
        reusesTrials: repeat === null,
        onImages: progress('embed', 'embedding images'),
      }),
    );
    const trials = startMeasuring(embedded, cache?.throughput() ?? null);
    reached = measured = trials;

    const timeLeft = () => cache?.left(share * TRAIN_FRACTION) ?? Infinity;
    await timed('groundwork', () =>
      runPreliminaries(trials, pool, {
        strategies,
        calibrate: trials.throughput === null || timeLeft() > share * WORTH_CALIBRATING,
        now,
        deadline: repeat === null ? share * LINEAR_PROBE_FRACTION : Infinity,
        lastCall: repeat === null ? share * LINEAR_PROBE_STOP_FRACTION : Infinity,
        probes: repeat?.probes ?? null,
        onTrial: (outcome, left) => onTrial(trials, outcome, left, false),
      }),
    );
    const alarm = blockingFinding(trials);
    if (alarm !== undefined) return publish('stopped', alarm.message);

    const left = timeLeft();
    trainingBegan = now();
    await timed('train', () =>
      runTrainedTrials(trials, pool, {
        strategies,
        now,
        deadline: Math.min(share * TRAIN_FRACTION, now() + left),
        lastCall: share * HARD_STOP_FRACTION,
        threads: facts.engine.name === 'tensorflow' ? pool.size : 1,
        repeat: repeat?.trials ?? null,
        onTrial: (outcome, left, isDecisive) => onTrial(trials, outcome, left, isDecisive),
      }),
    );
    const missing = missingFamilies(trials, strategies);
    const outcome = publish(missing?.failed === true ? 'failed' : 'complete', missing?.why ?? null);
    // Where the report names a next experiment, a later run continues, however sure this one was while it trained.
    settled &&= outcome.report.verdict?.nextExperiment === null;
    return outcome;
  } catch (error) {
    if (signal.aborted) return publish('partial', CANCELLED);
    return publish('failed', isDiskFull(error) ? DISK_FULL : messageOf(error));
  } finally {
    if (measured !== null)
      cache?.keepTrials(measured, { at: facts.createdAt, seconds: now(), trainingBegan, settled });
    rmSync(folder, { recursive: true, force: true });
  }
}

function openCache({ cache, facts, pool }: DatasetRun, sampledFor: number, log: RunLog): ProbeCache | null {
  if (cache === null) return null;
  const { engine, seed, machine } = facts;
  const conditions = {
    program: cache.program,
    engine: `${engine.name} ${engine.version}`,
    seed,
    sampledFor,
    workers: pool.size,
    machine: JSON.stringify([machine, pool.size]),
  };
  return new ProbeCache(cache.folder, conditions, log);
}

/** Family and strategy are settled when two verdicts in a row are sure of both. */
class Certainty {
  private inARow = 0;

  reached(verdict: Verdict | null): boolean {
    const family = verdict === null ? 0 : Math.max(verdict.pTransfer, 1 - verdict.pTransfer);
    this.inARow = family >= 0.95 && verdict!.choiceConfidence >= 0.9 ? this.inARow + 1 : 0;
    return this.inARow >= 2;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
