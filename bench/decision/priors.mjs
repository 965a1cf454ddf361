/**
 * Priors of the verdict from published pairs of an encoder and scratch, so that a dataset can be judged by what the
 * others say. Every dataset counts once, whatever its number of pairs.
 *
 * The table has two sizes, 1,000 images and all. So a steeper slope and a drift beyond what was measured look alike in
 * it: their sum is estimated, and divided between them as `PRIOR` divides it.
 */
import { CALIBRATION } from '../../build/verdict/calibration.js';
import { PRIOR } from '../../build/verdict/prior.js';
import { logit } from '../../build/verdict/scale.js';
import { mean } from './figures.mjs';

/** What the pairs say, in log-odds per e-folding of the training set. */
export function estimatesFrom(pairs) {
  const datasets = byDataset(pairs);
  const scratch = datasets.map(([one]) => slopeOf(one, 'scratch'));
  const transfer = datasets.map((own) => own.map((pair) => slopeOf(pair, 'fine-tune')));
  const centre = mean(scratch);
  const share =
    mean(transfer.map((slopes, i) => scratch[i] * mean(slopes))) / mean(scratch.map((slope) => slope ** 2));
  return {
    scratchSlope: {
      mean: centre,
      variance: mean(scratch.map((slope) => (slope - centre) ** 2)) * (scratch.length / (scratch.length - 1)),
    },
    transferShare: share,
    residualVariance: mean(
      transfer.map((slopes, i) => mean(slopes.map((slope) => (slope - share * scratch[i]) ** 2))),
    ),
    record: recordEstimate(datasets, share),
  };
}

/** `PRIOR` and `CALIBRATION` with what the pairs say in place of their own figures. */
export function priorsFrom(pairs) {
  const { scratchSlope, transferShare, residualVariance, record } = estimatesFrom(pairs);
  const { slope, slopeShare, familySlopeSd, armSlopeSd, commonDrift, familyDrift, armDrift } = PRIOR;
  /** Variance of the difference between the families' slopes that `PRIOR` believes in, and how far the pairs differ. */
  const believed =
    (1 + slopeShare['fine-tune'] ** 2) * familySlopeSd ** 2 +
    2 * armSlopeSd.scratch ** 2 +
    (familyDrift * slope.mean) ** 2 +
    2 * armDrift ** 2;
  const factor = Math.sqrt(residualVariance / believed);
  const besides =
    (familySlopeSd * factor) ** 2 +
    armSlopeSd.scratch ** 2 +
    commonDrift ** 2 +
    (familyDrift * factor * scratchSlope.mean) ** 2 / 4 +
    armDrift ** 2;
  return {
    prior: {
      ...PRIOR,
      slope: { mean: scratchSlope.mean, sd: Math.sqrt(Math.max(0.01, scratchSlope.variance - besides)) },
      slopeShare: { ...slopeShare, 'fine-tune': transferShare, hybrid: transferShare },
      familySlopeSd: familySlopeSd * factor,
      familyDrift: familyDrift * factor,
    },
    calibration: { ...CALIBRATION, recordShare: record.share, recordEven: record.even },
  };
}

/**
 * How much of an encoder's mean gap on the other datasets comes on top of what slopes foretell here: a straight line
 * through share (mean gap − even), as `recordShift` has it.
 */
function recordEstimate(datasets, transferShare) {
  const pairs = datasets.flat();
  const gapOf = ({ measured }) => logOdds(measured['fine-tune']) - logOdds(measured.scratch);
  const points = datasets.flatMap((own) =>
    own.flatMap((pair) => {
      const others = pairs.filter(
        ({ method, dataset }) => method === pair.method && dataset !== pair.dataset,
      );
      if (others.length === 0) return [];
      const distance = Math.log(pair.horizon / pair.small);
      const trust = others.length / (others.length + CALIBRATION.recordHalf);
      const expected = (transferShare - 1) * slopeOf(pair, 'scratch') * distance;
      const gained = distance * (slopeOf(pair, 'fine-tune') - slopeOf(pair, 'scratch')) - expected;
      return [
        {
          weight: 1 / own.length,
          gap: mean(others.map(gapOf)),
          gained: gained / (trust * (distance / (distance + 1))),
        },
      ];
    }),
  );
  const { slope, atZero } = lineThrough(points.map(({ weight, gap, gained }) => [gap, gained, weight]));
  return { share: slope, even: -atZero / slope };
}

function slopeOf({ measured, truth, small, horizon }, strategy) {
  return (logOdds(truth[strategy]) - logOdds(measured[strategy])) / Math.log(horizon / small);
}

/** Kept away from 0 and 1, which would be infinitely far. */
function logOdds(accuracy) {
  return logit(Math.min(0.998, Math.max(0.002, accuracy)));
}

/** The pairs of each dataset. */
export function byDataset(pairs) {
  const names = [...new Set(pairs.map(({ dataset }) => dataset))];
  return names.map((name) => pairs.filter(({ dataset }) => dataset === name));
}

/** Weighted least squares through [x, y, weight]. */
function lineThrough(points) {
  const all = points.reduce((total, [, , weight]) => total + weight, 0);
  const average = (value) => points.reduce((total, point) => total + point[2] * value(point), 0) / all;
  const [x, y] = [average(([one]) => one), average(([, one]) => one)];
  const slope = average(([one, other]) => (one - x) * (other - y)) / average(([one]) => (one - x) ** 2);
  return { slope, atZero: y - slope * x };
}
