import { ASSUMED_TEST_EXAMPLES, isTransfer } from './arm.js';
import { asleepSentences, bestAtCommonSize, crossingReach, reachOf } from './sentences.js';
import type { Decision } from './decide.js';
import type { DatasetFacts, Measurement, MeasurementsHeader, StrategySummary, Verdict } from './types.js';
import { gapsBySet } from './prior.js';
import { capital, count, namesInText, points, probability, signedPoints } from './format.js';

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
  /** P(transfer is better) if the backbone's record were ignored; null: it has none that counts. */
  withoutRecord: number | null;
}

const MAX_REASONS = 7;

/** The reasons for the verdict, in short sentences: what was measured, what may be missing, and the usual rules. */
export function reasonsOf(input: ReasonsInput): string[] {
  return [
    missing(input),
    custom(input),
    ...asleepSentences(input.strategies, input),
    measured(input),
    incomplete(input),
    ignored(input),
    record(input),
    crossed(input),
    unfinished(input),
    rules(input),
  ]
    .filter((reason) => reason !== null)
    .slice(0, MAX_REASONS);
}

/** The full run is too far beyond what was measured to state numbers. */
function isBeyond({ extrapolation }: ReasonsInput): boolean {
  return extrapolation !== null && reachOf(extrapolation) === 'beyond';
}

function missing({ decision: { gap }, strategies }: ReasonsInput): string | null {
  if (gap !== null) return null;
  const hasTransfer = strategies.some(({ name }) => isTransfer(name));
  const what = hasTransfer ? 'Scratch was not' : 'No transfer strategy was';
  return `${what} measured, so the two sides cannot be compared.`;
}

function custom(input: ReasonsInput): string | null {
  const { decision, header } = input;
  const price = decision.regret.get('scratch');
  if (header.plan?.architecture !== 'custom' || price === undefined) return null;
  const why = 'The plan asks for a custom architecture, so pre-trained weights do not fit';
  return isBeyond(input)
    ? `${why}.`
    : `${why}; that is expected to cost ${points(price)} points compared with the best strategy here.`;
}

/** The best of each side where both were measured. A side that is not learning has its own sentence. */
function measured({ strategies, commonSize }: ReasonsInput): string | null {
  const [transfer, scratch] = [true, false].map((side) =>
    bestAtCommonSize(strategies.filter(({ name }) => isTransfer(name) === side)),
  );
  if (transfer === null || scratch === null || commonSize === null) return null;
  if (!transfer.learning || !scratch.learning) return null;
  const reached = ({ name, atCommonSize }: StrategySummary) =>
    `${namesInText[name]} reached ${points(atCommonSize!.mean)} %`;
  return `At ${count(commonSize)} training images, ${reached(transfer)} and ${reached(scratch)}.`;
}

/** How much of the verdict comes from other datasets. */
function record(input: ReasonsInput): string | null {
  const { header, decision, withoutRecord } = input;
  if (decision.gap === null || withoutRecord === null || isBeyond(input)) return null;
  const sets = gapsBySet(header.record).length;
  const elsewhere = `The backbone's record on ${count(sets)} other datasets`;
  const [before, after] = [probability(withoutRecord), probability(decision.pTransfer)];
  return before === after
    ? `${elsewhere} does not move the probability that transfer is better.`
    : `${elsewhere} moves the probability that transfer is better from ${before} to ${after}.`;
}

function crossed({ crossing, horizon, extrapolation }: ReasonsInput): string | null {
  if (crossing === null || crossingReach(crossing, { horizon, extrapolation }) === 'beyond') return null;
  return `Scratch would catch up at about ${count(crossing.examples)} images, ${crossing.examples > horizon ? 'beyond' : 'before'} the ${count(horizon)} of the full run.`;
}

/** Half the epochs were too few, so the full number may be as well. */
function unfinished({ strategies }: ReasonsInput): string | null {
  const names = strategies
    .filter(({ converged, learning }) => converged === false && learning)
    .map(({ name }) => namesInText[name]);
  if (names.length === 0) return null;
  return `${capital(names.join(' and '))} did worse with half as many epochs, so training longer may still help.`;
}

/** The usual rules of thumb, as evidence only. */
function rules({ facts, horizon }: ReasonsInput): string | null {
  if (horizon > 1e6)
    return 'The rule of thumb is to train from scratch beyond a million images; the measurements count more.';
  const gain = facts?.sourceGain ?? null;
  if (gain === null) return null;
  if (gain < 0.02)
    return `These images are unlike the backbone's: its features are worth ${signedPoints(gain)} points over random ones, which favors scratch.`;
  if (gain > 0.1)
    return `The backbone's features are worth ${signedPoints(gain)} points over random ones, which favors transfer.`;
  return null;
}

/** What files made elsewhere leave out. */
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
      ? 'which of them were classified correctly (so differences are not paired)'
      : null,
    kinds.size === measurements.length ? 'how results vary with the seed (so that noise is assumed)' : null,
  ].filter((note) => note !== null);
  return notes.length === 0
    ? null
    : `The measurements do not say ${notes.join(', or ')}; this widens the intervals.`;
}

function ignored({ header }: ReasonsInput): string | null {
  const notes = header.settings?.['ignored'];
  if (!Array.isArray(notes) || typeof notes[0] !== 'string') return null;
  return notes.length === 1 ? notes[0] : `${notes[0]} The same goes for ${notes.length - 1} more.`;
}
