/** How trials become independent of each other, and whose each of them is. */
import { RATE_FROM, type Arm } from '../../strategy/recipe.js';
import type { TrialSpec } from '../../strategy/trial.js';
import { armOf, keyOf, type PlannedTrial } from '../plan.js';
import type { DealtTrial } from './model.js';

/**
 * The trials that choose rates, to be run before the others are dealt: as planned when there is time for all of them
 * side by side, else at the largest smaller size for which there is; the larger ones take what is found there.
 *
 * @param sizes ascending.
 * @param respecify the trial at another size, with what it should take.
 * @param fits whether there is time for all of these.
 */
export function tuningTrials(
  planned: readonly PlannedTrial[],
  sizes: readonly number[],
  respecify: (spec: TrialSpec, trainExamples: number) => PlannedTrial,
  fits: (trials: readonly PlannedTrial[]) => boolean,
): PlannedTrial[] {
  const tuning = planned.filter(({ spec }) => spec.rates.length > 1);
  if (tuning.length === 0 || fits(tuning)) return tuning;
  const lowest = Math.min(...tuning.map(({ spec }) => spec.trainExamples));
  const smaller = sizes.filter((size) => size < lowest).reverse();
  return smaller.map((size) => tuning.map(({ spec }) => respecify(spec, size))).find(fits) ?? [];
}

/** Each trial with the one rate that was found for it or its kin, else its first; the first of those that are alike. */
export function settleRates(
  planned: readonly PlannedTrial[],
  rates: ReadonlyMap<Arm, number>,
  secondsOf: (spec: TrialSpec) => number,
): PlannedTrial[] {
  const settled = new Map<string, PlannedTrial>();
  for (const { spec } of planned) {
    const arm = armOf(spec);
    const rate = rates.get(RATE_FROM[arm]) ?? rates.get(arm) ?? spec.rates[0];
    const one = { ...spec, rates: [rate] };
    if (!settled.has(keyOf(one))) settled.set(keyOf(one), { spec: one, seconds: secondsOf(one) });
  }
  return [...settled.values()];
}

/**
 * Deals independent trials so that all shards should end at the same time: the longest first, each to the worker with
 * the least to do. Trials that are alike take about as long, so they come to different shards, and a lost shard takes
 * no strategy with it when there are several of each. They come in the order in which they are to be started: what is
 * short before what is long, as far as that makes no worker end later.
 */
export function deal(planned: readonly PlannedTrial[], shards: number, workers: number): DealtTrial[] {
  const queues = Array.from({ length: workers }, () =>
    Array.from({ length: shards }, (_, shard): Queue => ({ shard, seconds: 0, trials: [] })),
  ).flat();
  for (const trial of [...planned].sort((a, b) => b.seconds - a.seconds)) {
    const lightest = queues.reduce((best, one) => (one.seconds < best.seconds ? one : best));
    lightest.seconds += trial.seconds;
    lightest.trials.unshift(trial);
  }
  const started = queues.flatMap(({ shard, trials }) => {
    let start = 0;
    return trials.map(({ spec, seconds }) => {
      start += seconds;
      return { start: start - seconds, trial: { shard, seconds, spec } };
    });
  });
  return started.sort((a, b) => a.start - b.start).map(({ trial }) => trial);
}

/** What one worker of a shard is to do. */
interface Queue {
  shard: number;
  seconds: number;
  trials: PlannedTrial[];
}

/** Numbers of the shards that got a trial, ascending. */
export function shardsOf(trials: readonly Pick<DealtTrial, 'shard'>[]): number[] {
  return [...new Set(trials.map(({ shard }) => shard))].sort((a, b) => a - b);
}
