import type { Metric } from '../dataset/dataset.js';
import { innerSplit } from '../dataset/split/subset.js';
import type { Backbone } from '../backbone/contract.js';
import type { Engine } from '../engine/contract.js';
import { chanceError, chanceOf, isLearning } from '../verdict/statistics.js';
import type { Measurement, StrategyName } from '../verdict/types.js';
import { bitset, score } from './score.js';
import type { PixelSource } from './training.js';

export const VARIANTS = {
  frozen: ['joined depths'],
  'fine-tune': ['lp-ft'],
  hybrid: ['gradual unfreezing', 'fresh module'],
  scratch: ['small net', 'backbone net'],
} as const satisfies Record<StrategyName, readonly string[]>;

/** What to train; small enough to send to a worker and to write to the receipt. */
export interface TrialSpec {
  strategy: StrategyName;
  variant: string;
  trainExamples: number;
  /** Replicate: selects the order of the training images and the random start. */
  seed: number;
  /** Passes over the subset; 1 for `frozen`. */
  epochs: number;
  /** Peak learning rates; if there are several, the best on the inner split is used. */
  rates: number[];
  flip: boolean;
  /** TensorFlow threads, if more than one: the last digits of sums then differ. */
  threads?: number;
  /**
   * Half the epochs of another trial, with its own schedule; used only to tell whether that trial converged.
   */
  halfSchedule?: true;
}

/** Concatenated features of the backbone, by row of the pixel source. */
export interface FeatureSource {
  width: number;
  /** [rows.length, width]. */
  read(rows: ArrayLike<number>): Float32Array;
}

/** Input of every trial of a dataset. */
export interface TrialContext {
  engine: Engine;
  backbone: Backbone;
  pixels: PixelSource;
  features: FeatureSource;
  size: number;
  classes: number;
  metric: Metric;
  /** Label and group of each row of the pixel source; null: not in a group. */
  labels: Int32Array;
  groups: (string | null)[];
  /** Orders of the training rows, one per replicate; subsets are prefixes, so they are nested. */
  orders: Int32Array[];
  test: Int32Array;
}

/** The parts of a trial's context that shape its network. */
export type NetworkContext = Pick<TrialContext, 'backbone' | 'size' | 'classes'>;

export interface TrialResult {
  measurement: Measurement;
  /** Predicted class of each test image. */
  predicted: Int32Array;
  /** The learning rate that was used; null for `frozen`. */
  rate: number | null;
  /** L2 penalty of the logistic regression that classifies or starts the head; null if there is none. */
  penalty: number | null;
  /** Result on the subset's validation images, by which trials are compared; null for `frozen`. */
  held: Held | null;
  imagePasses: number;
}

export interface Held {
  /**
   * @asType integer
   * @minimum 1
   */
  examples: number;
  /**
   * @minimum 0
   * @maximum 1
   */
  accuracy: number;
}

/** The inner split of a trial's subset, the same for every strategy. */
export interface TrialRows {
  train: Int32Array;
  validation: Int32Array;
}

/** Share of the subset used for validation: a tenth, or a fifth if it is small. */
export function heldBackShare(trainExamples: number): number {
  return trainExamples < 500 ? 0.2 : 0.1;
}

/** Splits the subset's rows. */
export function trialRows(
  context: Pick<TrialContext, 'orders' | 'labels' | 'groups'>,
  spec: Pick<TrialSpec, 'seed' | 'trainExamples'>,
  share = heldBackShare(spec.trainExamples),
): TrialRows {
  const order = context.orders[spec.seed % context.orders.length];
  const rows = order.slice(0, spec.trainExamples);
  return innerSplit({
    rows,
    labels: context.labels,
    groups: context.groups,
    share,
    seed: spec.seed,
  });
}

/** Number of training rows on which the training accuracy is measured, for the overfit gap. */
const MAX_TRAIN_SAMPLE = 300;

export function trainSample(rows: TrialRows): Int32Array {
  return rows.train.slice(0, MAX_TRAIN_SAMPLE);
}

/** Builds a measurement from the predictions on the locked test set and the facts of training. */
export function measure(
  context: TrialContext,
  spec: TrialSpec,
  rows: TrialRows,
  predictions: { test: Int32Array; train: Int32Array },
  effort: { seconds: number; epochs: number; settingsTried: number; converged?: boolean },
): Measurement {
  const { classes, metric } = context;
  const labelsOf = (of: Int32Array) => of.map((row) => context.labels[row]);
  const testLabels = labelsOf(context.test);
  const test = score(predictions.test, testLabels, classes, metric);
  const train = score(predictions.train, labelsOf(trainSample(rows)), classes, metric);
  return {
    strategy: spec.strategy,
    variant: spec.variant,
    trainExamples: spec.trainExamples,
    fitExamples: rows.train.length,
    testExamples: context.test.length,
    accuracy: test.accuracy,
    macroF1: test.macroF1,
    learning: beatsChance(test.accuracy, testLabels, classes, metric),
    seed: spec.seed,
    correct: bitset(test.correct),
    trainSeconds: effort.seconds,
    ...(effort.converged === undefined ? {} : { converged: effort.converged }),
    trainAccuracy: train.accuracy,
    epochs: effort.epochs,
    settingsTried: effort.settingsTried,
  };
}

/** Whether the model has started to learn. */
export function beatsChance(accuracy: number, labels: Int32Array, classes: number, metric: Metric): boolean {
  const chance = chanceOf(metric, classes, labels);
  return isLearning(accuracy, chance, chanceError(metric, chance, labels.length, labels));
}
