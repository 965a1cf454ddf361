import { type Arm, largestCommonSize, pointAt, testVariance } from './arm.js';
import { trialVariance } from './noise.js';
import { PRIOR } from './prior.js';
import { mean } from './scale.js';

/**
 * The variant that stands for each strategy: the best at the largest size that all its variants reached, the one
 * measured furthest where they tie. The best of several looks better than it is, so its levels are pulled towards the
 * mean of the variants by as much as their differences may be chance.
 */
export function representatives(arms: readonly Arm[]): Arm[] {
  const strategies = [...new Set(arms.map(({ strategy }) => strategy))];
  return strategies.map((strategy) => standIn(arms.filter((arm) => arm.strategy === strategy)));
}

function standIn(variants: Arm[]): Arm {
  if (variants.length === 1) return variants[0];
  const size = largestCommonSize(variants);
  if (size === null) return furthest(variants);
  const levels = variants.map((arm) => pointAt(arm, size)!.logOdds);
  const noise = mean(
    variants.map((arm) => {
      const point = pointAt(arm, size)!;
      return (trialVariance(PRIOR.seedVariance, point) + testVariance(point) / 2) / point.trials.length;
    }),
  );
  const centre = mean(levels);
  const spread = levels.reduce((total, level) => total + (level - centre) ** 2, 0) / (levels.length - 1);
  const chance = Math.min(1, noise / Math.max(spread, 1e-12));
  const most = Math.max(...levels);
  const close = variants.filter((_, i) => most - levels[i] <= Math.sqrt(noise) / 2);
  const chosen = furthest(close);
  const excess = chance * (levels[variants.indexOf(chosen)] - centre);
  return excess > 0 ? lowered(chosen, excess) : chosen;
}

function furthest(variants: Arm[]): Arm {
  return variants.reduce((first, arm) =>
    arm.last.trainExamples > first.last.trainExamples ||
    (arm.last.trainExamples === first.last.trainExamples && arm.last.logOdds > first.last.logOdds)
      ? arm
      : first,
  );
}

function lowered(arm: Arm, by: number): Arm {
  const points = arm.points.map((point) => ({ ...point, logOdds: point.logOdds - by }));
  return { ...arm, points, last: points.at(-1)! };
}
