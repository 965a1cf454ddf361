import {
  type Arm,
  hasConverged,
  hasCurve,
  isTransfer,
  largestCommonSize,
  pointAt,
  type SizePoint,
  testVariance,
} from './arm.js';
import type { Forecast } from './curve.js';
import type { Decision } from './decide.js';
import { accuracyOf, EIGHTY_PERCENT, intervalOf, mean, steepness, sum } from './statistics.js';
import type {
  Curve,
  CurvePoint,
  Interval,
  MeasurementsHeader,
  StrategyName,
  StrategySummary,
} from './types.js';
import { type SeedVariance, seedVarianceOf, trialVariance } from './noise.js';
import { imageVariance as groupedVariance, pairedVariance } from './answers.js';
import { PRIOR } from './prior.js';

/** Predicted points of a curve between the largest size and the horizon. */
const BETWEEN = 2;

/** The curves of all arms: measured points with their noise, and predictions for the arms that stand for a strategy. */
export function curvesOf(
  all: readonly Arm[],
  forecast: Forecast,
  header: MeasurementsHeader,
  horizon: number,
): Curve[] {
  const seedVariance = seedVarianceOf(all, PRIOR);
  return all.map((arm) => {
    const index = indexIn(forecast, arm);
    const predicts = index !== -1 && hasCurve(arm);
    return {
      strategy: arm.strategy,
      variant: variantName(arm),
      measured: arm.points.map((point) => ({
        trainExamples: point.trainExamples,
        ...measuredInterval(point, header, seedVariance[arm.strategy]),
        trials: point.trials.length,
      })),
      predicted: predicts ? predictedPoints(arm, forecast, index, horizon) : [],
      forms: predicts ? forecast.forms : {},
    };
  });
}

/** One summary for each measured strategy, of the variant that stands for it. */
export function summariesOf(
  all: readonly Arm[],
  forecast: Forecast,
  decision: Decision,
  header: MeasurementsHeader,
  horizon: number,
): StrategySummary[] {
  const seedVariance = seedVarianceOf(all, PRIOR);
  const [atHorizon] = forecast.at([horizon]);
  const common = commonSizeOf(forecast.arms, decision.leaning);
  const reference = forecast.arms.find(({ strategy }) => strategy === decision.leaning)!;
  return forecast.arms.map((arm, i) => {
    const { strategy, last } = arm;
    const trials = all.filter((one) => one.strategy === strategy).flatMap(trialsOf);
    const here = common === null ? null : pointAt(arm, common);
    return {
      name: strategy,
      variant: variantName(arm),
      accuracy: measuredInterval(last, header, seedVariance[strategy]),
      trainExamples: last.trainExamples,
      learning: hasCurve(arm),
      atCommonSize: here === null ? null : measuredInterval(here, header, seedVariance[strategy]),
      predicted: hasCurve(arm) ? intervalOf(atHorizon[i]) : null,
      macroF1: averageOf(last.trials.map(({ macroF1 }) => macroF1)),
      trainSeconds: sum(trials.map(({ trainSeconds }) => trainSeconds ?? 0)),
      converged: hasConverged(arm),
      overfitGap: averageOf(
        last.trials.map(({ trainAccuracy, accuracy }) =>
          trainAccuracy === undefined ? undefined : trainAccuracy - accuracy,
        ),
      ),
      gapToChoice: arm === reference ? null : gapBetween(arm, reference, header, seedVariance),
      pBest: decision.pBest.get(strategy) ?? 0,
      trials: trials.length,
      rerunNoise: EIGHTY_PERCENT * Math.sqrt(2 * seedSpread(last, seedVariance[strategy])),
    };
  });
}

/**
 * The largest size at which strategies can be compared: one that all of them share, else the largest that the leaning
 * strategy shares with one of the other family. Null where there is none.
 */
export function commonSizeOf(arms: readonly Arm[], leaning: StrategyName): number | null {
  const lead = arms.find(({ strategy }) => strategy === leaning)!;
  const across = arms.filter(({ strategy }) => isTransfer(strategy) !== isTransfer(leaning));
  const pairs = across.map((rival) => largestCommonSize([lead, rival]) ?? 0);
  return largestCommonSize(arms) ?? (Math.max(0, ...pairs) || null);
}

