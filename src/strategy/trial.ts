import type { Metric } from '../dataset/dataset.js';
import { innerSplit } from '../dataset/split/subset.js';
import type { Backbone } from '../backbone/contract.js';
import type { Engine } from '../engine/contract.js';
import { chanceError, chanceOf, isLearning } from '../verdict/statistics.js';
import type { Measurement, StrategyName } from '../verdict/types.js';
import { bitset, score } from './score.js';
import type { PixelSource, TrainingCourse } from './training.js';

export const VARIANTS = {
  frozen: ['joined depths'],
  'fine-tune': ['lp-ft'],
  hybrid: ['gradual unfreezing', 'fresh module'],
  scratch: ['small net', 'backbone net'],
} as const satisfies Record<StrategyName, readonly string[]>;

/** What is to be trained, small enough to send to a worker and to write into the receipt. */
export interface TrialSpec {
  strategy: StrategyName;
  variant: string;
  trainExamples: number;
  /** Replicate: which nested order of the training images, which random start. */
  seed: number;
  /** Passes over the subset; 1 for `frozen`. */
  epochs: number;
  /** Peak rates to try on the inner split; the best is used. One rate: nothing is tried. */
  rates: number[];
  flip: boolean;
  /** Threads that TensorFlow computes it with, where they are more than one: its sums then differ in the last digits. */
  threads?: number;
  /** Half the passes of another trial, on a schedule of its own: it tells whether that one has converged, and nothing else. */
  halfSchedule?: true;
}

/** Pooled features of all layers of the backbone, by row of the pixel source. */
export interface FeatureSource {
  width: number;
  /** [rows.length, width]. */
  read(rows: ArrayLike<number>): Float32Array;
}

/** What every trial of one dataset reads. */
export interface TrialContext {
  engine: Engine;
  backbone: Backbone;
  pixels: PixelSource;
  features: FeatureSource;
  size: number;
  classes: number;
  metric: Metric;
  /** Label and group of each row of the pixel source; null: a group of its own. */
  labels: Int32Array;
  groups: (string | null)[];
  /** Nested orders of the training rows, one a replicate: a subset is a prefix. */
  orders: Int32Array[];
  test: Int32Array;
}

/** The parts of a trial's context that shape its network. */
export type NetworkContext = Pick<TrialContext, 'backbone' | 'size' | 'classes'>;

export interface TrialResult {
  measurement: Measurement;
  /** Predicted class of each test image. */
  predicted: Int32Array;
  /** The rate that was used; null for `frozen`. */
  rate: number | null;
  /** Of the logistic regression that decided, or that the head started from; null where there was none. */
  penalty: number | null;
  /** How it did on the images held back from the subset, on which trials are compared; null for `frozen`. */
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

/** The rows of a trial: `fit` and `hold` make up the subset, every strategy divides it alike. */
export interface TrialRows {
  fit: Int32Array;
  hold: Int32Array;
}

/** A tenth of the subset, a fifth of a small one, decides everything that has to be chosen; the rest is trained on. */
export function heldBackShare(trainExamples: number): number {
  return trainExamples < 500 ? 0.2 : 0.1;
}

/** The subset's rows, divided. */
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

/** Rows of the training subset on which the training accuracy is measured, for the overfit gap. */
const TRAIN_SAMPLE = 300;

export function trainSample(rows: TrialRows): Int32Array {
  return rows.fit.slice(0, TRAIN_SAMPLE);
}

/** Joins what was predicted on the locked test set with what training said into a measurement. */
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
    fitExamples: rows.fit.length,
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

/** Whether it has started to learn. */
export function beatsChance(accuracy: number, labels: Int32Array, classes: number, metric: Metric): boolean {
  const chance = chanceOf(metric, classes, labels);
  return isLearning(accuracy, chance, chanceError(metric, chance, labels.length, labels));
}

/** The better of two courses: one that did not diverge, then one that learned, then by the inner split. */
export function better(a: TrainingCourse, b: TrainingCourse): boolean {
  if (a.diverged !== b.diverged) return b.diverged;
  if (a.learned !== b.learned) return a.learned;
  return a.holdAccuracy > b.holdAccuracy || (a.holdAccuracy === b.holdAccuracy && a.trainLoss < b.trainLoss);
}
