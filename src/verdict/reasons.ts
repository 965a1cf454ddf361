import { ASSUMED_TEST_EXAMPLES, isTransfer } from './arm.js';
import { asleepSentences, bestAtCommonSize } from './asleep.js';
import type { Decision } from './decide.js';
import type { DatasetFacts, Measurement, MeasurementsHeader, StrategySummary, Verdict } from './model.js';
import { crossingReach, reachOf } from './reach.js';
import { gapsBySet } from './record.js';
import { capital, count, NAMES, percent, points, signedPoints } from './words.js';

export interface ReasonsInput {
  header: MeasurementsHeader;
  facts: DatasetFacts | null;
  measurements: readonly Measurement[];
  strategies: StrategySummary[];
  decision: Decision;
  crossing: Verdict['crossing'];
  horizon: number;
  extrapolation: number | null;
  commonSize: number | null;
  /** P(transfer is better) if the backbone had no record; null: it has none. */
  withoutRecord: number | null;
}

const MOST = 7;

/** Why, in short sentences: what was seen, what may be missing, and what the usual rules say. */
export function reasonsOf(input: ReasonsInput): string[] {
  return [
    missing(input),
    custom(input),
    ...asleepSentences(input.strategies, input),
    seen(input),
    incomplete(input),
    ignored(input),
    record(input),
    crossed(input),
    unfinished(input),
    rules(input),
  ]
    .filter((reason) => reason !== null)
    .slice(0, MOST);
}

/** Too far from what was measured for a number. */
function isBeyond({ extrapolation }: ReasonsInput): boolean {
  return extrapolation !== null && reachOf(extrapolation) === 'beyond';
}

function missing({ decision: { gap }, strategies }: ReasonsInput): string | null {
  if (gap !== null) return null;
  const side = strategies.some(({ name }) => isTransfer(name)) ? 'scratch' : 'any transfer strategy';
  return `There is no measurement of ${side}, so the two cannot be compared.`;
}

function custom(input: ReasonsInput): string | null {
  const { decision, header } = input;
  const price = decision.regret.get('scratch');
  if (header.plan?.architecture !== 'custom' || price === undefined) return null;
  const why = 'The plan asks for an architecture of its own, so pre-trained weights do not fit';
  return isBeyond(input)
    ? `${why}.`
    : `${why}; that is expected to cost ${points(price)} points against the best strategy here.`;
}

/** The best of each side where both were measured; of one that does not learn yet all has been said. */
function seen({ strategies, commonSize }: ReasonsInput): string | null {
  const [transfer, scratch] = [true, false].map((side) =>
    bestAtCommonSize(strategies.filter(({ name }) => isTransfer(name) === side)),
  );
  if (transfer === null || scratch === null || commonSize === null) return null;
  if (!transfer.learning || !scratch.learning) return null;
  const reached = ({ name, atCommonSize }: StrategySummary) =>
    `${NAMES[name]} reaches ${points(atCommonSize!.mean)} %`;
  return `Measured at ${count(commonSize)} training images, ${reached(transfer)} and ${reached(scratch)}.`;
}

/** How much of the verdict came from elsewhere. */
function record(input: ReasonsInput): string | null {
  const { header, decision, withoutRecord } = input;
  if (decision.gap === null || withoutRecord === null || isBeyond(input)) return null;
  const sets = gapsBySet(header.record).length;
  const elsewhere = `The backbone's record on ${count(sets)} other datasets`;
  const [before, after] = [percent(withoutRecord), percent(decision.pTransfer)];
  return before === after
    ? `${elsewhere} does not move the probability that transfer is better.`
    : `${elsewhere} moves the probability that transfer is better from ${before} to ${after}.`;
}

function crossed({ crossing, horizon, extrapolation }: ReasonsInput): string | null {
  if (crossing === null || crossingReach(crossing, { horizon, extrapolation }) === 'beyond') return null;
  return `Scratch would catch up at about ${count(crossing.examples)} images, ${crossing.examples > horizon ? 'beyond' : 'before'} the ${count(horizon)} of the full run.`;
}

/** A trial with half the passes did worse, so the full passes may not have been enough either. */
function unfinished({ strategies }: ReasonsInput): string | null {
  const names = strategies
    .filter(({ converged, learning }) => converged === false && learning)
    .map(({ name }) => NAMES[name]);
  if (names.length === 0) return null;
  return `${capital(names.join(' and '))} did worse with half the passes, so more passes may add to what was measured.`;
}

/** The rules of thumb that are usually given, as evidence only. */
function rules({ facts, horizon }: ReasonsInput): string | null {
  if (horizon > 1e6)
    return 'The rule of thumb says scratch beyond a million images; what was measured counts more.';
  const gain = facts?.sourceGain ?? null;
  if (gain === null) return null;
  if (gain < 0.02)
    return `These images are far from the backbone's: its features are worth ${signedPoints(gain)} points over random ones, which speaks for scratch.`;
  if (gain > 0.1)
    return `The backbone's features are worth ${signedPoints(gain)} points over random ones, which speaks for transfer.`;
  return null;
}

/** What files made elsewhere leave out, and what that does. */
function incomplete({ measurements }: ReasonsInput): string | null {
  const some = (missing: (one: Measurement) => boolean) => measurements.some(missing);
  const kinds = new Set(
    measurements.map(({ strategy, variant, trainExamples }) =>
      JSON.stringify([strategy, variant, trainExamples]),
    ),
  );
  const notes = [
    some(({ testExamples }) => testExamples === undefined)
      ? `how many test images there were (${count(ASSUMED_TEST_EXAMPLES)} are assumed)`
      : null,
    some(({ correct }) => correct === undefined)
      ? 'which of them were right (so differences are not paired)'
      : null,
    kinds.size === measurements.length ? 'what another seed gives (so its noise is assumed)' : null,
  ].filter((note) => note !== null);
  return notes.length === 0
    ? null
    : `The measurements do not say ${notes.join(', nor ')}; that widens the intervals.`;
}

function ignored({ header }: ReasonsInput): string | null {
  const notes = header.settings?.['ignored'];
  if (!Array.isArray(notes) || typeof notes[0] !== 'string') return null;
  return notes.length === 1 ? notes[0] : `${notes[0]} ${notes.length - 1} more such remarks.`;
}
