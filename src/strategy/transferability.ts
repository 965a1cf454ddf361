import { EigenvalueDecomposition, Matrix } from 'ml-matrix';

/** What features promise for a task, measured without training; good for an order among sources, not for a verdict. */
export interface Transferability {
  /** Share of the images whose five nearest others, by cosine, vote for their class. */
  knn: number;
  /** Logarithm of the maximum evidence of a linear model, a label (LogME, You et al. 2021). */
  logme: number;
}

const NEIGHBOURS = 5;

/** `features` is [rows, width], row-major; `labels` has an entry below `classes` for each row. */
export function transferability(
  features: Float32Array,
  labels: Int32Array,
  classes: number,
): Transferability {
  const products = productsOf(standardised(features, labels.length), labels.length);
  return { knn: knn(products, labels, classes), logme: logme(products, features, labels, classes) };
}

/** Each column to mean 0 and deviation 1. */
function standardised(features: Float32Array, rows: number): Float64Array {
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

/** Products of all pairs of rows, [rows][rows]. */
function productsOf(values: Float64Array, rows: number): Float64Array[] {
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

/** Ties go to the class of the nearer neighbour. */
function knn(products: readonly Float64Array[], labels: Int32Array, classes: number): number {
  const norms = products.map((row, i) => Math.sqrt(row[i]) + 1e-12);
  const hits = products.filter((row, i) => {
    const nearest = Array.from(row.keys())
      .filter((j) => j !== i)
      .sort((a, b) => row[b] / norms[b] - row[a] / norms[a])
      .slice(0, NEIGHBOURS);
    const votes = new Float64Array(classes);
    nearest.forEach((j, rank) => (votes[labels[j]] += 1 - rank * 1e-3));
    return votes.indexOf(Math.max(...votes)) === labels[i];
  });
  return hits.length / labels.length;
}

/**
 * The evidence of a Bayesian linear regression on each class against the others, precisions set to their best by
 * fixed-point steps; from the products alone, because there are fewer rows than features.
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
  for (let own = 0; own < classes; own++) {
    const members = Array.from(labels.keys()).filter((row) => labels[row] === own);
    if (members.length === 0) continue;
    const along = spread.map((_, i) => members.reduce((sum, row) => sum + eigenvectorMatrix.get(row, i), 0));
    total += evidence(spread, along, rows, width, members.length);
    counted++;
  }
  return total / counted;
}

/** `along`: the labels' coordinates in the directions whose squared singular values are `spread`. */
function evidence(
  spread: readonly number[],
  along: readonly number[],
  rows: number,
  width: number,
  squaredLabels: number,
): number {
  const sum = (term: (value: number, coordinate: number) => number) =>
    spread.reduce((total, value, i) => total + term(value, along[i]), 0);
  const beside = Math.max(0, squaredLabels - sum((_, coordinate) => coordinate ** 2));
  let alpha = 1;
  let beta = 1;
  let weights = 0;
  let residual = 0;
  for (let step = 0; step < 50; step++) {
    const ratio = alpha / beta;
    const effective = sum((value) => value / (value + ratio));
    weights = sum((value, coordinate) => (value * coordinate ** 2) / (value + ratio) ** 2);
    residual = beside + sum((value, coordinate) => (coordinate * (ratio / (value + ratio))) ** 2);
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
