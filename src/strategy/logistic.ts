import { argmaxRows, countCorrect } from '../engine/argmax.js';
import type { Engine } from '../engine/contract.js';
import { minimize } from './lbfgs.js';

/** L2 penalties to try, from strong to weak. The loss is the mean per image plus penalty × sum of squares. */
export const L2_PENALTIES = [1e-1, 3e-2, 1e-2, 3e-3, 1e-3, 1e-4] as const;

/** How a classifier is fitted. `recipe.json` repeats these numbers. */
export const LOGISTIC_REGRESSION = {
  penalties: L2_PENALTIES as readonly number[],
  /** Added to the standard deviation of each feature. */
  deviationFloor: 1e-6,
  /** The search for the penalty uses the first `images` rows; more rows would not change the choice. */
  search: { images: 1000, evaluations: 30, tolerance: 3e-4 },
  /** The final fit uses all rows and starts from the weights of the search. */
  fit: { evaluations: 80, tolerance: 1e-4 },
} as const;

/** Rows of features with their labels. */
export interface LabeledFeatures {
  /** [rows, width], row-major. */
  features: Float32Array;
  labels: Int32Array;
}

/** A linear classifier on standardized features, with the statistics that standardize them. */
export interface LinearClassifier {
  /** [width + 1, classes], for standardized features; the last row is the bias. */
  weights: Float32Array;
  mean: Float64Array;
  deviation: Float64Array;
  classes: number;
  l2: number;
  converged: boolean;
}

/** Below this gradient, further steps no longer change predictions. */
const CONVERGED_GRADIENT = 5e-3;

/**
 * Multinomial logistic regression on `train`, to convergence. `validation` is used only to choose the L2
 * penalty with the best accuracy.
 */
export function fitLinear(
  engine: Engine,
  train: LabeledFeatures,
  validation: LabeledFeatures,
  classes: number,
): LinearClassifier {
  const width = train.features.length / train.labels.length;
  const { penalties, search, fit } = LOGISTIC_REGRESSION;
  const { mean, deviation } = moments(train.features, width);
  const trainFeatures = standardize(train.features, mean, deviation);
  const validationFeatures = standardize(validation.features, mean, deviation);

  const rows = Math.min(train.labels.length, search.images);
  const sample = engine.linear(
    trainFeatures.subarray(0, rows * width),
    rows,
    width,
    train.labels.subarray(0, rows),
    classes,
  );
  let weights: Float32Array = new Float32Array((width + 1) * classes);
  let best = { l2: penalties[0], correctCount: -1, weights };
  let worseInARow = 0;
  for (const l2 of penalties) {
    weights = minimize(
      (w) => sample.lossAndGradient(w, l2),
      weights,
      search.evaluations,
      search.tolerance,
    ).point;
    const scores = sample.scores(weights, validationFeatures, validation.labels.length);
    const correctCount = countCorrect(scores, validation.labels, classes);
    worseInARow = correctCount < best.correctCount ? worseInARow + 1 : 0;
    if (correctCount > best.correctCount) best = { l2, correctCount, weights };
    if (worseInARow === 2) break;
  }
  sample.dispose();

  const all = engine.linear(trainFeatures, train.labels.length, width, train.labels, classes);
  const result = minimize(
    (w) => all.lossAndGradient(w, best.l2),
    best.weights,
    fit.evaluations,
    fit.tolerance,
  );
  all.dispose();
  return {
    weights: result.point,
    mean,
    deviation,
    classes,
    l2: best.l2,
    converged: result.gradientMax < CONVERGED_GRADIENT,
  };
}

/** Predicted class of each row. */
export function classify(engine: Engine, classifier: LinearClassifier, features: Float32Array): Int32Array {
  const width = classifier.mean.length;
  const rows = features.length / width;
  const problem = engine.linear(new Float32Array(width), 1, width, new Int32Array(1), classifier.classes);
  const scores = problem.scores(
    classifier.weights,
    standardize(features, classifier.mean, classifier.deviation),
    rows,
  );
  problem.dispose();
  return argmaxRows(scores, classifier.classes);
}

/** The classifier as a dense layer on unstandardized features: kernel [width, classes] and bias. */
export function asHead({ weights, mean, deviation, classes }: LinearClassifier): {
  kernel: Float32Array;
  bias: Float32Array;
} {
  const width = mean.length;
  const kernel = new Float32Array(width * classes);
  const bias = Float64Array.from(weights.subarray(width * classes));
  for (let d = 0; d < width; d++) {
    for (let k = 0; k < classes; k++) {
      const value = weights[d * classes + k] / deviation[d];
      kernel[d * classes + k] = value;
      bias[k] -= value * mean[d];
    }
  }
  return { kernel, bias: Float32Array.from(bias) };
}

/** Mean and standard deviation of each feature. */
export function moments(
  features: Float32Array,
  width: number,
): { mean: Float64Array; deviation: Float64Array } {
  const rows = features.length / width;
  const mean = new Float64Array(width);
  const deviation = new Float64Array(width);
  for (let i = 0; i < features.length; i++) mean[i % width] += features[i] / rows;
  for (let i = 0; i < features.length; i++)
    deviation[i % width] += (features[i] - mean[i % width]) ** 2 / rows;
  for (let d = 0; d < width; d++) deviation[d] = Math.sqrt(deviation[d]) + LOGISTIC_REGRESSION.deviationFloor;
  return { mean, deviation };
}

export function standardize(
  features: Float32Array,
  mean: Float64Array,
  deviation: Float64Array,
): Float32Array {
  const width = mean.length;
  return features.map((value, i) => (value - mean[i % width]) / deviation[i % width]);
}
