/**
 * Priors of the verdict from published pairs of an encoder and scratch, so that a dataset can be judged by what the
 * others say. Every dataset counts once, whatever its number of pairs.
 *
 * The slope of scratch has the mean and the variance that it has over datasets. How transfer's differs, and how much a
 * record counts, come from which side wins (the least log loss) and not from squares: near 100 % the size of a gap in
 * log-odds says little. The table has two sizes, 1,000 images and all, so it cannot tell a steeper slope from a curve
 * that wanders from its line: how far the families part is estimated, and divided between the two as `PRIOR` divides
 * it. Levels are measured, so what was believed of them hardly matters and stays.
 */
import { FORMS } from '../../build/verdict/covariance.js';
import { PRIOR } from '../../build/verdict/prior.js';
import { RECORD } from '../../build/verdict/record.js';
import { accuracyOf, logit } from '../../build/verdict/scale.js';
import { mean } from './figures.mjs';

/** Shares of scratch's slope that transfer may have, and factors by which families may part more than `PRIOR` says. */
const SLOPE_SHARES = steps(0.5, 1.2, 0.025);
const PARTINGS = steps(0.4, 3, 0.1);
const RECORD_SHARES = steps(0, 4, 0.2);
const RECORD_EVENS = steps(-1, 1, 0.1);
const NO_RECORD = { ...RECORD, share: 0 };

/** `PRIOR` and `RECORD` with what the pairs say in place of their own figures. */
export function priorsFrom(pairs) {
  const datasets = byDataset(pairs);
  const cases = datasets.flatMap((own) => own.map((pair) => caseOf(pair, pairs, own.length)));
  const scratch = datasets.map(([pair]) => changeOf(pair, 'scratch') / riseOf(pair));
  const slope = { mean: mean(scratch), sd: PRIOR.slope.sd };
  const partings = SLOPE_SHARES.flatMap((share) =>
    PARTINGS.map((factor) => withParting({ ...PRIOR, slope }, share, factor)),
  );
  const parted = least(partings, (prior) => logLoss(cases, prior, NO_RECORD));
  const variance = mean(
    datasets.map(
      ([pair], i) => (scratch[i] - slope.mean) ** 2 - ownVariance(parted, pair) / riseOf(pair) ** 2,
    ),
  );
  const prior = { ...parted, slope: { ...slope, sd: Math.sqrt(Math.max(0.01, variance)) } };
  const records = RECORD_SHARES.flatMap((share) => RECORD_EVENS.map((even) => ({ ...RECORD, share, even })));
  return { prior, record: least(records, (record) => logLoss(cases, prior, record)) };
}

/** What a pair shows, and what its encoder shows on the other datasets. */
function caseOf(pair, pairs, siblings) {
  const others = pairs.filter(({ method, dataset }) => method === pair.method && dataset !== pair.dataset);
  return {
    weight: 1 / siblings,
    gap: gapOf(pair),
    rise: riseOf(pair),
    distance: distanceOf(pair),
    record: { sets: others.length, gap: others.length === 0 ? 0 : mean(others.map(gapOf)) },
    won: Math.sign(pair.truth['fine-tune'] - pair.truth.scratch) / 2 + 0.5,
  };
}

function least(candidates, lossOf) {
  const losses = candidates.map(lossOf);
  return candidates[losses.indexOf(Math.min(...losses))];
}

function steps(first, last, step) {
  return Array.from({ length: Math.round((last - first) / step) + 1 }, (_, i) => first + i * step);
}

/** The pairs of each dataset. */
export function byDataset(pairs) {
  const names = [...new Set(pairs.map(({ dataset }) => dataset))];
  return names.map((name) => pairs.filter(({ dataset }) => dataset === name));
}

/** Transfer with that share of scratch's slope, and families and strategies that part so many times as far. */
function withParting(prior, share, factor) {
  const { slopeShare, strategySlopeSd, wander } = prior;
  const { 'fine-tune': fineTune, hybrid, scratch } = strategySlopeSd;
  return {
    ...prior,
    slopeShare: { ...slopeShare, 'fine-tune': share, hybrid: share },
    familySlopeSd: prior.familySlopeSd * factor,
    strategySlopeSd: {
      ...strategySlopeSd,
      'fine-tune': fineTune * factor,
      hybrid: hybrid * factor,
      scratch: scratch * factor,
    },
    wander: { ...wander, family: wander.family * factor, strategy: wander.strategy * factor },
  };
}

/** Log loss of P(transfer wins at full size), as the prior and the record would state it. */
function logLoss(cases, prior, record) {
  return cases.reduce((total, one) => {
    const { mean: expected, variance } = gapBelief(one, prior);
    const p = normalShare((expected + recordShift(one, record)) / Math.sqrt(variance));
    return total - one.weight * (one.won * Math.log(p) + (1 - one.won) * Math.log(1 - p));
  }, 0);
}

/** What the prior expects of the gap at full size, given the gap at the small one. */
function gapBelief({ gap, rise, distance }, { slope, slopeShare, familySlopeSd, strategySlopeSd, wander }) {
  const share = slopeShare['fine-tune'];
  const slopes =
    ((share - 1) * slope.sd) ** 2 +
    (share ** 2 + 1) * familySlopeSd ** 2 +
    strategySlopeSd['fine-tune'] ** 2 +
    strategySlopeSd.scratch ** 2;
  const walks = 2 * (wander.family ** 2 + wander.strategy ** 2);
  return {
    mean: gap + (share - 1) * slope.mean * rise,
    variance: slopes * rise ** 2 + walks * distance,
  };
}

/** Variance of the change of scratch that is not the shared slope's. */
function ownVariance({ familySlopeSd, strategySlopeSd, wander }, pair) {
  const slopes = familySlopeSd ** 2 + strategySlopeSd.scratch ** 2;
  const walks = wander.shared ** 2 + wander.family ** 2 + wander.strategy ** 2;
  return slopes * riseOf(pair) ** 2 + walks * distanceOf(pair);
}

/** As the verdict has it (`recordShift` and where it is added). */
function recordShift({ record: { sets, gap }, distance }, { share, even, half }) {
  return (sets / (sets + half)) * (distance / (distance + 1)) * share * (gap - even);
}

function gapOf({ measured }) {
  return logOdds(measured['fine-tune']) - logOdds(measured.scratch);
}

function changeOf({ measured, truth }, strategy) {
  return logOdds(truth[strategy]) - logOdds(measured[strategy]);
}

/** By how much a curve of slope 1 rises from the small size to all images, in the mean of the forms. */
function riseOf({ small, horizon }) {
  const at = (size) => Math.log(size / PRIOR.reference);
  return FORMS.reduce((total, { weight, rise }) => total + weight * (rise(at(horizon)) - rise(at(small))), 0);
}

/** In e-foldings. */
function distanceOf({ small, horizon }) {
  return Math.log(horizon / small);
}

/** Kept away from 0 and 1, which would be infinitely far. */
function logOdds(accuracy) {
  return logit(Math.min(0.998, Math.max(0.002, accuracy)));
}

/** Share of a standard normal below `x`, to a hundredth; never 0 or 1. */
function normalShare(x) {
  return accuracyOf(Math.max(-12, Math.min(12, 1.702 * x)));
}
