/** The statistics of accuracies: log-odds, intervals, the level of chance, and seeded draws. */
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { Metric } from '../dataset/dataset.js';
import type { Interval } from './types.js';

/** Half-width of a normal 80 % interval in standard deviations. */
export const EIGHTY_PERCENT = 1.2816;

export function logit(fraction: number): number {
  return Math.log(fraction / (1 - fraction));
}

/** Inverse of `logit`. */
export function accuracyOf(logOdds: number): number {
  return 1 / (1 + Math.exp(-logOdds));
}

/** Accuracy as log-odds, with half a right and half a wrong answer added so that 0 and 1 stay finite. */
export function smoothedLogit(accuracy: number, testExamples: number): number {
  return logit(smoothed(accuracy, testExamples));
}

/** Variance of the log-odds that comes from drawing `testExamples` test images. */
export function samplingVariance(accuracy: number, testExamples: number): number {
  const fraction = smoothed(accuracy, testExamples);
  return 1 / (testExamples * fraction * (1 - fraction));
}

/** Change of accuracy per log-odds, smoothed so that it does not vanish at 0 and 1. */
export function steepness(accuracy: number, testExamples: number): number {
  const fraction = smoothed(accuracy, testExamples);
  return fraction * (1 - fraction);
}

function smoothed(accuracy: number, testExamples: number): number {
  return (accuracy * testExamples + 0.5) / (testExamples + 1);
}

export function sum(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i];
  return total;
}

export function mean(values: ArrayLike<number>): number {
  return values.length === 0 ? 0 : sum(values) / values.length;
}

/** Mean and 80 % interval. */
export function intervalOf(draws: Float64Array): Interval {
  const sorted = Float64Array.from(draws).sort();
  return { mean: mean(draws), low: quantile(sorted, 0.1), high: quantile(sorted, 0.9) };
}

/** Interpolates linearly between neighbors; `sorted` ascends and is not empty. */
function quantile(sorted: ArrayLike<number>, share: number): number {
  const position = share * (sorted.length - 1);
  const below = sorted[Math.floor(position)];
  const above = sorted[Math.ceil(position)];
  return below === above ? below : below + (above - below) * (position - Math.floor(position));
}

/** Standard errors above chance from which a strategy counts as learning. */
const ERRORS_ABOVE_CHANCE = 2;

/**
 * The score of a classifier that ignores the images. For accuracy, the larger of 1 / classes and the share of the
 * largest class; for balanced accuracy, 1 / classes, counting only those that occur.
 * @param testLabels null: not known, and taken as equally frequent.
 */
export function chanceOf(metric: Metric, classes: number, testLabels: ArrayLike<number> | null): number {
  if (testLabels === null || testLabels.length === 0) return 1 / classes;
  const counts = countsByClass(testLabels);
  if (metric === 'balanced-accuracy') return 1 / counts.length;
  return Math.max(1 / classes, Math.max(...counts) / testLabels.length);
}

/** Standard error of the metric for a classifier at the level of chance. */
export function chanceError(
  metric: Metric,
  chance: number,
  testExamples: number,
  testLabels: ArrayLike<number> | null,
): number {
  const variance = chance * (1 - chance);
  if (metric === 'accuracy' || testLabels === null || testLabels.length === 0)
    return Math.sqrt(variance / testExamples);
  const counts = countsByClass(testLabels);
  return Math.sqrt(counts.reduce((sum, count) => sum + variance / count, 0)) / counts.length;
}

/** Whether an accuracy is above chance by more than noise. */
export function isLearning(accuracy: number, chance: number, standardError: number): boolean {
  return accuracy > chance + ERRORS_ABOVE_CHANCE * standardError;
}

/** Counts for the classes that occur. */
function countsByClass(labels: ArrayLike<number>): number[] {
  const counts = new Map<number, number>();
  for (let i = 0; i < labels.length; i++) counts.set(labels[i], (counts.get(labels[i]) ?? 0) + 1);
  return [...counts.values()];
}

/** A stream of random numbers that is the same on every machine for the same seed. */
export interface Random {
  /** In [0, 1). */
  uniform(): number;
  /** Standard normal. */
  normal(): number;
  /** Index below `count`. */
  index(count: number): number;
}

export function seeded(seed: number): Random {
  const generator = xoroshiro128plus(seed);
  const uniform = () => (generator.next() >>> 0) / 2 ** 32;
  return {
    uniform,
    normal: () => Math.sqrt(-2 * Math.log(uniform() + 2 ** -33)) * Math.cos(2 * Math.PI * uniform()),
    index: (count) => Math.floor(uniform() * count),
  };
}
