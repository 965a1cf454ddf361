/** Learning curves: what the measurements say about accuracies at other sizes, as joint draws of all strategies. */
import { type Arm, extrapolationOf, hasConverged, hasCurve, isTransfer, testVariance } from './arm.js';
import { type CurveValue, PRIOR, type Prior, recordShift } from './prior.js';
import type { MeasurementsHeader } from './types.js';
import { seedVarianceOf } from './noise.js';
import { type Observation, posteriorOf } from './posterior.js';
import { accuracyOf, type Random, seeded } from './statistics.js';

/** Accuracies at several sizes, drawn together. */
export interface Forecast {
  /** The variant that stands for each strategy. */
  arms: readonly Arm[];
  /** How probable each form of the curves is. */
  forms: Record<string, number>;
  /** For each size and arm, one value per draw. The same sizes give the same draws. */
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
 * The forecast that the decision rests on. Where both families were measured at the horizon, those measurements stand
 * alone: they need no curve, and smaller sizes do not move them.
 */
export function forecast(input: ForecastInput): Forecast {
  const { arms, horizon } = input;
  const all = observationsOf(arms);
  return forecastFrom(extrapolationOf(arms, horizon) === 1 ? atHorizonAlone(all, horizon) : all, input);
}

/** From all sizes, even where both families were measured at the horizon. */
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

/** What curves are fitted to: sizes at which a strategy was still at chance say nothing about its slope. */
function observationsOf(arms: readonly Arm[]): Observation[] {
  return arms
    .filter(hasCurve)
    .flatMap(({ strategy, variant, points }) =>
      points
        .slice(points.findLastIndex(({ learning }) => !learning) + 1)
        .map((point) => ({ strategy, variant, fitExamples: point.fitExamples, point })),
    );
}

/** Drops the smaller sizes of each arm that was measured at the horizon. */
function atHorizonAlone(observations: readonly Observation[], horizon: number): Observation[] {
  const isAtHorizon = ({ point }: Observation) => point.trainExamples === horizon;
  const nameOf = ({ strategy, variant }: Observation) => JSON.stringify([strategy, variant]);
  const measured = new Set(observations.filter(isAtHorizon).map(nameOf));
  return observations.filter((one) => isAtHorizon(one) || !measured.has(nameOf(one)));
}

/**
 * How many images of a subset are trained on, without those held back: as measured at that size, else in the proportion
 * of the largest measured subset.
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

/** A variant that was measured less than 1 / this as far as another of its strategy cannot stand for it. */
const MAX_BEHIND = 2;

/** For each strategy, the variant that is expected to end highest, preferring variants that have started to learn. */
function standIns(arms: readonly Arm[], expected: (arm: Arm) => number): Arm[] {
  const strategies = [...new Set(arms.map(({ strategy }) => strategy))];
  return strategies.map((strategy) => {
    const variants = arms.filter((arm) => arm.strategy === strategy);
    const learning = variants.some(hasCurve) ? variants.filter(hasCurve) : variants;
    const reach = Math.max(...learning.map(({ last }) => last.trainExamples));
    const candidates = learning.filter(({ last }) => MAX_BEHIND * last.trainExamples >= reach);
    return candidates.reduce((best, arm) => (expected(arm) > expected(best) ? arm : best));
  });
}

/** Draws where a strategy that is still at chance starts to learn: log-odds at a distance beyond its last size. */
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
