/** The Gaussian process of `prior.ts`, given the measurements. */
import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import type { SizePoint } from './arm.js';
import { type CurveValue, type Form, FORMS, type Prior, priorCovariance, priorMean } from './prior.js';
import type { MeasurementsHeader } from './types.js';
import { type SeedVariance, testCovariance, trialVariance } from './noise.js';
import { groupedCovariance } from './answers.js';
import { accuracyOf, type Random } from './statistics.js';

export interface Observation extends CurveValue {
  point: SizePoint;
}

/** Log-odds of several values at once: a mixture of Gaussians, one for each form. */
export interface Posterior {
  /** How probable each form is. */
  forms: Record<string, number>;
  mean: (values: readonly CurveValue[]) => Float64Array;
  /** Returns a function that draws all values together, into an array that its next call reuses. */
  sampler: (values: readonly CurveValue[], random: Random) => () => Float64Array;
}

export function posteriorOf(
  observations: readonly Observation[],
  seedVariance: SeedVariance,
  header: MeasurementsHeader,
  prior: Prior,
): Posterior {
  const answers = answersOf(observations, seedVariance, header, prior);
  const fits = FORMS.map((form) => fit(observations, answers, form, prior));
  const best = Math.max(...fits.map(({ logEvidence }) => logEvidence));
  const raw = fits.map(({ form, logEvidence }) => form.weight * Math.exp(logEvidence - best));
  const total = raw.reduce((sum, weight) => sum + weight, 0);
  const weights = raw.map((weight) => weight / total);
  return {
    forms: Object.fromEntries(fits.map(({ form }, i) => [form.name, weights[i]])),
    mean(values) {
      const means = fits.map((one) => one.mean(values));
      return means[0].map((_, i) => means.reduce((sum, own, k) => sum + weights[k] * own[i], 0));
    },
    sampler(values, random) {
      const parts = fits.map((one) => ({ mean: one.mean(values), root: one.root(values) }));
      const normals = new Float64Array(values.length);
      const drawn = new Float64Array(values.length);
      return () => {
        let left = random.uniform();
        const which = weights.findIndex((weight) => (left -= weight) < 0);
        const { mean, root } = parts[Math.max(0, which)];
        for (let row = 0; row < drawn.length; row++) {
          normals[row] = random.normal();
          drawn[row] = mean[row];
          for (let column = 0; column <= row; column++) drawn[row] += root[row][column] * normals[column];
        }
        return drawn;
      };
    },
  };
}

/** Log-odds that stand for the measured accuracies, and their noise from seeds and test images. */
interface Answers {
  logOdds: readonly number[];
  noise: Matrix;
}

/** The search for the most probable log-odds ends after this many steps, or when no change is larger than this. */
const MAX_STEPS = 25;
const MIN_MOVE = 1e-4;

/**
 * The normal approximation of the answers' likelihood at the most probable log-odds (Laplace's method by Fisher scoring:
 * Rasmussen and Williams, Gaussian Processes for Machine Learning, 3.4). At the measured accuracy itself, 200 right
 * answers of 200 would hardly speak against a model that gets one in ten wrong.
 */
function answersOf(
  observations: readonly Observation[],
  seedVariance: SeedVariance,
  header: MeasurementsHeader,
  prior: Prior,
): Answers {
  const [form] = FORMS;
  const points = observations.map(({ point }) => point);
  const seeds = Matrix.diag(
    observations.map(
      ({ strategy, point }) => trialVariance(seedVariance[strategy], point, prior) / point.trials.length,
    ),
  );
  const before = Matrix.add(covarianceOf(observations, observations, form, prior), seeds);
  const means = observations.map((one) => priorMean(one, form, prior));
  const observed = groupedCovariance(points, header);
  let logOddsNow = points.map(({ logOdds }) => logOdds);
  for (let step = 0; ; step++) {
    const expected = logOddsNow.map(accuracyOf);
    const slopes = expected.map((accuracy) => accuracy * (1 - accuracy));
    const tests = Matrix.from1DArray(
      points.length,
      points.length,
      testCovariance(points, expected, observed, prior).map(
        (value, k) => value / (slopes[Math.floor(k / points.length)] * slopes[k % points.length]),
      ),
    );
    const logOdds = logOddsNow.map((value, i) => value + (points[i].accuracy - expected[i]) / slopes[i]);
    const residual = Matrix.columnVector(logOdds.map((value, i) => value - means[i]));
    const explained = new CholeskyDecomposition(positiveDefinite(Matrix.add(before, tests))).solve(residual);
    const moves = before
      .mmul(explained)
      .to1DArray()
      .map((shift, i) => bounded(means[i] + shift - logOddsNow[i]));
    if (step === MAX_STEPS || moves.every((move) => Math.abs(move) < MIN_MOVE))
      return { logOdds, noise: Matrix.add(seeds, tests) };
    logOddsNow = logOddsNow.map((value, i) => value + moves[i]);
  }
}

/** At most one log-odds per step: the approximation holds only nearby. */
function bounded(move: number): number {
  return Math.min(1, Math.max(-1, move));
}

function covarianceOf(
  rows: readonly CurveValue[],
  columns: readonly CurveValue[],
  form: Form,
  prior: Prior,
): Matrix {
  const matrix = Matrix.zeros(rows.length, columns.length);
  rows.forEach((row, i) => {
    columns.forEach((column, j) => matrix.set(i, j, priorCovariance(row, column, form, prior)));
  });
  return matrix;
}

/** The process of one form given the observations. */
function fit(observations: readonly Observation[], { logOdds, noise }: Answers, form: Form, prior: Prior) {
  const covariance = (rows: readonly CurveValue[], columns: readonly CurveValue[]) =>
    covarianceOf(rows, columns, form, prior);
  const residual = Matrix.columnVector(
    observations.map((one, i) => logOdds[i] - priorMean(one, form, prior)),
  );
  const root = new CholeskyDecomposition(
    positiveDefinite(Matrix.add(covariance(observations, observations), noise)),
  );
  const explained = root.solve(residual);
  const diagonal = root.lowerTriangularMatrix.diagonal();
  return {
    form,
    logEvidence:
      -residual.transpose().mmul(explained).get(0, 0) / 2 -
      diagonal.reduce((sum, value) => sum + Math.log(value), 0),
    mean: (values: readonly CurveValue[]): Float64Array => {
      const shift = covariance(values, observations).mmul(explained);
      return Float64Array.from(values, (value, i) => priorMean(value, form, prior) + shift.get(i, 0));
    },
    root: (values: readonly CurveValue[]): Float64Array[] => {
      const across = covariance(observations, values);
      const left = Matrix.sub(covariance(values, values), across.transpose().mmul(root.solve(across)));
      const { lowerTriangularMatrix } = new CholeskyDecomposition(positiveDefinite(left));
      return lowerTriangularMatrix.to2DArray().map((row) => Float64Array.from(row));
    },
  };
}

/** Symmetric, with a slightly larger diagonal, so that rounding leaves it positive definite. */
function positiveDefinite(matrix: Matrix): Matrix {
  const even = Matrix.add(matrix, matrix.transpose()).mul(0.5);
  for (let i = 0; i < even.rows; i++) even.set(i, i, even.get(i, i) * (1 + 1e-9) + 1e-9);
  return even;
}
