import { argmaxRows } from '../engine/argmax.js';
import type { Engine } from '../engine/contract.js';
import { minimise } from './lbfgs.js';

/** From strong to weak; per-image mean loss plus penalty × sum of squares (the protocol of the linear probe). */
export const PENALTIES = [1e-1, 3e-2, 1e-2, 3e-3, 1e-3, 1e-4] as const;

/** How a classifier is fitted; `recipe.json` holds these very numbers. */
export const LOGISTIC_REGRESSION = {
  penalties: PENALTIES as readonly number[],
  /** Added to the standard deviation of each feature. */
  deviationFloor: 1e-6,
  /** Rows beyond the first `images` do not move the choice of the penalty, only its price. */
  search: { images: 1000, evaluations: 30, tolerance: 3e-4 },
  /** On all rows, from the weights that the search ended with. */
  fit: { evaluations: 80, tolerance: 1e-4 },
} as const;

/** Rows of features with their labels. */
export interface LabelledFeatures {
  /** [rows, width], row-major. */
  features: Float32Array;
  labels: Int32Array;
}

/** A linear classifier on standardised features, with the standardisation that belongs to it. */
export interface LinearClassifier {
  /** [width + 1, classes] for standardised features, last row the bias. */
  weights: Float32Array;
  mean: Float64Array;
  deviation: Float64Array;
  classes: number;
  penalty: number;
  converged: boolean;
}

/** Largest entry of the gradient at which more steps no longer change what is predicted. */
const SETTLED = 5e-3;

/**
 * L2 multinomial logistic regression to convergence on `fit`; the penalty is the one of `PENALTIES` with the best
 * accuracy on `hold`, which is used for nothing else.
 */
export function fitLinear(
  engine: Engine,
  fit: LabelledFeatures,
  hold: LabelledFeatures,
  classes: number,
): LinearClassifier {
  const width = fit.features.length / fit.labels.length;
  const { penalties, search, fit: last } = LOGISTIC_REGRESSION;
  const { mean, deviation } = moments(fit.features, width);
  const fitted = standardise(fit.features, mean, deviation);
  const held = standardise(hold.features, mean, deviation);

  const few = Math.min(fit.labels.length, search.images);
  const sample = engine.linear(
    fitted.subarray(0, few * width),
    few,
    width,
    fit.labels.subarray(0, few),
    classes,
  );
  let weights: Float32Array = new Float32Array((width + 1) * classes);
  let best = { penalty: penalties[0], hits: -1, weights };
  let worse = 0;
  for (const penalty of penalties) {
    weights = minimise(
      (w) => sample.lossAndGradient(w, penalty),
      weights,
      search.evaluations,
      search.tolerance,
    ).point;
    const predicted = argmaxRows(sample.scores(weights, held, hold.labels.length), classes);
    const hits = predicted.reduce((sum, label, i) => sum + Number(label === hold.labels[i]), 0);
    worse = hits < best.hits ? worse + 1 : 0;
    if (hits > best.hits) best = { penalty, hits, weights };
    if (worse === 2) break;
  }
  sample.dispose();

  const all = engine.linear(fitted, fit.labels.length, width, fit.labels, classes);
  const found = minimise(
    (w) => all.lossAndGradient(w, best.penalty),
    best.weights,
    last.evaluations,
    last.tolerance,
  );
  all.dispose();
  return {
    weights: found.point,
    mean,
    deviation,
    classes,
    penalty: best.penalty,
    converged: found.steepness < SETTLED,
  };
}

/** Predicted class of each row. */
export function classify(engine: Engine, classifier: LinearClassifier, features: Float32Array): Int32Array {
  const width = classifier.mean.length;
  const rows = features.length / width;
  const problem = engine.linear(new Float32Array(width), 1, width, new Int32Array(1), classifier.classes);
  const scores = problem.scores(
    classifier.weights,
    standardise(features, classifier.mean, classifier.deviation),
    rows,
  );
  problem.dispose();
  return argmaxRows(scores, classifier.classes);
}

/** The same classifier as a dense layer on raw features: `head/kernel` [width, classes] and `head/bias`. */
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

export function standardise(
  features: Float32Array,
  mean: Float64Array,
  deviation: Float64Array,
): Float32Array {
  const width = mean.length;
  return features.map((value, i) => (value - mean[i % width]) / deviation[i % width]);
}
