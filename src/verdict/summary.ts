import { type Arm, pointAt, type SizePoint, testVariance } from './arm.js';
import type { Forecast } from './curve.js';
import type { Decision } from './decide.js';
import { EIGHTY_PERCENT, intervalOf } from './interval.js';
import type { Curve, CurvePoint, Interval, MeasurementsHeader, StrategySummary } from './model.js';
import { seedVarianceOf, trialVariance } from './noise.js';
import { imageVariance as groupedVariance, pairedVariance } from './paired.js';
import { PRIOR } from './prior.js';
import { accuracyOf, mean, smoothedLogit, sum } from './scale.js';

/** Points that a curve is drawn through between the largest size and the horizon. */
const BETWEEN = 2;

/** All arms' curves: what was measured with its noise, and for the representatives what the curve foretells. */
export function curvesOf(
  all: readonly Arm[],
  forecast: Forecast,
  header: MeasurementsHeader,
  horizon: number,
): Curve[] {
  const seedVariance = seedVarianceOf(all);
  return all.map((arm) => {
    const index = forecast.arms.findIndex(
      ({ strategy, variant }) => strategy === arm.strategy && variant === arm.variant,
    );
    return {
      strategy: arm.strategy,
      variant: variantName(arm),
      measured: arm.points.map((point) => measuredPoint(point, header, seedVariance)),
      predicted: index === -1 ? [] : predictedPoints(arm, forecast, index, horizon),
      forms: index === -1 ? {} : forecast.forms[index],
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
  const seedVariance = seedVarianceOf(all);
  const standIns = forecast.arms.map((arm) =>
    all.find(({ strategy, variant }) => strategy === arm.strategy && variant === arm.variant)!,
  );
  const reference = standIns.find(({ strategy }) => strategy === (decision.choice ?? decision.leaning))!;
  return standIns.map((arm, i) => {
    const { strategy, last } = arm;
    const trials = all.filter((one) => one.strategy === strategy).flatMap(trialsOf);
    return {
      name: strategy,
      variant: variantName(arm),
      accuracy: measuredInterval(last, header, seedVariance),
      trainExamples: last.trainExamples,
      predicted: intervalOf(forecast.at(i, horizon)),
      macroF1: averageOf(last.trials.map(({ macroF1 }) => macroF1)),
      trainSeconds: sum(trials.map(({ trainSeconds }) => trainSeconds ?? 0)),
      converged: convergedOf(last),
      overfitGap: averageOf(
        last.trials.map(({ trainAccuracy, accuracy }) =>
          trainAccuracy === undefined ? undefined : trainAccuracy - accuracy,
        ),
      ),
      gapToChoice: arm === reference ? null : gapBetween(arm, reference, header, seedVariance),
      pBest: decision.pBest.get(strategy) ?? 0,
      trials: trials.length,
      rerunNoise: EIGHTY_PERCENT * Math.sqrt(2 * seedSpread(last, seedVariance)),
    };
  });
}

export function variantName({ variant }: Arm): string {
  return variant === '' ? 'unnamed' : variant;
}

function trialsOf({ points }: Arm) {
  return points.flatMap(({ trials }) => trials);
}

function measuredPoint(point: SizePoint, header: MeasurementsHeader, seedVariance: number): CurvePoint {
  return {
    trainExamples: point.trainExamples,
    ...measuredInterval(point, header, seedVariance),
    trials: point.trials.length,
  };
}

/** The mean of the trials; the interval is for other seeds and other test images or groups of them. */
function measuredInterval(point: SizePoint, header: MeasurementsHeader, seedVariance: number): Interval {
  const half =
    EIGHTY_PERCENT *
    Math.sqrt(testNoise(point, header) + trialVariance(seedVariance, point) / point.trials.length);
  const centre = smoothedLogit(point.accuracy, point.testExamples);
  return {
    mean: point.accuracy,
    low: Math.min(point.accuracy, accuracyOf(centre - half)),
    high: Math.max(point.accuracy, accuracyOf(centre + half)),
  };
}

/** Variance of the log-odds that the choice of test images causes: never less than that of independent images. */
function testNoise(point: SizePoint, header: MeasurementsHeader): number {
  const grouped = groupedVariance(point, header);
  return Math.max(testVariance(point), grouped === null ? 0 : grouped / steepness(point) ** 2);
}

function predictedPoints(arm: Arm, forecast: Forecast, index: number, horizon: number): CurvePoint[] {
  const from = arm.last.trainExamples;
  if (horizon <= from) return [];
  const sizes = Array.from({ length: BETWEEN + 1 }, (_, i) =>
    i === BETWEEN ? horizon : Math.round(from * (horizon / from) ** ((i + 1) / (BETWEEN + 1))),
  ).filter((size, i, own) => size > from && size !== own[i - 1]);
  return sizes.map((trainExamples) => ({
    trainExamples,
    ...intervalOf(forecast.at(index, trainExamples)),
    trials: 0,
  }));
}

/** Paired on the same test images where the answers are known, else from the two accuracies' noise. */
function gapBetween(
  arm: Arm,
  reference: Arm,
  header: MeasurementsHeader,
  seedVariance: number,
): (Interval & { trainExamples: number }) | null {
  const common = arm.points.filter(({ trainExamples }) => pointAt(reference, trainExamples) !== null).at(-1);
  if (common === undefined) return null;
  const { trainExamples } = common;
  const other = pointAt(reference, trainExamples)!;
  const difference = common.accuracy - other.accuracy;
  const seeds = seedSpread(common, seedVariance) + seedSpread(other, seedVariance);
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

/** From log-odds to accuracy, half an answer away from 0 and 1. */
function steepness({ accuracy, testExamples }: SizePoint): number {
  const kept = accuracyOf(smoothedLogit(accuracy, testExamples));
  return kept * (1 - kept);
}

function seedSpread(point: SizePoint, seedVariance: number): number {
  return (trialVariance(seedVariance, point) * steepness(point) ** 2) / point.trials.length;
}

function imageVariance(point: SizePoint): number {
  return steepness(point) / point.testExamples;
}

function averageOf(values: (number | undefined)[]): number | null {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? null : mean(known);
}

function convergedOf({ trials }: SizePoint): boolean | null {
  const known = trials.map(({ converged }) => converged).filter((value) => value !== undefined);
  return known.length === 0 ? null : known.every(Boolean);
}
