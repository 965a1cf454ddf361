import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Candidate } from '../backbone/fit.js';
import { sourceFeaturesOf } from '../backbone/source-features.js';
import type { Dataset } from '../dataset/dataset.js';
import type { Outcome, Surroundings } from './run.js';
import { ProbeCache } from '../probe/cache/cache.js';
import { blockingIn, checkedSplit } from '../probe/checked-split.js';
import { chooseBackbone } from '../probe/choose-backbone.js';
import { decodeImages, DISK_FULL, isDiskFull } from '../probe/decode-images.js';
import { embedImages, measureNovelty } from '../probe/embed-images.js';
import { everyStrategyLearns, remember, unmeasured } from '../probe/ends.js';
import { layGroundwork } from '../probe/groundwork.js';
import { initialState } from '../probe/initial-state.js';
import { unpackIntegers } from '../probe/cache/kept.js';
import type { Pool } from '../scheduling/pool.js';
import type { Repeat } from '../probe/receipt.js';
import type { TrialEnd } from '../scheduling/schedule.js';
import { imagesDigest } from '../probe/shards/images.js';
import {
  FROZEN_LAST_CALL,
  FROZEN_UNTIL,
  LAST_CALL,
  READ_WITHIN,
  TRIALS_UNTIL,
} from '../scheduling/budget-fractions.js';
import { stopwatch } from '../scheduling/timer.js';
import { openTrials } from '../probe/trial-data.js';
import { runTrainedTrials } from '../probe/trials.js';
import { publishState } from './publish-state.js';
import type { Comparison } from '../report/assemble.js';
import type { RunFacts } from '../report/receipt.js';
import type { Report } from '../report/types.js';
import type { StrategyName, Verdict } from '../verdict/types.js';

/** What the probe of one dataset is given. */
export interface DatasetRun {
  surroundings: Surroundings;
  pool: Pool;
  facts: RunFacts;
  /** What may be started from, as the dataset's images enter it; the best is taken. */
  candidates: readonly Candidate[];
  directory: string;
  /** A receipt to run again; null: planned. */
  repeat: Repeat | null;
  strategies: readonly StrategyName[];
  /** Seconds. */
  share: number;
  /** Seconds of it that listing the images took. */
  listed: number;
  /** Folder that keeps embeddings and trials from run to run, and the program that they hold for; null: nothing is kept. */
  cache: { folder: string; program: string } | null;
  /** What is known of the base; null: not compared. */
  comparison: Comparison | null;
}

/** Share of the budget below which what an earlier run measured of this machine is good enough. */
const WORTH_CALIBRATING = 0.05;
const CANCELLED = 'The run was cancelled.';
const OTHER_IMAGES = 'The images are not those that the plan was made for.';
/** Draws of a verdict between two trials; the last verdict takes the default. */
const QUICK_DRAWS = 200;

