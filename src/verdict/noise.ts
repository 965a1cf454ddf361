/** Noise of measured accuracies: random starts, subsets and test images. */
import { type Arm, type SizePoint, STRATEGIES } from './arm.js';
import type { StrategyName } from './types.js';
import { sharesOf } from './answers.js';
import type { Prior } from './prior.js';
import { steepness } from './statistics.js';

/** Variance of one trial's log-odds over random starts and over which training images were drawn. */
export function trialVariance(seedVariance: number, { trainExamples }: SizePoint, prior: Prior): number {
  return seedVariance * (1 + prior.subsetDoubling / trainExamples);
}

/** For each strategy, `Prior.seedVariance` updated by the replicates of all strategies, and then by its own. */
export type SeedVariance = Readonly<Record<StrategyName, number>>;

export function seedVarianceOf(arms: readonly Arm[], prior: Prior): SeedVariance {
  const own = (strategy?: StrategyName) =>
    pool(
      arms
        .filter((arm) => strategy === undefined || arm.strategy === strategy)
        .flatMap(({ points }) => points)
        .flatMap((point) => replicateSpread(point, prior) ?? []),
    );
  const pooled = shrink(own(), prior.seedVariance, prior.seedFreedom);
  const entries = STRATEGIES.map((name) => [name, shrink(own(name), pooled, prior.seedFreedom)] as const);
  return Object.fromEntries(entries) as SeedVariance;
}

interface Spread {
  /** Variance times `freedom`. */
  squares: number;
  freedom: number;
}

function pool(spreads: readonly Spread[]): Spread {
  return {
    squares: spreads.reduce((sum, { squares }) => sum + squares, 0),
    freedom: spreads.reduce((sum, { freedom }) => sum + freedom, 0),
  };
}

/** The weighted mean of the observed variance and the prior belief; never below a quarter of the belief. */
function shrink({ squares, freedom }: Spread, belief: number, worth: number): number {
  return Math.max(belief / 4, (worth * belief + squares) / (worth + freedom));
}

/**
 * What replicates at one size say about the seed variance: their spread, less the part from single answers that flip.
 * It can be negative; its mean over many sizes is not.
 */
function replicateSpread(point: SizePoint, prior: Prior): Spread | null {
  const { trials, accuracy } = point;
  if (trials.length < 2) return null;
  const freedom = trials.length - 1;
  const spread = trials.reduce((sum, trial) => sum + (trial.accuracy - accuracy) ** 2, 0) / freedom;
  const excess = (spread - flipVariance(point)) / steepness(accuracy, point.testExamples) ** 2;
  return { squares: (freedom * excess) / trialVariance(1, point, prior), freedom };
}

/** Variance of an accuracy that comes from answers that flip between trials. */
function flipVariance(point: SizePoint): number {
  const { accuracy, testExamples, trials } = point;
  const shares = sharesOf(point);
  if (shares === null) return (accuracy * (1 - accuracy)) / (2 * testExamples);
  const unbiased = trials.length / (trials.length - 1);
  return (unbiased * shares.reduce((sum, share) => sum + share * (1 - share), 0)) / testExamples ** 2;
}

/**
 * Covariance of the accuracies of all points over the choice of test images, given the `expected` accuracies;
 * [points, points], row by row.
 * @param observed from the answers, as `groupedCovariance` returns it; null: they are not known image by image, and all
 *   pairs of points are assumed to share the same part of it.
 */
export function testCovariance(
  points: readonly SizePoint[],
  expected: readonly number[],
  observed: Float64Array | null,
  prior: Prior,
): Float64Array {
  const count = points.length;
  const independent = points.map(({ testExamples }, i) => (expected[i] * (1 - expected[i])) / testExamples);
  const matrix = new Float64Array(count * count);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < count; j++) {
      matrix[i * count + j] =
        observed === null
          ? prior.sharedTestVariance * Math.sqrt(independent[i] * independent[j])
          : observed[i * count + j];
    }
    // A classifier that gets all or none right shows no variance but has some.
    matrix[i * count + i] = Math.max(matrix[i * count + i], independent[i]);
  }
  return matrix;
}
