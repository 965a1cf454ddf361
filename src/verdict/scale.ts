/** The scale on which learning curves are close to straight: log-odds of accuracy against the log of the size. */

export function logit(fraction: number): number {
  return Math.log(fraction / (1 - fraction));
}

export function accuracyOf(logOdds: number): number {
  return 1 / (1 + Math.exp(-logOdds));
}

/** Accuracy as log-odds, half a right and half a wrong answer added so that 0 and 1 stay finite. */
export function smoothedLogit(accuracy: number, testExamples: number): number {
  return logit((accuracy * testExamples + 0.5) / (testExamples + 1));
}

/** Variance of the log-odds that drawing `testExamples` test images alone causes. */
export function samplingVariance(accuracy: number, testExamples: number): number {
  const fraction = (accuracy * testExamples + 0.5) / (testExamples + 1);
  return 1 / (testExamples * fraction * (1 - fraction));
}

/** Change of accuracy per log-odds; half an answer away from 0 and 1, where it vanishes. */
export function steepness(accuracy: number, testExamples: number): number {
  const fraction = (accuracy * testExamples + 0.5) / (testExamples + 1);
  return fraction * (1 - fraction);
}

export function sum(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i];
  return total;
}

export function mean(values: ArrayLike<number>): number {
  return values.length === 0 ? 0 : sum(values) / values.length;
}
