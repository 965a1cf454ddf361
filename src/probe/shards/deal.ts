/** Whose each trial is. */
import type { PlannedTrial } from '../../scheduling/plan.js';
import type { DealtTrial } from './model.js';

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
