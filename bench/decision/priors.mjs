/**
 * The verdict's prior from what was trained elsewhere, small and full: published pairs of an encoder and scratch, and our
 * reference runs. Every dataset has the same say, whatever its number of pairs.
 *
 * Each has two sizes. So a steeper slope and a curve that wanders look alike: their sum is estimated, and divided
 * between them as `PRIOR` divides it.
 */
import { FORMS, PRIOR } from '../../build/verdict/prior.js';
import { accuracyOf, logit } from '../../build/verdict/statistics.js';
import { referenceSets } from '../../scripts/reference-sets.mjs';
import { mean } from './figures.mjs';

const SHARES = steps(0.6, 1.1, 0.02);
const SPREADS = steps(0.04, 0.6, 0.02);
const RECORD_SHARES = steps(0, 6, 0.2);
const RECORD_EVENS = steps(-1, 1, 0.1);

/** `PRIOR` with what the pairs and our reference runs say in place of its own figures. */
export function priorFrom(pairs) {
  const { mean: slope, variance, share, spread, wandered } = slopesOf([...pairs, ...referenceSets()]);
  const { slopeShare, familySlopeSd, strategySlopeSd, wander } = PRIOR;
  const apart = wander.family ** 2 + wander.strategy ** 2;
  /** Variance of the difference between the families' slopes that `PRIOR` believes in, and how far the sets differ. */
  const believed =
    (1 + share ** 2) * familySlopeSd ** 2 + 2 * strategySlopeSd.scratch ** 2 + 2 * apart * wandered;
  const factor = spread / Math.sqrt(believed);
  const besides =
    (familySlopeSd * factor) ** 2 +
    strategySlopeSd.scratch ** 2 +
    (wander.shared ** 2 + apart * factor ** 2) * wandered;
  return {
    ...PRIOR,
    slope: { mean: slope, sd: Math.sqrt(Math.max(0.01, variance - besides)) },
    slopeShare: { ...slopeShare, 'fine-tune': share, hybrid: share },
    familySlopeSd: familySlopeSd * factor,
    wander: { shared: wander.shared, family: wander.family * factor, strategy: wander.strategy * factor },
    record: { ...PRIOR.record, ...recordOf(pairs, { slope, share, spread }) },
  };
}

/** What the sets say of slopes, in log-odds per unit of rise, which is an e-folding at the reference size. */
function slopesOf(pairs) {
  const datasets = byDataset(pairs);
  const scratch = datasets.map(([one]) => slopeOf(one, 'scratch'));
  const centre = mean(scratch);
  const cases = datasets.flatMap((own) =>
    own.map((pair) => ({ ...outcomeOf(pair), weight: 1 / own.length, gap: gapOf(pair), rise: riseOf(pair) })),
  );
  const candidates = SHARES.flatMap((share) => SPREADS.map((spread) => ({ share, spread })));
  const best = leastLoss(candidates, cases, ({ share, spread }, { gap, rise }) => ({
    gap: gap + (share - 1) * centre * rise,
    sd: spread * rise,
  }));
  return {
    mean: centre,
    variance: mean(scratch.map((slope) => (slope - centre) ** 2)) * (scratch.length / (scratch.length - 1)),
    ...best,
    /** Variance of a slope that a curve causes which wanders by 1 per root of an e-folding. */
    wandered: mean(datasets.map(([one]) => Math.log(one.horizon / one.small) / riseOf(one) ** 2)),
  };
}

/** How much of an encoder's mean gap on the other datasets counts here, as `recordShift` has it. */
function recordOf(pairs, { slope, share: transferShare, spread }) {
  const cases = byDataset(pairs).flatMap((own) =>
    own.flatMap((pair) => {
      const others = pairs.filter(
        ({ method, dataset }) => method === pair.method && dataset !== pair.dataset,
      );
      if (others.length === 0) return [];
      const distance = Math.log(pair.horizon / pair.small);
      const trust = others.length / (others.length + PRIOR.record.half);
      return [
        {
          ...outcomeOf(pair),
          weight: 1 / own.length,
          gap: gapOf(pair) + (transferShare - 1) * slope * riseOf(pair),
          sd: spread * riseOf(pair),
          counts: (trust * distance) / (distance + 1),
          elsewhere: mean(others.map(gapOf)),
        },
      ];
    }),
  );
  const candidates = RECORD_SHARES.flatMap((share) => RECORD_EVENS.map((even) => ({ share, even })));
  return leastLoss(candidates, cases, ({ share, even }, { gap, sd, counts, elsewhere }) => ({
    gap: gap + counts * share * (elsewhere - even),
    sd,
  }));
}

/**
 * The candidate that gives what happened the highest probability. By log loss and not by squares: near 100 % the size of
 * a gap in log-odds says little, and which side wins says all.
 */
function leastLoss(candidates, cases, expected) {
  const lossOf = (candidate) =>
    cases.reduce((total, one) => {
      const { gap, sd } = expected(candidate, one);
      const p = normalShare(gap / sd);
      return total - one.weight * (one.won * Math.log(p) + (1 - one.won) * Math.log(1 - p));
    }, 0);
  const losses = candidates.map(lossOf);
  return candidates[losses.indexOf(Math.min(...losses))];
}

/** 1 where transfer won, a half at a tie. */
function outcomeOf({ truth }) {
  return { won: Math.sign(truth['fine-tune'] - truth.scratch) / 2 + 0.5 };
}

function gapOf({ measured }) {
  return logOdds(measured['fine-tune']) - logOdds(measured.scratch);
}

/** Share of a standard normal below `x`, to a hundredth; never 0 or 1. */
function normalShare(x) {
  return accuracyOf(Math.max(-12, Math.min(12, 1.702 * x)));
}

function slopeOf({ measured, truth, small, horizon }, strategy) {
  return (logOdds(truth[strategy]) - logOdds(measured[strategy])) / riseOf({ small, horizon });
}

/** How far curves rise between the two sizes, averaged over the forms as they are weighed before anything is measured. */
function riseOf({ small, horizon }) {
  const [from, to] = [small, horizon].map((size) => Math.log(size / PRIOR.reference));
  return FORMS.reduce((sum, { weight, rise }) => sum + weight * (rise(to) - rise(from)), 0);
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

function steps(from, to, by) {
  return Array.from({ length: Math.round((to - from) / by) + 1 }, (_, i) => from + i * by);
}
