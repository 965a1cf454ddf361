/** Learning curves: what the measurements say of accuracies at other sizes, as draws of all strategies together. */
import { type Arm, extrapolationOf, hasConverged, hasCurve, isTransfer, testVariance } from './arm.js';
import type { CurveValue } from './covariance.js';
import type { MeasurementsHeader } from './model.js';
import { seedVarianceOf } from './noise.js';
import { type Observation, posteriorOf } from './posterior.js';
import { PRIOR, type Prior } from './prior.js';
import { type Random, seeded } from './random.js';
import { recordShift } from './record.js';
import { accuracyOf } from './scale.js';

/** Accuracies at several sizes, drawn together. */
export interface Forecast {
  /** The variant that stands for each strategy. */
  arms: readonly Arm[];
  /** How probable each form of the curves is. */
  forms: Record<string, number>;
  /** By size and arm, one value a draw. The same sizes give the same draws. */
  at: (trainExamples: readonly number[]) => Float64Array[][];
}

export interface ForecastInput {
  /** All variants. */
  arms: readonly Arm[];
  header: MeasurementsHeader;
  horizon: number;
  draws: number;
  seed: number;
  prior?: Prior;
}

/**
 * What to decide on. Where both families were measured at the horizon, what was measured there stands for itself: it needs
 * no curve, and smaller sizes do not move it.
 */
export function forecast(input: ForecastInput): Forecast {
  const { arms, horizon } = input;
  const all = observationsOf(arms);
  return forecastFrom(extrapolationOf(arms, horizon) === 1 ? atHorizonAlone(all, horizon) : all, input);
}

/** From all sizes, also where smaller ones no longer matter at the horizon. */
export function forecastFromAllSizes(input: ForecastInput): Forecast {
  return forecastFrom(observationsOf(input.arms), input);
}

function forecastFrom(observations: readonly Observation[], input: ForecastInput): Forecast {
  const { arms, header, horizon, draws, seed, prior = PRIOR } = input;
  const seedVariance = seedVarianceOf(arms.filter(hasCurve), prior);
  const posterior = posteriorOf(observations, seedVariance, header, prior);
  const fitExamples = fitExamplesOf(arms);
  const valueAt = ({ strategy, variant }: Arm, size: number): CurveValue => ({
    strategy,
    variant,
    fitExamples: fitExamples(size),
  });
  const shown = standIns(arms, (arm) => posterior.mean([valueAt(arm, horizon)])[0]);
  const learned = shown.filter(hasCurve);
  const shift = recordShift(header.record, prior.record);
  const at = (sizes: readonly number[]) => {
    const random = seeded(seed);
    const accuracies = sizes.map(() => shown.map(() => new Float64Array(draws)));
    const sample = posterior.sampler(
      learned.flatMap((arm) => sizes.map((size) => valueAt(arm, size))),
      random,
    );
    for (let draw = 0; draw < draws; draw++) {
      const values = sample();
      shown.forEach((arm, i) => {
        const first = learned.indexOf(arm) * sizes.length;
        const gain = hasConverged(arm) === false ? prior.unconvergedGain * Math.abs(random.normal()) : 0;
        const start = hasCurve(arm) ? null : onset(arm, prior, random);
        sizes.forEach((size, k) => {
          const beyond = Math.max(0, Math.log(size / arm.last.trainExamples));
          const record = (isTransfer(arm.strategy) ? 0.5 : -0.5) * shift * (beyond / (beyond + 1));
          const level = start === null ? values[first + k] + gain : start(beyond);
          accuracies[k][i][draw] = accuracyOf(level + record);
        });
      });
    }
    return accuracies;
  };
  return { arms: shown, forms: posterior.forms, at };
}

/** What curves are fitted to: where a strategy was still at chance it had no slope to show. */
function observationsOf(arms: readonly Arm[]): Observation[] {
  return arms
    .filter(hasCurve)
    .flatMap(({ strategy, variant, points }) =>
      points
        .slice(points.findLastIndex(({ learning }) => !learning) + 1)
        .map((point) => ({ strategy, variant, fitExamples: point.fitExamples, point })),
    );
}

/** Without the smaller sizes of whatever was measured at the horizon. */
function atHorizonAlone(observations: readonly Observation[], horizon: number): Observation[] {
  const isThere = ({ point }: Observation) => point.trainExamples === horizon;
  const nameOf = ({ strategy, variant }: Observation) => JSON.stringify([strategy, variant]);
  const there = new Set(observations.filter(isThere).map(nameOf));
  return observations.filter((one) => isThere(one) || !there.has(nameOf(one)));
}

/**
 * Images that are trained on when a subset of that size is: as measured there, else the share of it that the largest
 * measured subset left to train on.
 */
function fitExamplesOf(arms: readonly Arm[]): (trainExamples: number) => number {
  const points = arms.flatMap((arm) => arm.points);
  const largest = points.reduce((most, point) => (point.trainExamples > most.trainExamples ? point : most));
  return (trainExamples) => {
    const { fitExamples, trainExamples: size } =
      points.find((point) => point.trainExamples === trainExamples) ?? largest;
    return (trainExamples * fitExamples) / size;
  };
}

/** A variant that was measured less than half as far as another of its strategy cannot stand for it. */
const FAR_ENOUGH = 2;

/** Of each strategy the variant that is expected to end highest; one that has started to learn before one that has not. */
function standIns(arms: readonly Arm[], expected: (arm: Arm) => number): Arm[] {
  const strategies = [...new Set(arms.map(({ strategy }) => strategy))];
  return strategies.map((strategy) => {
    const variants = arms.filter((arm) => arm.strategy === strategy);
    const learning = variants.some(hasCurve) ? variants.filter(hasCurve) : variants;
    const reach = Math.max(...learning.map(({ last }) => last.trainExamples));
    const candidates = learning.filter(({ last }) => FAR_ENOUGH * last.trainExamples >= reach);
    return candidates.reduce((best, arm) => (expected(arm) > expected(best) ? arm : best));
  });
}

/** A draw of where a strategy that is still at chance starts to learn, as log-odds at a distance beyond its last size. */
function onset(
  { last }: Arm,
  { onset: { distance, slope } }: Prior,
  random: Random,
): (beyond: number) => number {
  const start = -distance * Math.log(1 - random.uniform());
  const level = last.logOdds + Math.sqrt(testVariance(last)) * random.normal();
  const steepness = Math.max(0, slope.mean + slope.sd * random.normal());
  return (beyond) => level + steepness * Math.max(0, beyond - start);
}
