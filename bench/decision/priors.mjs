/**
 * Priors of the verdict from published pairs of an encoder and scratch, so that a dataset can be judged by what the
 * others say. Every dataset counts once, whatever its number of pairs.
 *
 * The table has two sizes, 1,000 images and all. So a steeper slope and a drift beyond what was measured look alike in
 * it: their sum is estimated, and divided between them as `PRIOR` divides it.
 */
import { CALIBRATION } from '../../build/verdict/calibration.js';
import { PRIOR } from '../../build/verdict/prior.js';
import { accuracyOf, logit } from '../../build/verdict/scale.js';
import { mean } from './figures.mjs';

const RECORD_SHARES = Array.from({ length: 31 }, (_, i) => i / 5);
const RECORD_EVENS = Array.from({ length: 21 }, (_, i) => (i - 10) / 10);

/** What the pairs say, in log-odds per e-folding of the training set. */
export function estimatesFrom(pairs) {
  const datasets = byDataset(pairs);
  const scratch = datasets.map(([one]) => slopeOf(one, 'scratch'));
  const transfer = datasets.map((own) => own.map((pair) => slopeOf(pair, 'fine-tune')));
  const centre = mean(scratch);
  const transferShare = mean(transfer.map(mean)) / centre;
  const slopes = {
    scratchSlope: {
      mean: centre,
      variance: mean(scratch.map((slope) => (slope - centre) ** 2)) * (scratch.length / (scratch.length - 1)),
    },
    transferShare,
    residualVariance: mean(
      transfer.map((own, i) => mean(own.map((slope) => (slope - transferShare * scratch[i]) ** 2))),
    ),
  };
  return { ...slopes, record: recordEstimate(datasets, slopes) };
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
 * How much of an encoder's mean gap on the other datasets counts here, as `recordShift` has it. By log loss and not by
 * squares: near 100 % the size of a gap in log-odds says little, and which side wins says all.
 */
function recordEstimate(datasets, { scratchSlope, transferShare, residualVariance }) {
  const pairs = datasets.flat();
  const cases = datasets.flatMap((own) =>
    own.flatMap((pair) => {
      const others = pairs.filter(
        ({ method, dataset }) => method === pair.method && dataset !== pair.dataset,
      );
      if (others.length === 0) return [];
      const distance = Math.log(pair.horizon / pair.small);
      const trust = others.length / (others.length + CALIBRATION.recordHalf);
      return [
        {
          weight: 1 / own.length,
          expected: gapOf(pair) + (transferShare - 1) * scratchSlope.mean * distance,
          sd: Math.sqrt(residualVariance) * distance,
          counts: (trust * distance) / (distance + 1),
          elsewhere: mean(others.map(gapOf)),
          won: Math.sign(pair.truth['fine-tune'] - pair.truth.scratch) / 2 + 0.5,
        },
      ];
    }),
  );
  const lossOf = ({ share, even }) =>
    cases.reduce((total, { weight, expected, sd, counts, elsewhere, won }) => {
      const p = normalShare((expected + counts * share * (elsewhere - even)) / sd);
      return total - weight * (won * Math.log(p) + (1 - won) * Math.log(1 - p));
    }, 0);
  const candidates = RECORD_SHARES.flatMap((share) => RECORD_EVENS.map((even) => ({ share, even })));
  const losses = candidates.map(lossOf);
  return candidates[losses.indexOf(Math.min(...losses))];
}

function gapOf({ measured }) {
  return logOdds(measured['fine-tune']) - logOdds(measured.scratch);
}

/** Share of a standard normal below `x`, to a hundredth; never 0 or 1. */
function normalShare(x) {
  return accuracyOf(Math.max(-12, Math.min(12, 1.702 * x)));
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
