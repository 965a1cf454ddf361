/** Joins the results of shards. A lost shard costs its trials. */
import type { TrialSpec } from '../../strategy/trial.js';
import { type KeptTrial, resultOf, type TestLabels, unpackIntegers } from '../cache/trial-record.js';
import type { MachineFacts } from '../../scheduling/machine.js';
import { armOf, asSpec, keyOf } from '../../scheduling/trial-spec.js';
import type { TrialOutcome } from '../../scheduling/schedule.js';
import { shardsOf } from './deal.js';
import type { DealtTrial, PlanFile, ShardFile } from './model.js';

/** A file named like a shard's: its content, or why it cannot be read. */
export type FoundShard = { file: string; shard: number } & ({ content: ShardFile } | { problem: string });

/** One of the machines that trained. */
export interface ShardRecord {
  shard: number;
  machine: MachineFacts;
  workers: number;
  trials: number;
  failed: number;
  seconds: number;
}

export interface Joined {
  outcomes: TrialOutcome[];
  shards: ShardRecord[];
  /** Numbers of the shards without usable results. */
  lost: number[];
  /** A sentence for each thing that went wrong. */
  incidents: string[];
}

/** Incidents in a report at most. */
const MAX_INCIDENTS = 300;
/** Upper bound of seconds, passes and images of a trial. */
const MAX_SPENT = 1e12;
/** Trials named in an incident at most. */
const MAX_NAMED = 8;

/** @param digest of the plan's file, which every shard must name. */
export function joinShards(
  plan: PlanFile,
  digest: string,
  found: readonly FoundShard[],
  test: TestLabels,
): Joined {
  const joined: Joined = { outcomes: [], shards: [], lost: [], incidents: [] };
  for (const shard of shardsOf(plan.trials)) {
    const own = plan.trials.filter((trial) => trial.shard === shard);
    const files = found.filter((one) => one.shard === shard);
    const problems: string[] = [];
    const usable = files.flatMap((one) => {
      const problem = 'problem' in one ? one.problem : whyUnusable(one.content, { digest, shard, own, test });
      if (problem !== null) problems.push(`${one.file}: ${problem}`);
      return problem === null && 'content' in one ? [one.content] : [];
    });
    if (usable.length === 0) {
      joined.lost.push(shard);
      const why = problems.length === 0 ? `there is no shard-${shard}.json` : problems.join('; ');
      joined.incidents.push(`Shard ${shard} was lost (${why}), and with it ${named(own.map(specOf))}.`);
    } else {
      joined.incidents.push(
        ...problems.map((problem) => `Shard ${shard} has a file that was left out: ${problem}.`),
      );
      take(joined, usable.reduce(fuller), own, test);
    }
  }
  joined.incidents = bounded(joined.incidents);
  return joined;
}

/**
 * The results of trials that planning ran.
 * @throws Error if they do not fit the test images.
 */
export function outcomesOfPlan({ done }: PlanFile, test: TestLabels): TrialOutcome[] {
  for (const trial of done) {
    const problem = whyWrong(trial, test);
    if (problem !== null) throw new Error(problem);
  }
  return done.map((trial) => outcomeOf(trial, test));
}

function take(joined: Joined, content: ShardFile, own: readonly DealtTrial[], test: TestLabels): void {
  const { shard, machine, workers, trials, failed, seconds, incidents } = content;
  joined.outcomes.push(...trials.map((trial) => outcomeOf(trial, test)), ...failed);
  joined.shards.push({ shard, machine, workers, trials: trials.length, failed: failed.length, seconds });
  joined.incidents.push(...incidents.map((incident) => `Shard ${shard}: ${incident}`));
  const ended = new Set([...trials, ...failed].map(({ spec }) => keyOf(spec)));
  const missing = own.map(specOf).filter((spec) => !ended.has(keyOf(spec)));
  if (missing.length > 0) joined.incidents.push(`Shard ${shard} did not get to ${named(missing)}.`);
}

/** A job that ran twice may have left two files. They are not mixed. */
function fuller(a: ShardFile, b: ShardFile): ShardFile {
  return b.trials.length > a.trials.length ? b : a;
}

function outcomeOf(trial: KeptTrial, test: TestLabels): TrialOutcome {
  const { spec, seconds, predicted } = trial;
  return { spec, seconds, result: resultOf(trial, spec, unpackIntegers(predicted), test) };
}

/** Why a file cannot come from this shard of the plan; null: it can. */
function whyUnusable(
  { plan, shard, trials, failed }: ShardFile,
  wanted: { digest: string; shard: number; own: readonly DealtTrial[]; test: TestLabels },
): string | null {
  if (plan !== wanted.digest) return 'it belongs to another plan';
  if (shard !== wanted.shard) return `it says that it is shard ${shard}`;
  const open = new Map(wanted.own.map(({ spec }) => [keyOf(spec), spec]));
  for (const { spec } of [...trials, ...failed]) {
    const planned = open.get(keyOf(spec));
    if (planned === undefined || !isSameSpec(planned, spec))
      return `it has a trial that was not planned for it, ${nameOf(spec)}`;
    open.delete(keyOf(spec));
  }
  return trials.map((trial) => whyWrong(trial, wanted.test)).find((problem) => problem !== null) ?? null;
}

/** Why a trial's figures do not match its predictions; null: they do. */
function whyWrong(trial: KeptTrial, test: TestLabels): string | null {
  const { spec, measurement } = trial;
  const predicted = unpackIntegers(trial.predicted);
  if (
    predicted.length !== test.labels.length ||
    predicted.some((label) => label < 0 || label >= test.classes)
  ) {
    return `the predictions of ${nameOf(spec)} do not fit the test images`;
  }
  const spent = [trial.seconds, trial.imagePasses, measurement.trainSeconds ?? 0, measurement.epochs ?? 0];
  if (!spent.every((value) => value >= 0 && value <= MAX_SPENT)) {
    return `what ${nameOf(spec)} took is no amount`;
  }
  const again = resultOf(trial, spec, predicted, test).measurement;
  const agrees =
    measurement.strategy === spec.strategy &&
    measurement.variant === spec.variant &&
    measurement.seed === spec.seed &&
    measurement.trainExamples === spec.trainExamples &&
    measurement.testExamples === again.testExamples &&
    measurement.accuracy === again.accuracy &&
    measurement.macroF1 === again.macroF1 &&
    measurement.learning === again.learning &&
    measurement.correct === again.correct;
  return agrees ? null : `the figures of ${nameOf(spec)} are not those of its predictions`;
}

function isSameSpec(a: TrialSpec, b: TrialSpec): boolean {
  return JSON.stringify(asSpec(a)) === JSON.stringify(asSpec(b));
}

function bounded(incidents: readonly string[]): string[] {
  const rest = incidents.length - MAX_INCIDENTS;
  return rest > 0 ? [...incidents.slice(0, MAX_INCIDENTS), `There were ${rest} more.`] : [...incidents];
}

function specOf({ spec }: DealtTrial): TrialSpec {
  return spec;
}

function named(specs: readonly TrialSpec[]): string {
  const names = specs.slice(0, MAX_NAMED).map(nameOf);
  const rest = specs.length - names.length;
  const trials = specs.length === 1 ? '1 trial' : `${specs.length} trials`;
  return `${trials}: ${names.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

function nameOf(spec: TrialSpec): string {
  return `${armOf(spec)} on ${spec.trainExamples} images with seed ${spec.seed}`;
}