function indexIn({ arms }: Forecast, { strategy, variant }: Arm): number {
  return arms.findIndex((arm) => arm.strategy === strategy && arm.variant === variant);
}

function variantName({ variant }: Arm): string {
  return variant === '' ? 'unnamed' : variant;
}

function trialsOf({ points }: Arm) {
  return points.flatMap(({ trials }) => trials);
}

/** The mean of the trials; the interval covers other seeds and other test images or groups of them. */
function measuredInterval(point: SizePoint, header: MeasurementsHeader, seedVariance: number): Interval {
  const half =
    EIGHTY_PERCENT *
    Math.sqrt(testNoise(point, header) + trialVariance(seedVariance, point, PRIOR) / point.trials.length);
  const center = point.logOdds;
  return {
    mean: point.accuracy,
    low: Math.min(point.accuracy, accuracyOf(center - half)),
    high: Math.max(point.accuracy, accuracyOf(center + half)),
  };
}

/** Variance of the log-odds over the choice of test images; never less than that of independent images. */
function testNoise(point: SizePoint, header: MeasurementsHeader): number {
  const grouped = groupedVariance(point, header);
  return Math.max(
    testVariance(point),
    grouped === null ? 0 : grouped / steepness(point.accuracy, point.testExamples) ** 2,
  );
}

function predictedPoints(arm: Arm, forecast: Forecast, index: number, horizon: number): CurvePoint[] {
  const from = arm.last.trainExamples;
  if (horizon <= from) return [];
  const sizes = Array.from({ length: BETWEEN + 1 }, (_, i) =>
    i === BETWEEN ? horizon : Math.round(from * (horizon / from) ** ((i + 1) / (BETWEEN + 1))),
  ).filter((size, i, own) => size > from && size !== own[i - 1]);
  const drawn = forecast.at(sizes);
  return sizes.map((trainExamples, i) => ({
    trainExamples,
    ...intervalOf(drawn[i][index]),
    trials: 0,
  }));
}

/** The measured gap where both were measured at the horizon, which replaces the predicted one; null elsewhere. */
export function measuredGap(
  arms: readonly Arm[],
  contender: StrategyName | null,
  header: MeasurementsHeader,
  horizon: number,
): Interval | null {
  const transfer = arms.find(({ strategy }) => strategy === contender);
  const scratch = arms.find(({ strategy }) => strategy === 'scratch');
  if (transfer === undefined || scratch === undefined) return null;
  const measured = gapBetween(transfer, scratch, header, seedVarianceOf(arms, PRIOR));
  if (measured?.trainExamples !== horizon) return null;
  return { mean: measured.mean, low: measured.low, high: measured.high };
}

/** Paired on the same test images where the answers are known, else from the noise of the two accuracies. */
function gapBetween(
  arm: Arm,
  reference: Arm,
  header: MeasurementsHeader,
  seedVariance: SeedVariance,
): (Interval & { trainExamples: number }) | null {
  const common = arm.points.filter(({ trainExamples }) => pointAt(reference, trainExamples) !== null).at(-1);
  if (common === undefined) return null;
  const { trainExamples } = common;
  const other = pointAt(reference, trainExamples)!;
  const difference = common.accuracy - other.accuracy;
  const seeds =
    seedSpread(common, seedVariance[arm.strategy]) + seedSpread(other, seedVariance[reference.strategy]);
  const images =
    pairedVariance(common, other, header) ??
    (1 - PRIOR.sharedTestVariance) * (imageVariance(common) + imageVariance(other));
  const half = EIGHTY_PERCENT * Math.sqrt(seeds + images);
  return {
    mean: difference,
    low: Math.max(-1, difference - half),
    high: Math.min(1, difference + half),
    trainExamples,
  };
}

function seedSpread(point: SizePoint, seedVariance: number): number {
  const slope = steepness(point.accuracy, point.testExamples);
  return (trialVariance(seedVariance, point, PRIOR) * slope ** 2) / point.trials.length;
}

function imageVariance(point: SizePoint): number {
  return steepness(point.accuracy, point.testExamples) / point.testExamples;
}

function averageOf(values: (number | undefined)[]): number | null {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? null : mean(known);
}
