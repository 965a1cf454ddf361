import { trueGap } from './truth.mjs';

const POINT = 0.01;

/**
 * `wrong`: following the verdict loses more than a point and more than two standard errors of the true gap; `right`: it
 * decides, and does not; `undecided`: it does not decide.
 */
export function judge(line) {
  const { verdict } = line;
  if (verdict === null || verdict.family === 'inconclusive') return 'undecided';
  const { mean, standardError } = trueGap(line);
  const lost = { transfer: -mean, scratch: mean, equivalent: Math.abs(mean) }[verdict.family];
  return lost > POINT && lost > 2 * standardError ? 'wrong' : 'right';
}

/** Whether a probe measured scratch at a quarter of the images or at 2,000. */
export function reachesFar({ horizon, strategies: { scratch } }) {
  return horizon !== null && scratch !== undefined && scratch.trainExamples >= Math.min(horizon / 4, 2000);
}
