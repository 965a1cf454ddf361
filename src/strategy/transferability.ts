import { EigenvalueDecomposition, Matrix } from 'ml-matrix';

/** How well features suit a task, estimated without training. Good for ranking sources, not for a verdict. */
export interface Transferability {
  /** Accuracy of a vote among the five nearest other images, by cosine similarity. */
  knn: number;
  /** Log of the maximum evidence of a linear model, per label (LogME, You et al. 2021). */
  logme: number;
}

const NEIGHBORS = 5;

/** `features` is [rows, width], row-major; `labels` has one class per row. */
export function transferability(
  features: Float32Array,
  labels: Int32Array,
  classes: number,
): Transferability {
  const products = dotProducts(standardizedColumns(features, labels.length), labels.length);
  return { knn: knn(products, labels, classes), logme: logme(products, features, labels, classes) };
}

/** Scales each column to mean 0 and standard deviation 1. */
function standardizedColumns(features: Float32Array, rows: number): Float64Array {
  const width = features.length / rows;
  const columns = Float64Array.from(features);
  for (let column = 0; column < width; column++) {
    let sum = 0;
    let squares = 0;
    for (let at = column; at < columns.length; at += width) {
      sum += columns[at];
      squares += columns[at] ** 2;
    }
    const mean = sum / rows;
    const deviation = Math.sqrt(Math.max(0, squares / rows - mean ** 2)) + 1e-6;
    for (let at = column; at < columns.length; at += width) columns[at] = (columns[at] - mean) / deviation;
  }
  return columns;
}

/** Dot products of all pairs of rows, [rows][rows]. */
function dotProducts(values: Float64Array, rows: number): Float64Array[] {
  const width = values.length / rows;
  const products = Array.from({ length: rows }, () => new Float64Array(rows));
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = 0; k < width; k++) sum += values[i * width + k] * values[j * width + k];
      products[i][j] = products[j][i] = sum;
    }
  }
  return products;
}

/** Ties go to the class of the nearer neighbor. */
function knn(products: readonly Float64Array[], labels: Int32Array, classes: number): number {
  const norms = products.map((row, i) => Math.sqrt(row[i]) + 1e-12);
  const correct = products.filter((row, i) => {
    const nearest = Array.from(row.keys())
      .filter((j) => j !== i)
      .sort((a, b) => row[b] / norms[b] - row[a] / norms[a])
      .slice(0, NEIGHBORS);
    const votes = new Float64Array(classes);
    nearest.forEach((j, rank) => (votes[labels[j]] += 1 - rank * 1e-3));
    return votes.indexOf(Math.max(...votes)) === labels[i];
  });
  return correct.length / labels.length;
}

/**
 * Mean evidence of Bayesian linear regressions on each class against the others, with precisions optimized by
 * fixed-point iteration. Uses the dot products, because there are fewer rows than features.
 */
function logme(
  products: readonly Float64Array[],
  features: Float32Array,
  labels: Int32Array,
  classes: number,
): number {
  const rows = labels.length;
  const width = features.length / rows;
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(
    new Matrix(products.map((row) => Array.from(row))),
    { assumeSymmetric: true },
  );
  const spread = realEigenvalues.map((value) => Math.max(0, value));
  let total = 0;
  let counted = 0;
  for (let label = 0; label < classes; label++) {
    const members = Array.from(labels.keys()).filter((row) => labels[row] === label);
    if (members.length === 0) continue;
    const coordinates = spread.map((_, i) =>
      members.reduce((sum, row) => sum + eigenvectorMatrix.get(row, i), 0),
    );
    total += evidence(spread, coordinates, rows, width, members.length);
    counted++;
  }
  return total / counted;
}

/** `coordinates` are those of the labels along the directions with squared singular values `spread`. */
function evidence(
  spread: readonly number[],
  coordinates: readonly number[],
  rows: number,
  width: number,
  squaredLabels: number,
): number {
  const sum = (term: (value: number, coordinate: number) => number) =>
    spread.reduce((total, value, i) => total + term(value, coordinates[i]), 0);
  const outside = Math.max(0, squaredLabels - sum((_, coordinate) => coordinate ** 2));
  let alpha = 1;
  let beta = 1;
  let weights = 0;
  let residual = 0;
  for (let step = 0; step < 50; step++) {
    const ratio = alpha / beta;
    const effective = sum((value) => value / (value + ratio));
    weights = sum((value, coordinate) => (value * coordinate ** 2) / (value + ratio) ** 2);
    residual = outside + sum((value, coordinate) => (coordinate * (ratio / (value + ratio))) ** 2);
    alpha = effective / (weights + 1e-10);
    beta = (rows - effective) / (residual + 1e-10);
    if (Math.abs(alpha / beta - ratio) <= 1e-3 * ratio) break;
  }
  const logDeterminant =
    sum((value) => Math.log(alpha + beta * value)) + Math.max(0, width - rows) * Math.log(alpha);
  const log =
    (width * Math.log(alpha) +
      rows * Math.log(beta) -
      logDeterminant -
      beta * residual -
      alpha * weights -
      rows * Math.log(2 * Math.PI)) /
    2;
  return log / rows;
}

/**
 * How far images are from those that a backbone was pre-trained on: the distance between the feature means,
 * in standard deviations of the source, as the root mean square over the features. About 0 for images of the
 * source itself; 1 means that the average image is as far away as images of the source are from each other.
 *
 * This is the mean term of the Fréchet distance between normal distributions with independent features
 * (Heusel et al. 2017), in units that do not depend on the network's width. Features that are constant on the
 * source are ignored.
 *
 * @param features [rows, width], row-major.
 */
export function novelty(
  features: Float32Array,
  { mean, deviation }: { mean: readonly number[]; deviation: readonly number[] },
): number {
  const width = mean.length;
  const rows = features.length / width;
  const sums = new Float64Array(width);
  features.forEach((value, at) => (sums[at % width] += value));
  const distances = deviation.flatMap((spread, feature) =>
    spread > 0 ? [((sums[feature] / rows - mean[feature]) / spread) ** 2] : [],
  );
  return Math.sqrt(distances.reduce((sum, distance) => sum + distance, 0) / distances.length);
}
