import type { Measurement, StrategyName } from './model.js';
import { mean, samplingVariance, smoothedLogit } from './scale.js';

/** Test images that a measurement without `testExamples` is taken to rest on. */
export const ASSUMED_TEST_EXAMPLES = 200;

/** All trials of one strategy and variant at one size. */
export interface SizePoint {
  trainExamples: number;
  accuracy: number;
  /** Of the mean accuracy. */
  logOdds: number;
  testExamples: number;
  trials: Measurement[];
}

/** One way to train, with everything measured of it; points ascend in size. */
export interface Arm {
  strategy: StrategyName;
  variant: string;
  points: SizePoint[];
  last: SizePoint;
}

export const STRATEGIES: readonly StrategyName[] = ['frozen', 'fine-tune', 'hybrid', 'scratch'];

/** Every strategy and variant that was measured, in a fixed order. */
export function armsOf(measurements: readonly Measurement[]): Arm[] {
  return STRATEGIES.flatMap((strategy) => {
    const own = measurements.filter((one) => one.strategy === strategy);
    const variants = [...new Set(own.map(variantOf))].sort();
    return variants.map((variant) =>
      armOf(
        strategy,
        variant,
        own.filter((one) => variantOf(one) === variant),
      ),
    );
  });
}

export function isTransfer(strategy: StrategyName): boolean {
  return strategy !== 'scratch';
}

export function pointAt(arm: Arm, trainExamples: number): SizePoint | null {
  return arm.points.find((point) => point.trainExamples === trainExamples) ?? null;
}

/** The largest size at which every one of the arms was measured, or null. */
export function largestCommonSize(arms: readonly Arm[]): number | null {
  const sizes = (arms.at(0)?.points ?? [])
    .map(({ trainExamples }) => trainExamples)
    .filter((size) => arms.every((arm) => pointAt(arm, size) !== null));
  return sizes.at(-1) ?? null;
}

/**
 * The same trial written twice is one trial. Without a seed nothing tells two trials of the same kind apart but their
 * results.
 */
export function onceEach(measurements: readonly Measurement[]): Measurement[] {
  const seen = new Set<string>();
  return measurements.filter((one) => {
    const { strategy, trainExamples, seed, accuracy, correct } = one;
    const result = seed === undefined ? [accuracy, correct] : [];
    const key = JSON.stringify([strategy, variantOf(one), trainExamples, seed, ...result]);
    return seen.size < seen.add(key).size;
  });
}

function variantOf({ variant }: Measurement): string {
  return variant ?? '';
}

function armOf(strategy: StrategyName, variant: string, trials: Measurement[]): Arm {
  const sizes = [...new Set(trials.map(({ trainExamples }) => trainExamples))].sort((a, b) => a - b);
  const points = sizes.map((size) =>
    pointOf(
      size,
      trials.filter(({ trainExamples }) => trainExamples === size),
    ),
  );
  return { strategy, variant, points, last: points.at(-1)! };
}

function pointOf(trainExamples: number, trials: Measurement[]): SizePoint {
  const accuracy = mean(trials.map((trial) => trial.accuracy));
  const testExamples = Math.max(...trials.map((trial) => trial.testExamples ?? ASSUMED_TEST_EXAMPLES));
  return { trainExamples, accuracy, logOdds: smoothedLogit(accuracy, testExamples), testExamples, trials };
}

/** Variance of the log-odds that the choice of test images causes. */
export function testVariance({ accuracy, testExamples }: SizePoint): number {
  return samplingVariance(accuracy, testExamples);
}
