import type {
  CostTable,
  DatasetFacts,
  Direction,
  MeasurementsHeader,
  Scorecard,
  ScorecardEntry,
  StrategyName,
  StrategySummary,
} from './types.js';
import { isTransfer } from './arm.js';
import type { Decision } from './decide.js';
import { gapReach, gapSentence } from './sentences.js';
import { count, duration, namesInText, signedPoints } from './format.js';

export interface ScorecardInput {
  header: MeasurementsHeader;
  facts: DatasetFacts | null;
  strategies: StrategySummary[];
  cost: CostTable;
  decision: Decision;
  horizon: number;
  extrapolation: number | null;
}

/** Five dimensions, each with what was measured and which way it pushes. */
export function scorecardOf(input: ScorecardInput): Scorecard {
  return {
    data: data(input),
    computeAndTime: computeAndTime(input),
    flexibility: flexibility(input),
    performance: performance(input),
    overfitting: overfitting(input),
  };
}

/** Few images per class and useful features push toward transfer; a million images and a distant domain, toward scratch. */
function data({ facts, header, horizon }: ScorecardInput): ScorecardEntry {
  const classes = facts?.classes ?? header.classes ?? null;
  const perClass = classes === null ? null : horizon / classes;
  const sourceGain = facts?.sourceGain ?? null;
  const novelty = facts?.novelty ?? null;
  const push =
    (perClass === null ? 0 : perClass < 100 ? 2 : perClass < 1000 ? 1 : 0) -
    (horizon > 1e6 ? 2 : 0) +
    (sourceGain === null ? 0 : sourceGain > 0.1 ? 1 : sourceGain < 0.02 ? -1 : 0);
  const measured = [
    perClass === null
      ? `${count(horizon)} training images`
      : `${count(horizon)} training images, ${count(perClass)} per class on average`,
    facts === null ? null : `${count(facts.smallestClass)} images in the smallest class`,
    sourceGain === null
      ? null
      : `pre-trained features are worth ${signedPoints(sourceGain)} points over random ones`,
    novelty === null
      ? null
      : `the images are ${novelty.toFixed(1)} standard deviations away from those that the backbone learned from`,
  ];
  return entry(measured, push, {
    trainExamples: horizon,
    perClass,
    smallestClass: facts?.smallestClass ?? null,
    largestClass: facts?.largestClass ?? null,
    sourceGain,
    novelty,
  });
}

function computeAndTime({ cost, strategies }: ScorecardInput): ScorecardEntry {
  const runs = cost.fullRun.filter(({ strategy }) => strategies.some(({ name }) => name === strategy));
  const scratch = runs.find(({ strategy }) => strategy === 'scratch');
  const transfer = runs
    .filter(({ strategy }) => isTransfer(strategy))
    .sort((a, b) => a.seconds.mean - b.seconds.mean)
    .at(0);
  if (scratch === undefined || transfer === undefined)
    return entry(['no costs were measured'], 0, { scratchSeconds: null, transferSeconds: null });
  const ratio = scratch.seconds.mean / Math.max(transfer.seconds.mean, 1e-9);
  const amount = ratio > 10 ? 3 : ratio > 3 ? 2 : ratio > 1.2 ? 1 : 0;
  const back = ratio < 0.1 ? 3 : ratio < 0.3 ? 2 : ratio < 0.8 ? 1 : 0;
  return entry(
    [
      `${duration(transfer.seconds.mean)} for ${namesInText[transfer.strategy]} against ${duration(scratch.seconds.mean)} for scratch`,
    ],
    amount - back,
    {
      transfer: transfer.strategy,
      transferSeconds: transfer.seconds.mean,
      scratchSeconds: scratch.seconds.mean,
    },
  );
}

function flexibility({ header }: ScorecardInput): ScorecardEntry {
  const custom = header.plan?.architecture === 'custom';
  return entry(
    [
      custom
        ? 'the plan asks for a custom architecture, which no pre-trained weights fit'
        : 'a standard architecture, so the backbone can be used as is',
    ],
    custom ? -3 : 0,
    { architecture: header.plan?.architecture ?? 'standard' },
  );
}

function performance({ decision, strategies, horizon, extrapolation }: ScorecardInput): ScorecardEntry {
  const { gap, contender, pTransfer } = decision;
  if (gap === null) return entry(['only one side was measured'], 0, { gap: null, pTransfer });
  const certainty = Math.max(pTransfer, 1 - pTransfer);
  const amount = certainty >= 0.95 ? 3 : certainty >= 0.8 ? 2 : certainty >= 0.65 ? 1 : 0;
  const input = { verdict: { gap, contender, horizon, extrapolation }, strategies };
  const sentence =
    gapSentence(input) ??
    (gapReach(input) === 'asleep'
      ? 'one side has not started to learn, so there is no gap to report yet'
      : `the ${count(horizon)} images of the full run are too far beyond what was measured to state a gap`);
  const push = pTransfer >= 0.5 ? amount : -amount;
  return entry([sentence], push, { gap: gap.mean, low: gap.low, high: gap.high, pTransfer });
}

function overfitting({ decision, strategies }: ScorecardInput): ScorecardEntry {
  const gapOf = (wanted: StrategyName) => strategies.find(({ name }) => name === wanted)?.overfitGap ?? null;
  const transfer = decision.contender === null ? null : gapOf(decision.contender);
  const scratch = gapOf('scratch');
  if (transfer === null || scratch === null)
    return entry(['training accuracy was not measured on both sides'], 0, {
      transfer,
      scratch,
    });
  const difference = scratch - transfer;
  const amount = Math.abs(difference) > 0.1 ? 2 : Math.abs(difference) > 0.03 ? 1 : 0;
  return entry(
    [
      `${signedPoints(transfer)} points between training and test for ${namesInText[decision.contender!]}, ${signedPoints(scratch)} for scratch`,
    ],
    Math.sign(difference) * amount,
    { transfer, scratch },
  );
}

/** A positive push is toward transfer; 1 is weak, 2 moderate, 3 strong. */
function entry(
  measured: (string | null)[],
  push: number,
  values: Record<string, number | string | boolean | null>,
): ScorecardEntry {
  const pushes: Direction = push > 0 ? 'transfer' : push < 0 ? 'scratch' : 'neither';
  const strength = (['none', 'weak', 'moderate', 'strong'] as const)[Math.min(3, Math.abs(push))];
  return { measured: measured.filter((part) => part !== null).join('; '), pushes, strength, values };
}