/** One dataset from its list of files to its written report; whatever goes wrong on the way, a report is written. */
export async function probeDataset(dataset: Dataset, run: DatasetRun): Promise<Outcome> {
  const { surroundings, pool, share, strategies } = run;
  const { signal } = surroundings;
  const now = stopwatch(run.listed);
  const folder = mkdtempSync(join(tmpdir(), 'headstart-'));
  const sampledFor = run.repeat?.budgetSeconds ?? share;
  const state = initialState(dataset, run.candidates[0].backbone, sampledFor, run.facts.seed);
  const cache =
    run.cache === null
      ? null
      : new ProbeCache(run.cache.folder, state, {
          program: run.cache.program,
          engine: `${run.facts.engine.name} ${run.facts.engine.version}`,
          seed: run.facts.seed,
          sampledFor,
          workers: pool.size,
          machine: JSON.stringify([run.facts.machine, pool.size]),
        });
  state.seconds['list'] = run.listed;
  const shared = run.repeat?.plan ?? null;
  let settled = false;
  let trainingBegan = Infinity;

  const publish = (status: Report['status'], reason: string | null, draws?: number): Outcome => {
    state.seconds['all'] = now();
    const losses = pool.losses().slice(lossesBefore);
    state.incidents = [...new Set([...state.incidents, ...losses])];
    const show = (report: Report) => (draws === undefined ? surroundings.onReport?.(report) : undefined);
    return publishState(state, { ...run, workers: pool.size, show }, status, reason, draws);
  };
  const stage = async (name: string, work: () => Promise<void>): Promise<void> => {
    const began = now();
    await work();
    state.seconds[name] = now() - began;
    signal.throwIfAborted();
  };
  const say =
    (name: string, what: string, verdict: Verdict | null = null) =>
    (done: number, total: number) => {
      const message = `${dataset.name}: ${what}`;
      const secondsLeft = run.repeat === null ? Math.max(0, share - now()) : null;
      surroundings.onProgress({ stage: name, message, done, total, secondsLeft, verdict });
    };
  const certainty = new Certainty();
  const lossesBefore = pool.losses().length;
  const onTrial = (end: TrialEnd, left: number, isDecisive: boolean): boolean => {
    if (signal.aborted) return true;
    remember(state, end);
    const done = state.ends.length;
    if (end.spec.strategy === 'frozen' || unmeasured(state, strategies) !== null) {
      say('train', `trial ${done}`)(done, done + left);
      return false;
    }
    const { verdict } = publish('partial', 'The run is still under way.', QUICK_DRAWS).report;
    say('train', `so far: ${verdict?.family ?? 'nothing yet'}`, verdict)(done, done + left);
    settled = certainty.reached(verdict) && isDecisive && run.repeat === null && everyStrategyLearns(state);
    return settled;
  };

  try {
    say('decode', 'reading images')(0, state.samples.length);
    await stage('decode', () =>
      decodeImages(
        state,
        pool,
        {
          folder,
          seconds: run.repeat === null ? share * READ_WITHIN : Infinity,
          now,
          ...(shared === null ? {} : { leaveOut: new Set(unpackIntegers(shared.images.unread)) }),
        },
        say('decode', 'reading images'),
      ),
    );
    checkedSplit(state, sampledFor, run.facts.seed);
    if (shared !== null && shared.images.digest !== imagesDigest(state)) state.incidents.push(OTHER_IMAGES);
    const blocking = blockingIn(state);
    if (blocking !== undefined) return publish('stopped', blocking.message);
    const { candidates, facts } = run;
    await stage('backbone', () =>
      chooseBackbone(state, { pool, candidates, seed: facts.seed, home: surroundings.home }),
    );
    if (run.repeat === null) cache?.takeUp();
    openTrials(state, pool, run.facts.seed);
    await stage('embed', () =>
      embedImages(state, pool, folder, cache?.embeddings(folder) ?? null, say('embed', 'embedding images')),
    );
    const { size } = dataset.image;
    const source = sourceFeaturesOf(surroundings.home, state.backbone.sha256, size);
    measureNovelty(state, folder, source, run.facts.seed);
    const timeLeft = () => cache?.left(share * TRIALS_UNTIL) ?? Infinity;
    await stage('groundwork', () =>
      layGroundwork(state, pool, {
        strategies,
        calibrate: state.throughput === null || timeLeft() > share * WORTH_CALIBRATING,
        now,
        deadline: run.repeat === null ? share * FROZEN_UNTIL : Infinity,
        lastCall: run.repeat === null ? share * FROZEN_LAST_CALL : Infinity,
        probes: run.repeat?.probes ?? null,
        onTrial,
      }),
    );
    const alarm = blockingIn(state);
    if (alarm !== undefined) return publish('stopped', alarm.message);
    const left = timeLeft();
    trainingBegan = now();
    await stage('train', () =>
      runTrainedTrials(state, pool, {
        strategies,
        now,
        deadline: Math.min(share * TRIALS_UNTIL, now() + left),
        lastCall: share * LAST_CALL,
        threads: run.facts.engine.name === 'tensorflow' ? pool.size : 1,
        repeat: run.repeat?.trials ?? null,
        onTrial,
      }),
    );
    const missing = unmeasured(state, strategies);
    const outcome = publish(missing?.failed === true ? 'failed' : 'complete', missing?.why ?? null);
    // Where the report names a next experiment, a later run continues, however sure this one was while it trained.
    settled &&= outcome.report.verdict?.nextExperiment === null;
    return outcome;
  } catch (error) {
    if (signal.aborted) return publish('partial', CANCELLED);
    return publish('failed', isDiskFull(error) ? DISK_FULL : messageOf(error));
  } finally {
    cache?.keepTrials({ at: run.facts.createdAt, seconds: now(), trainingBegan, settled });
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The family is settled when two verdicts in a row say so, and the strategy with it. */
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
