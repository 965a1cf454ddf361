/**
 * What is believed before anything is measured, per e-folding of the training set, in log-odds. Slopes and drifts come
 * from the 1,000-example and full-size results in `CALIBRATION.source`; how far frozen features part from
 * fine-tuning from our own reference runs; seed noise from GEO-Bench's repeated runs.
 */
export const PRIOR = {
  /** Slope that all strategies of a dataset share. */
  slope: { mean: 0.55, sd: 0.35 },
  /**
   * Share of it that each strategy has. Features that stay as they are gain less from more images. Scratch catches up:
   * on VTAB the pre-trained slope is 0.76 of scratch's, in our own runs 0.93; a weak figure is used, because what is
   * fitted to one family of backbones does not travel to the next.
   */
  slopeShare: { frozen: 0.55, 'fine-tune': 0.9, hybrid: 0.9, scratch: 1 },
  /** A family's slope about the shared one, an arm's about its family's. */
  familySlopeSd: 0.12,
  armSlopeSd: { frozen: 0.12, 'fine-tune': 0.06, hybrid: 0.06, scratch: 0.06 },
  /** Beyond the largest size: drift common to all, and of transfer against scratch in shares of the shared slope. */
  commonDrift: 0.1,
  familyDrift: 0.15,
  armDrift: 0.03,
  /** Share of draws in which an arm bends in a way of its own rather than as the dataset's other curves do. */
  ownForm: 0.15,
  /**
   * Variance over random starts and subsets of a large training set, and how many differences between replicates that
   * belief is worth. It doubles at `subsetDoubling` images, where which of them were drawn matters as much: between
   * replicates of frozen features on our sets the SD is 0.12 at 50 to 400 images and 0.06 at 750 to 1,500.
   */
  seedVariance: 0.05 ** 2,
  subsetDoubling: 850,
  seedFreedom: 4,
  /** Share of the sampling variance that arms on the same test images have in common when their answers are unknown. */
  sharedTestVariance: 0.5,
  /** SD of the half-normal gain of an arm that had not converged. */
  unconvergedGain: 0.25,
};
