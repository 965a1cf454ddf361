import { chanceError, chanceOf, isLearning, mean, samplingVariance, smoothedLogit } from './statistics.js';
import type { Measurement, MeasurementsHeader, StrategyName } from './types.js';

/** Test images assumed for a measurement without `testExamples`. */
export const ASSUMED_TEST_EXAMPLES = 200;

/** All trials of one strategy and variant at one size. */
export interface SizePoint {
  trainExamples: number;
  /** Images that were trained on: the subset without those held back. */
  fitExamples: number;
  accuracy: number;
  /** Of the mean accuracy. */
  logOdds: number;
  testExamples: number;
  /** Whether the accuracy is above chance. */
  learning: boolean;
  trials: Measurement[];
}

/** One strategy and variant, with everything measured of it; points ascend in size. */
export interface Arm {
  strategy: StrategyName;
  variant: string;
  points: SizePoint[];
  last: SizePoint;
}

export const STRATEGIES: readonly StrategyName[] = ['frozen', 'fine-tune', 'hybrid', 'scratch'];

/** Every strategy and variant that was measured, in a fixed order. */
export function armsOf(measurements: readonly Measurement[], header: MeasurementsHeader = {}): Arm[] {
  return STRATEGIES.flatMap((strategy) => {
    const own = measurements.filter((one) => one.strategy === strategy);
    const variants = [...new Set(own.map(variantOf))].sort();
    return variants.map((variant) => {
      const trials = own.filter((one) => variantOf(one) === variant);
      const sizes = [...new Set(trials.map(({ trainExamples }) => trainExamples))].sort((a, b) => a - b);
      const points = sizes.map((size) =>
        pointOf(
          trials.filter(({ trainExamples }) => trainExamples === size),
          header,
        ),
      );
      return { strategy, variant, points, last: points.at(-1)! };
    });
  });
}

export function isTransfer(strategy: StrategyName): boolean {
  return strategy !== 'scratch';
}

/** Whether the arm is above chance at its largest size; otherwise it has no curve yet. */
export function hasCurve({ last }: Arm): boolean {
  return last.learning;
}

/** Whether training had converged at the largest size; null where that was not compared. */
export function hasConverged({ last }: Arm): boolean | null {
  const known = last.trials.map(({ converged }) => converged).filter((value) => value !== undefined);
  return known.length === 0 ? null : known.every(Boolean);
}

export function pointAt(arm: Arm, trainExamples: number): SizePoint | null {
  return arm.points.find((point) => point.trainExamples === trainExamples) ?? null;
}

/** The largest size at which all of the arms were measured, or null. */
export function largestCommonSize(arms: readonly Arm[]): number | null {
  const sizes = (arms.at(0)?.points ?? [])
    .map(({ trainExamples }) => trainExamples)
    .filter((size) => arms.every((arm) => pointAt(arm, size) !== null));
  return sizes.at(-1) ?? null;
}

/**
 * How many times further than measured the families are compared; 1: both were measured at the horizon. Null when one
 * side is missing.
 */
export function extrapolationOf(arms: readonly Arm[], horizon: number): number | null {
  const reach = (transfer: boolean) =>
    Math.max(
      0,
      ...arms
        .filter(({ strategy }) => isTransfer(strategy) === transfer)
        .map(({ last }) => last.trainExamples),
    );
  const smaller = Math.min(reach(true), reach(false));
  return smaller === 0 ? null : Math.max(1, horizon / smaller);
}

/** A trial listed twice counts once. Without a seed, only the results tell two similar trials apart. */
export function uniqueTrials(measurements: readonly Measurement[]): Measurement[] {
  const seen = new Set<string>();
  return measurements.filter((one) => {
    const { strategy, trainExamples, seed, accuracy, correct } = one;
    const key = JSON.stringify([strategy, variantOf(one), trainExamples, seed, accuracy, correct]);
    return seen.size < seen.add(key).size;
  });
}

function variantOf({ variant }: Measurement): string {
  return variant ?? '';
}

function pointOf(trials: Measurement[], header: MeasurementsHeader): SizePoint {
  const { trainExamples } = trials[0];
  const accuracy = mean(trials.map((trial) => trial.accuracy));
  const testExamples = Math.max(...trials.map((trial) => trial.testExamples ?? ASSUMED_TEST_EXAMPLES));
  return {
    trainExamples,
    fitExamples: mean(trials.map((trial) => trial.fitExamples ?? trainExamples)),
    accuracy,
    logOdds: smoothedLogit(accuracy, testExamples),
    testExamples,
    learning: isBeyondChance(accuracy, testExamples, header),
    trials,
  };
}

/** Also true where the number of classes is unknown. */
function isBeyondChance(
  accuracy: number,
  testExamples: number,
  { metric = 'accuracy', classes, testLabels = [] }: MeasurementsHeader,
): boolean {
  const known = classes ?? new Set(testLabels).size;
  if (known === 0) return true;
  const chance = chanceOf(metric, known, testLabels);
  return isLearning(accuracy, chance, chanceError(metric, chance, testExamples, testLabels));
}

/** Variance of the log-odds over the choice of independent test images. */
export function testVariance({ accuracy, testExamples }: SizePoint): number {
  return samplingVariance(accuracy, testExamples);
}
