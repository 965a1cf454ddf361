/** Assigns trials to shards. */
import type { PlannedTrial } from '../../scheduling/plan.js';
import type { DealtTrial } from './model.js';

/**
 * Assigns independent trials so that all shards end at about the same time: the longest first, each to the worker with
 * the least to do. Similar trials take about as long, so they go to different shards, and a lost shard does not take a
 * whole strategy with it. The result is in starting order: short trials first where no worker ends later for it.
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

/** The trials of one worker of a shard. */
interface Queue {
  shard: number;
  seconds: number;
  trials: PlannedTrial[];
}

/** Numbers of the shards that have trials, ascending. */
export function shardsOf(trials: readonly Pick<DealtTrial, 'shard'>[]): number[] {
  return [...new Set(trials.map(({ shard }) => shard))].sort((a, b) => a - b);
}
