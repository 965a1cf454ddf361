/** What measurements say of learning curves: the Gaussian process of `covariance.ts`, given them. */
import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import type { SizePoint } from './arm.js';
import { type CurveValue, priorCovariance, priorMean, type Form, FORMS } from './covariance.js';
import type { MeasurementsHeader } from './model.js';
import { type SeedVariance, testCovariance, trialVariance } from './noise.js';
import type { Prior } from './prior.js';
import type { Random } from './random.js';

export interface Observation extends CurveValue {
  point: SizePoint;
}

/** Log-odds of several values at once: a mixture of Gaussians, one a form. */
export interface Posterior {
  /** How probable each form is. */
  forms: Record<string, number>;
  mean: (values: readonly CurveValue[]) => Float64Array;
  /** Draws of the values together: each call of what it returns is one draw, in an array that the next call fills again. */
  sampler: (values: readonly CurveValue[], random: Random) => () => Float64Array;
}

export function posteriorOf(
  observations: readonly Observation[],
  seedVariance: SeedVariance,
  header: MeasurementsHeader,
  prior: Prior,
): Posterior {
  const noise = noiseOf(observations, seedVariance, header, prior);
  const fits = FORMS.map((form) => fit(observations, noise, form, prior));
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

/** Seeds and test images. */
function noiseOf(
  observations: readonly Observation[],
  seedVariance: SeedVariance,
  header: MeasurementsHeader,
  prior: Prior,
): Matrix {
  const points = observations.map(({ point }) => point);
  const noise = Matrix.from1DArray(points.length, points.length, testCovariance(points, header, prior));
  observations.forEach(({ strategy, point }, i) => {
    const seeds = trialVariance(seedVariance[strategy], point, prior) / point.trials.length;
    noise.set(i, i, noise.get(i, i) + seeds);
  });
  return noise;
}

/** The process of one form given the observations. */
function fit(observations: readonly Observation[], noise: Matrix, form: Form, prior: Prior) {
  const covariance = (rows: readonly CurveValue[], columns: readonly CurveValue[]) => {
    const matrix = Matrix.zeros(rows.length, columns.length);
    rows.forEach((row, i) => {
      columns.forEach((column, j) => matrix.set(i, j, priorCovariance(row, column, form, prior)));
    });
    return matrix;
  };
  const residual = Matrix.columnVector(
    observations.map((one) => one.point.logOdds - priorMean(one, form, prior)),
  );
  const root = new CholeskyDecomposition(steadied(Matrix.add(covariance(observations, observations), noise)));
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
      const { lowerTriangularMatrix } = new CholeskyDecomposition(steadied(left));
      return lowerTriangularMatrix.to2DArray().map((row) => Float64Array.from(row));
    },
  };
}

/** Symmetric, and a hair wider, so that rounding leaves it positive definite. */
function steadied(matrix: Matrix): Matrix {
  const even = Matrix.add(matrix, matrix.transpose()).mul(0.5);
  for (let i = 0; i < even.rows; i++) even.set(i, i, even.get(i, i) * (1 + 1e-9) + 1e-9);
  return even;
}
