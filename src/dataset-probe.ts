import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Candidate } from './backbone/fit.js';
import { recordOf } from './backbone/record.js';
import { sourceFeaturesOf } from './backbone/source-features.js';
import { runChecks } from './checks/index.js';
import type { Dataset } from './data/dataset.js';
import type { Outcome, Surroundings } from './headstart.js';
import { writeOutputs } from './outputs.js';
import { ProbeCache } from './probe/cache.js';
import { layGroundwork } from './probe/groundwork.js';
import { measurementsOf } from './probe/measurements.js';
import { keyOf } from './probe/plan.js';
import type { Pool } from './probe/pool.js';
import { rankBackbones } from './probe/rank-backbones.js';
import type { Repeat } from './probe/receipt.js';
import {
  decodeImages,
  embedImages,
  isDiskFull,
  initialState,
  measureNovelty,
  openTrials,
  splitImages,
} from './probe/prepare.js';
import type { TrialEnd } from './probe/schedule.js';
import type { ProbeState } from './probe/state.js';
import { runTrainedTrials } from './probe/trials.js';
import { assembleReport, type Comparison } from './report/assemble.js';
import { digestOf } from './report/digest.js';
import type { RunFacts } from './report/receipt.js';
import type { Report } from './report/model.js';
import { analyse } from './verdict/analyse.js';
import type { StrategyName, Verdict } from './verdict/model.js';

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

/** Share of the budget after which no trial may end: what follows is the verdict and the report. */
const TRIALS_UNTIL = 0.97;
/** Share of the budget at which trials that take longer than foreseen are given up. */
const LAST_CALL = 1.04;
/** Share of the budget that reading images may take; what is not read by then is as if it had not been sampled. */
const READ_WITHIN = 0.3;
/** Shares of the budget after which no linear probe is begun, and none is waited for. */
const FROZEN_UNTIL = 0.45;
const FROZEN_LAST_CALL = 0.55;
/** Share of the budget below which what an earlier run measured of this machine is good enough. */
const WORTH_CALIBRATING = 0.05;
const DISK_FULL =
  'The disk of the temporary files is full. Free some of it, or name another folder in the environment variable TMPDIR.';
