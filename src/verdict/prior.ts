import type { StrategyName } from './model.js';

/**
 * What is believed before anything is measured. Accuracies are in log-odds and sizes in e-foldings (natural logarithms).
 * Slopes and the record come from VTAB (google-research/task_adaptation, docs/data/results.csv, commit c566d649 of
 * 29 October 2019: 282 pairs of an encoder and ResNet50 from scratch on 19 datasets, 1,000 examples against full size)
 * and from our reference runs (8 datasets, an eighth against all), seed noise from repeated runs of GEO-Bench and our own;
 * how strategies differ at the same size from our reference runs.
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
  /** Share of it that each strategy has: features that stay as they are gain less from more images. */
  slopeShare: Readonly<Record<StrategyName, number>>;
  /** SD of a family's slope about the shared one, and of a strategy's about its family's. */
  familySlopeSd: number;
  strategySlopeSd: Readonly<Record<StrategyName, number>>;
  /** SD per root of an e-folding by which curves wander from straight lines: all alike, by family, by strategy. */
  wander: { shared: number; family: number; strategy: number };
  /**
   * Variance over random starts and subsets of a large training set, and how many differences between replicates that
   * belief is worth. It doubles at `subsetDoubling` images, where which of them were drawn matters as much: between
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
   * Of a strategy that has not started to learn: mean e-foldings to the size at which it does (exponential), and its
   * slope from there on.
   */
  onset: { distance: number; slope: { mean: number; sd: number } };
  /**
   * How a backbone's gaps to scratch elsewhere count: the share of their mean, less that of a backbone that wins as often
   * as it loses at full size, which is added once the record is long; and the sets after which half of that counts.
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
