import type { Arm, SizePoint } from './arm.js';
import { PRIOR } from './prior.js';

/** Variance of one trial's log-odds over random starts and over which training images were drawn. */
export function trialVariance(seedVariance: number, { trainExamples }: SizePoint): number {
  return seedVariance * (1 + PRIOR.subsetDoubling / trainExamples);
}

/** The prior's `seedVariance`, pulled towards what replicates of the same size show. */
export function seedVarianceOf(arms: readonly Arm[]): number {
  let squares = PRIOR.seedFreedom * PRIOR.seedVariance;
  let freedom = PRIOR.seedFreedom;
  for (const { points } of arms) {
    for (const point of points) {
      const { trials, accuracy, testExamples } = point;
      if (trials.length < 2) continue;
      const fraction = (accuracy * testExamples + 0.5) / (testExamples + 1);
      const steepness = 1 / (fraction * (1 - fraction));
      const spread = trials.reduce((total, one) => total + (steepness * (one.accuracy - accuracy)) ** 2, 0);
      squares += spread / trialVariance(1, point);
      freedom += trials.length - 1;
    }
  }
  return squares / freedom;
}
