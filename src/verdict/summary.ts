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
import { EIGHTY_PERCENT, intervalOf } from './interval.js';
import type {
  Curve,
  CurvePoint,
  Interval,
  MeasurementsHeader,
  StrategyName,
  StrategySummary,
} from './model.js';
import { type SeedVariance, seedVarianceOf, trialVariance } from './noise.js';
import { imageVariance as groupedVariance, pairedVariance } from './paired.js';
import { PRIOR } from './prior.js';
import { accuracyOf, mean, steepness, sum } from './scale.js';

/** Points that a curve is drawn through between the largest size and the horizon. */
const BETWEEN = 2;

/** All arms' curves: what was measured with its noise, and for those that stand for a strategy what is predicted. */
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

/** Each measured strategy through the variant that stands for it. */
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
 * The largest size at which the strategies can be set beside each other: that of all of them, else of the one leaned to
 * and the one of the other family that was measured furthest with it. Null where there is none.
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

export function variantName({ variant }: Arm): string {
  return variant === '' ? 'unnamed' : variant;
}

function trialsOf({ points }: Arm) {
  return points.flatMap(({ trials }) => trials);
}

/** The mean of the trials; the interval is for other seeds and other test images or groups of them. */
function measuredInterval(point: SizePoint, header: MeasurementsHeader, seedVariance: number): Interval {
  const half =
    EIGHTY_PERCENT *
    Math.sqrt(testNoise(point, header) + trialVariance(seedVariance, point, PRIOR) / point.trials.length);
  const centre = point.logOdds;
  return {
    mean: point.accuracy,
    low: Math.min(point.accuracy, accuracyOf(centre - half)),
    high: Math.max(point.accuracy, accuracyOf(centre + half)),
  };
}

/** Variance of the log-odds that the choice of test images causes: never less than that of independent images. */
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

/** Where both were measured at the horizon, what was measured and not what the curves make of it; null elsewhere. */
export function measuredGap(
  arms: readonly Arm[],
  contender: StrategyName | null,
  header: MeasurementsHeader,
  horizon: number,
): Interval | null {
  const transfer = arms.find(({ strategy }) => strategy === contender);
  const scratch = arms.find(({ strategy }) => strategy === 'scratch');
  if (transfer === undefined || scratch === undefined) return null;
  const found = gapBetween(transfer, scratch, header, seedVarianceOf(arms, PRIOR));
  if (found?.trainExamples !== horizon) return null;
  const { mean: measured, low, high } = found;
  return { mean: measured, low, high };
}

/** Paired on the same test images where the answers are known, else from the two accuracies' noise. */
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
