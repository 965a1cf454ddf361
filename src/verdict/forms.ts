import type { Arm } from './arm.js';
import { testVariance } from './arm.js';
import { trialVariance } from './noise.js';

/** A shape of the learning curve: log-odds at the largest size plus a slope times `rise`, which is 0 there. */
export interface Form {
  name: string;
  /** Before anything is measured. */
  weight: number;
  /** Of the distance from the largest measured size, in e-foldings. */
  rise: (distance: number) => number;
}

/** How fast the saturating form approaches its asymptote: the exponent of its power law. */
const EXPONENT = 0.3;

export const FORMS: readonly Form[] = [
  { name: 'logistic', weight: 0.5, rise: (distance) => distance },
  { name: 'power law', weight: 0.4, rise: (distance) => (1 - Math.exp(-EXPONENT * distance)) / EXPONENT },
  { name: 'flat', weight: 0.1, rise: () => 0 },
];

/** What one form's straight line has seen: precision-weighted sums about the means. */
export interface LineFit {
  form: Form;
  weight: number;
  precision: number;
  meanRise: number;
  meanLogOdds: number;
  riseSquares: number;
  riseProducts: number;
}

/** Share of the sampling variance of the test set that differs from size to size; the rest moves the curve as a whole. */
const UNSHARED = 0.3;

/** Variance of a size's log-odds about the curve: random start and subset, averaged over its trials. */
export function pointVariance(arm: Arm, index: number, seedVariance: number): number {
  const point = arm.points[index];
  return (trialVariance(seedVariance, point) + UNSHARED * testVariance(point)) / point.trials.length;
}

/** Fits every form to the arm and weighs the forms by how well they foretold it under the prior on the slope. */
export function fitForms(
  arm: Arm,
  seedVariance: number,
  slope: { mean: number; variance: number },
): LineFit[] {
  const fits = FORMS.map((form) => fitLine(arm, form, seedVariance));
  const logWeights = fits.map(
    (fit) => Math.log(fit.form.weight) + logEvidence(arm, fit, seedVariance, slope),
  );
  const most = Math.max(...logWeights);
  const weights = logWeights.map((value) => Math.exp(value - most));
  const all = weights.reduce((total, value) => total + value, 0);
  return fits.map((fit, i) => ({ ...fit, weight: weights[i] / all }));
}

function fitLine(arm: Arm, form: Form, seedVariance: number): LineFit {
  const last = Math.log(arm.last.trainExamples);
  const rises = arm.points.map(({ trainExamples }) => form.rise(Math.log(trainExamples) - last));
  const weights = arm.points.map((_, i) => 1 / pointVariance(arm, i, seedVariance));
  const precision = weights.reduce((total, value) => total + value, 0);
  const average = (values: number[]) =>
    values.reduce((total, value, i) => total + weights[i] * value, 0) / precision;
  const meanRise = average(rises);
  const meanLogOdds = average(arm.points.map(({ logOdds }) => logOdds));
  let riseSquares = 0;
  let riseProducts = 0;
  rises.forEach((rise, i) => {
    riseSquares += weights[i] * (rise - meanRise) ** 2;
    riseProducts += weights[i] * (rise - meanRise) * (arm.points[i].logOdds - meanLogOdds);
  });
  return { form, weight: form.weight, precision, meanRise, meanLogOdds, riseSquares, riseProducts };
}

/** Log of the density of the points given the form, up to what all forms share. */
function logEvidence(
  arm: Arm,
  { meanLogOdds, riseSquares, riseProducts }: LineFit,
  seedVariance: number,
  slope: { mean: number; variance: number },
): number {
  const spread = arm.points.reduce(
    (total, { logOdds }, i) => total + (logOdds - meanLogOdds) ** 2 / pointVariance(arm, i, seedVariance),
    0,
  );
  const explained =
    (slope.mean / slope.variance + riseProducts) ** 2 / (1 / slope.variance + riseSquares) -
    slope.mean ** 2 / slope.variance;
  return -(spread - explained) / 2 - Math.log(1 + slope.variance * riseSquares) / 2;
}
