/**
 * What is believed about learning curves before anything is measured: a Gaussian process over sizes, its parameters,
 * and what a backbone's record on other datasets adds.
 */
import { isTransfer } from './arm.js';
import { EIGHTY_PERCENT, mean } from './statistics.js';
import type { BackboneRecord, StrategyName } from './types.js';

/**
 * Accuracies are in log-odds and sizes in e-foldings (natural logarithms).
 * Slopes and the record come from VTAB (google-research/task_adaptation, docs/data/results.csv, commit c566d649 of
 * October 29, 2019: 282 pairs of an encoder and ResNet50 from scratch on 19 datasets, 1,000 examples against full size)
 * and from our reference runs (8 datasets, an eighth against all). Seed noise comes from repeated runs of GEO-Bench and
 * our own; how strategies differ at the same size comes from our reference runs.
 */
export interface Prior {
  /** Training images at which the offsets below hold. */
  reference: number;
  /** SD of the level that all strategies share at the reference. */
  levelSd: number;
  /** SD of each family's offset, of each strategy's from its family, and of each variant's from its strategy. */
  familySd: number;
  strategySd: Readonly<Record<StrategyName, number>>;
  variantSd: number;
  /** Slope that all strategies of a dataset share, per e-folding of the training set. */
  slope: { mean: number; sd: number };
  /** Each strategy's share of that slope: frozen features gain less from more images. */
  slopeShare: Readonly<Record<StrategyName, number>>;
  /** SD of a family's slope around the shared one, and of a strategy's around its family's. */
  familySlopeSd: number;
  strategySlopeSd: Readonly<Record<StrategyName, number>>;
  /** SD per root of an e-folding by which curves wander from straight lines: all alike, by family, by strategy. */
  wander: { shared: number; family: number; strategy: number };
  /**
   * Variance over random starts and subsets of a large training set, and how many differences between replicates that
   * belief is worth. It doubles at `subsetDoubling` images, where it matters as much which images were drawn: between
   * replicates of frozen features on our sets the SD is 0.12 at 50 to 400 images and 0.06 at 750 to 1,500.
   */
  seedVariance: number;
  subsetDoubling: number;
  seedFreedom: number;
  /** Share of the sampling variance that strategies on the same test images have in common when their answers are unknown. */
  sharedTestVariance: number;
  /** SD of the half-normal gain of a strategy that had not converged. */
  unconvergedGain: number;
  /**
   * For a strategy that has not started to learn: mean e-foldings to the size at which it does (exponential), and its
   * slope from there on.
   */
  onset: { distance: number; slope: { mean: number; sd: number } };
  /**
   * How much a backbone's gaps to scratch on other datasets count: `share` of their mean, less `even`, the mean gap of a
   * backbone that wins as often as it loses at full size. After `half` datasets, half of that is added.
   */
  record: { share: number; even: number; half: number };
}

export const PRIOR: Prior = {
  reference: 500,
  levelSd: 2,
  familySd: 0.7,
  strategySd: { frozen: 0.9, 'fine-tune': 0.2, hybrid: 0.2, scratch: 0 },
  variantSd: 0.2,
  slope: { mean: 0.78, sd: 0.42 },
  slopeShare: { frozen: 0.5, 'fine-tune': 0.92, hybrid: 0.92, scratch: 1 },
  familySlopeSd: 0.145,
  strategySlopeSd: { frozen: 0.1, 'fine-tune': 0.05, hybrid: 0.05, scratch: 0.05 },
  wander: { shared: 0.085, family: 0.085, strategy: 0.05 },
  seedVariance: 0.05 ** 2,
  subsetDoubling: 850,
  seedFreedom: 4,
  sharedTestVariance: 0.5,
  unconvergedGain: 0.25,
  onset: { distance: 1, slope: { mean: 0.75, sd: 0.25 } },
  record: { share: 1.6, even: 0.5, half: 2 },
};

/** A value of a curve: how the network is trained, and on how many images. */
export interface CurveValue {
  strategy: StrategyName;
  variant: string;
  /** Images that it is trained on, without those held back. */
  fitExamples: number;
}

/** A shape that all curves of a dataset share: how far they have risen at a distance from the reference size. */
export interface Form {
  name: string;
  /** Before anything is measured. */
  weight: number;
  /** As a function of e-foldings from the reference; 0 there, with a slope of 1. */
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

/** Covariance of two values: of their levels, their slopes, and how far both have wandered from the straight line. */
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

/**
 * Whether a record says more than its own noise: the 80 % interval of its mean gap, from the spread over the datasets,
 * excludes that of an even backbone. One dataset alone has no known spread.
 */
export function recordCounts(record: BackboneRecord | undefined, { even }: Prior['record']): boolean {
  const gaps = gapsBySet(record);
  if (gaps.length < 2) return false;
  const center = mean(gaps);
  const variance = gaps.reduce((sum, gap) => sum + (gap - center) ** 2, 0) / (gaps.length - 1);
  return Math.abs(center - even) > EIGHTY_PERCENT * Math.sqrt(variance / gaps.length);
}

/** Log-odds that the backbone's record adds to transfer at a distant horizon; 0 for a record that does not count. */
export function recordShift(record: BackboneRecord | undefined, prior: Prior['record']): number {
  if (!recordCounts(record, prior)) return 0;
  const gaps = gapsBySet(record);
  const trust = gaps.length / (gaps.length + prior.half);
  return trust * prior.share * (mean(gaps) - prior.even);
}

/** One gap for each dataset: the one at its largest size, since files made elsewhere may hold several. */
export function gapsBySet(record: BackboneRecord | undefined): number[] {
  const largest = new Map<string, BackboneRecord['sets'][number]>();
  for (const set of record?.sets ?? []) {
    if (!Number.isFinite(set.logitGap)) continue;
    if (!((largest.get(set.name)?.trainExamples ?? -1) > set.trainExamples)) largest.set(set.name, set);
  }
  return [...largest.values()].map(({ logitGap }) => logitGap);
}
