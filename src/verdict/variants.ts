import { type Arm, isTransfer, pointAt, type SizePoint, testVariance } from './arm.js';
import { trialVariance } from './noise.js';
import { PRIOR } from './prior.js';
import { mean } from './scale.js';

/** How many standard deviations a variant must be ahead to stand for its strategy although another was measured further. */
const CLEARLY = 2;

/**
 * The variant that stands for each strategy: the one measured furthest, the best where several were, and one that got at
 * least half as far only when it is clearly better. The best of several looks better than it is, so its levels are
 * pulled towards the mean of the variants by as much as their differences may be chance.
 */
export function representatives(arms: readonly Arm[]): Arm[] {
  const strategies = [...new Set(arms.map(({ strategy }) => strategy))];
  return strategies.map((strategy) => standIn(arms.filter((arm) => arm.strategy === strategy)));
}

/**
 * The best of several transfer strategies looks better than it is, too, and scratch stands alone: levels of the transfer
 * strategies are pulled towards their mean by as much as their differences may be chance, so that equals stay equal.
 */
export function withoutLuck(arms: readonly Arm[]): Arm[] {
  const transfer = arms.filter(({ strategy }) => isTransfer(strategy));
  const comparison = compare(transfer);
  if (transfer.length < 2 || comparison === null) return [...arms];
  return arms.map((arm) => (isTransfer(arm.strategy) ? shifted(arm, -comparison.luck(arm)) : arm));
}

function standIn(variants: Arm[]): Arm {
  const reach = Math.max(...variants.map(({ last }) => last.trainExamples));
  const rivals = variants.filter(({ last }) => 2 * last.trainExamples >= reach);
  const comparison = compare(rivals);
  const furthest = rivals.filter(({ last }) => last.trainExamples === reach);
  if (rivals.length === 1 || comparison === null) return furthest[0];
  const { level, luck, noise } = comparison;
  const best = (arms: Arm[]) => arms.reduce((most, arm) => (level(arm) > level(most) ? arm : most));
  const leader = best(furthest);
  const challenger = best(rivals);
  const isClear = level(challenger) - level(leader) > CLEARLY * Math.sqrt(2 * noise);
  const chosen = isClear ? challenger : leader;
  return shifted(chosen, -Math.max(0, luck(chosen)));
}

/** Several arms beside each other. */
interface Comparison {
  /** Mean log-odds over the sizes that all were measured at. */
  level: (arm: Arm) => number;
  /** Variance of a level. */
  noise: number;
  /** How far the arm's level is from the mean of all by chance. */
  luck: (arm: Arm) => number;
}

/** Null when the arms have no size in common. */
function compare(arms: readonly Arm[]): Comparison | null {
  const sizes = (arms.at(0)?.points ?? [])
    .map(({ trainExamples }) => trainExamples)
    .filter((size) => arms.every((arm) => pointAt(arm, size) !== null));
  if (sizes.length === 0) return null;
  const pointsOf = (arm: Arm) => sizes.map((size) => pointAt(arm, size)!);
  const level = (arm: Arm) => mean(pointsOf(arm).map(({ logOdds }) => logOdds));
  const noise = noiseOf(arms.flatMap(pointsOf)) / sizes.length;
  const centre = mean(arms.map(level));
  const spread = arms.reduce((total, arm) => total + (level(arm) - centre) ** 2, 0) / (arms.length - 1);
  const chance = Math.min(1, noise / Math.max(spread, 1e-12));
  return { level, noise, luck: (arm) => chance * (level(arm) - centre) };
}

/** Variance of a level on test images that others are measured on as well. */
function noiseOf(points: readonly SizePoint[]): number {
  return mean(
    points.map(
      (point) => (trialVariance(PRIOR.seedVariance, point) + testVariance(point) / 2) / point.trials.length,
    ),
  );
}

function shifted(arm: Arm, by: number): Arm {
  const points = arm.points.map((point) => ({ ...point, logOdds: point.logOdds + by }));
  return { ...arm, points, last: points.at(-1)! };
}
