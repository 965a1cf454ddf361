/** How the learning curves of one dataset hang together before anything is measured: a Gaussian process over sizes. */
import { isTransfer } from './arm.js';
import type { StrategyName } from './model.js';
import type { Prior } from './prior.js';

/** A value of a curve: how it is trained, and on how many images. */
export interface CurveValue {
  strategy: StrategyName;
  variant: string;
  /** Images that are trained on. */
  fitExamples: number;
}

/** A form that all curves of a dataset share: how far they have risen at a distance from the reference size. */
export interface Form {
  name: string;
  /** Before anything is measured. */
  weight: number;
  /** Of e-foldings from the reference; 0 there, where its slope is 1. */
  rise: (distance: number) => number;
}

/** How fast the saturating form approaches its asymptote: the exponent of its power law. */
const EXPONENT = 0.25;

export const FORMS: readonly Form[] = [
  { name: 'logistic', weight: 0.5, rise: (distance) => distance },
  { name: 'power law', weight: 0.5, rise: (distance) => (1 - Math.exp(-EXPONENT * distance)) / EXPONENT },
];

export function priorMean(value: CurveValue, { rise }: Form, prior: Prior): number {
  return prior.slopeShare[value.strategy] * prior.slope.mean * rise(distanceOf(value, prior));
}

/** Covariance of two values: of levels, slopes, and what wanders from the straight line between them and the reference. */
export function priorCovariance(a: CurveValue, b: CurveValue, { rise }: Form, prior: Prior): number {
  const [here, there] = [distanceOf(a, prior), distanceOf(b, prior)];
  const family = Number(isTransfer(a.strategy) === isTransfer(b.strategy));
  const strategy = Number(a.strategy === b.strategy);
  const variant = Number(strategy === 1 && a.variant === b.variant);
  const level =
    prior.levelSd ** 2 +
    family * prior.familySd ** 2 +
    strategy * prior.strategySd[a.strategy] ** 2 +
    variant * prior.variantSd ** 2;
  const shares = prior.slopeShare[a.strategy] * prior.slopeShare[b.strategy];
  const slope =
    shares * (prior.slope.sd ** 2 + family * prior.familySlopeSd ** 2) +
    strategy * prior.strategySlopeSd[a.strategy] ** 2;
  const { wander } = prior;
  const walk = wander.shared ** 2 + family * wander.family ** 2 + strategy * wander.strategy ** 2;
  return level + slope * rise(here) * rise(there) + walk * walkedTogether(here, there);
}

/** Variance of a random walk from the reference that two distances have in common. */
function walkedTogether(here: number, there: number): number {
  return here * there <= 0 ? 0 : Math.min(Math.abs(here), Math.abs(there));
}

function distanceOf({ fitExamples }: CurveValue, { reference }: Prior): number {
  return Math.log(fitExamples / reference);
}