const CANCELLED = 'The run was cancelled.';
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
          workers: pool.size,
          machine: JSON.stringify([run.facts.machine, pool.size]),
        });
  state.seconds['list'] = run.listed;
  let settled = false;
  let trainingBegan = Infinity;

  const publish = (status: Report['status'], reason: string | null, draws?: number): Outcome => {
    state.seconds['all'] = now();
    const losses = pool.losses().slice(lossesBefore);
    state.incidents = [...new Set([...state.incidents, ...losses])];
    return publishState(state, run, status, reason, draws);
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
      const secondsLeft = Math.max(0, share - now());
      surroundings.onProgress({ stage: name, message, done, total, secondsLeft, verdict });
    };
  const certainty = new Certainty();
  const lossesBefore = pool.losses().length;
  const onTrial = (end: TrialEnd, left: number): boolean => {
    if (signal.aborted) return true;
    remember(state, end);
    const done = state.ends.length;
    if (end.spec.strategy === 'frozen' || unmeasured(state, strategies) !== null) {
      say('train', `trial ${done}`)(done, done + left);
      return false;
    }
    const { verdict } = publish('partial', 'The run is still under way.', QUICK_DRAWS).report;
    say('train', `so far: ${verdict?.family ?? 'nothing yet'}`, verdict)(done, done + left);
    settled = certainty.reached(verdict) && run.repeat === null && end.spec.seed > 0;
    return settled;
  };

  try {
    say('decode', 'reading images')(0, state.samples.length);
    await stage('decode', () =>
      decodeImages(
        state,
        pool,
        { folder, seconds: run.repeat === null ? share * READ_WITHIN : Infinity, now },
        say('decode', 'reading images'),
      ),
    );
    checkedSplit(state, sampledFor, run.facts.seed);
    const blocking = state.findings.find(({ effect }) => effect === 'blocks');
    if (blocking !== undefined) return publish('stopped', blocking.message);
    await stage('backbone', () => chooseBackbone(state, run));
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
        deadline: share * FROZEN_UNTIL,
        lastCall: share * FROZEN_LAST_CALL,
        onTrial,
      }),
    );
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
    return publish(missing?.failed === true ? 'failed' : 'complete', missing?.why ?? null);
  } catch (error) {
    if (signal.aborted) return publish('partial', CANCELLED);
    return publish('failed', isDiskFull(error) ? DISK_FULL : messageOf(error));
  } finally {
    cache?.keepTrials({ at: run.facts.createdAt, seconds: now(), trainingBegan, settled });
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Takes the only candidate, or the one that ranks first. */
async function chooseBackbone(
  state: ProbeState,
  { pool, candidates, facts, surroundings }: DatasetRun,
): Promise<void> {
  const order = candidates.length === 1 ? null : await rankBackbones(state, pool, candidates, facts.seed);
  const { backbone, obtained } = order?.[0].candidate ?? candidates[0];
  const { origin, pinned } = obtained;
  state.backbone = backbone;
  state.backboneFrom = origin === null ? null : { origin, pinned };
  state.ranking = order?.map(({ ranked }) => ranked) ?? null;
  state.record = recordOf(surroundings.home, backbone.sha256, state.dataset.name);
  state.incidents.push(...candidates.flatMap((candidate) => candidate.obtained.incident ?? []));
}

/** Deals the splits and runs the checks on what came of it. */
export function checkedSplit(state: ProbeState, budgetSeconds: number, seed: number): void {
  splitImages(state, budgetSeconds, seed);
  state.findings = runChecks(state);
}

function publishState(
  state: ProbeState,
  { pool, facts, directory, comparison }: DatasetRun,
  status: Report['status'],
  reason: string | null,
  draws: number | undefined,
): Outcome {
  const measurements = measurementsOf(state, pool.size, facts.settings);
  const analysis =
    measurements.measurements.length === 0
      ? null
      : analyse(measurements, draws === undefined ? {} : { draws });
  const digest = analysis && digestOf(state, analysis, facts, comparison?.data ?? null);
  const report = assembleReport(state, analysis, status, reason, facts, comparison, digest);
  writeOutputs(directory, report, measurements);
  return { report, directory, digest };
}

/** The latest result of each trial; one that failed takes no result away. */
function remember(state: ProbeState, end: TrialEnd): void {
  const isSame = ({ spec }: TrialEnd) => keyOf(spec) === keyOf(end.spec);
  if ('error' in end && state.ends.some((one) => isSame(one) && 'result' in one)) return;
  state.ends = [...state.ends.filter((one) => !isSame(one)), end];
}

/**
 * Why there is nothing to compare yet; null when every family that was asked for has a measurement. A budget that was
 * too short leaves the question open, trials that failed are a failure.
 */
function unmeasured(
  { ends }: ProbeState,
  strategies: readonly StrategyName[],
): { why: string; failed: boolean } | null {
  const done = ends.filter((end) => 'result' in end).map(({ spec }) => spec.strategy);
  const families = [
    strategies.filter((name) => name !== 'scratch'),
    strategies.filter((name) => name === 'scratch'),
  ];
  if (families.every((names) => names.length === 0 || names.some((name) => done.includes(name)))) return null;
  const errors = ends.flatMap((end) => ('error' in end ? [end.error] : []));
  return errors.length > 0
    ? {
        why: `${errors.length} of ${ends.length} trials failed; the last said: ${errors.at(-1)!}`,
        failed: true,
      }
    : {
        why: 'The budget ended before both families were measured once: give it more time.',
        failed: done.length === 0,
      };
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

/** Seconds since it was made, and those that had gone before. */
function stopwatch(before: number): () => number {
  const started = performance.now() - 1000 * before;
  return () => (performance.now() - started) / 1000;
}
