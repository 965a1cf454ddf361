import { ASSUMED_TEST_EXAMPLES, isTransfer } from './arm.js';
import { gapsBySet } from './record.js';
import type { Decision } from './decide.js';
import type { DatasetFacts, Measurement, MeasurementsHeader, StrategySummary, Verdict } from './model.js';
import { count, NAMES, percent, points, signedPoints } from './words.js';

export interface ReasonsInput {
  header: MeasurementsHeader;
  facts: DatasetFacts | null;
  measurements: readonly Measurement[];
  strategies: StrategySummary[];
  decision: Decision;
  crossing: Verdict['crossing'];
  horizon: number;
  /** P(transfer is better) if the backbone had no record; null: it has none. */
  withoutRecord: number | null;
}

const MOST = 7;

/** Why, in short sentences: what was seen, what is expected, what it costs to be wrong, and what the usual rules say. */
export function reasonsOf(input: ReasonsInput): string[] {
  return [
    missing(input),
    custom(input),
    leaning(input),
    seen(input),
    expected(input),
    incomplete(input),
    ignored(input),
    record(input),
    crossed(input),
    far(input),
    unfinished(input),
    rules(input),
  ]
    .filter((reason) => reason !== null)
    .slice(0, MOST);
}

function missing({ decision: { gap }, strategies }: ReasonsInput): string | null {
  if (gap !== null) return null;
  const side = strategies.some(({ name }) => isTransfer(name)) ? 'scratch' : 'any transfer strategy';
  return `There is no measurement of ${side}, so the two cannot be compared.`;
}

function custom({ decision: { regret }, header }: ReasonsInput): string | null {
  const price = regret.get('scratch');
  if (header.plan?.architecture !== 'custom' || price === undefined) return null;
  return `The plan asks for an architecture of its own, so pre-trained weights do not fit; that is expected to cost ${points(price)} points against the best strategy here.`;
}

function leaning({ decision }: ReasonsInput): string | null {
  const { family, gap, leaning: name, expectedRegret, confidence } = decision;
  if (family !== 'inconclusive' || gap === null) return null;
  return `It leans to ${NAMES[name]} (${percent(confidence)} sure of its side), which risks ${points(expectedRegret)} points against the best.`;
}

/** The best of each side at the largest size that both were measured at. */
function seen({ strategies }: ReasonsInput): string | null {
  const best = (transfer: boolean) =>
    strategies
      .filter(({ name }) => isTransfer(name) === transfer)
      .sort((a, b) => b.accuracy.mean - a.accuracy.mean)
      .at(0);
  const [transfer, scratch] = [best(true), best(false)];
  if (transfer === undefined || scratch === undefined) return null;
  const sizes =
    transfer.trainExamples === scratch.trainExamples
      ? `at ${count(transfer.trainExamples)} training images`
      : `at ${count(transfer.trainExamples)} and ${count(scratch.trainExamples)} training images`;
  return `Measured ${sizes}, ${NAMES[transfer.name]} reaches ${points(transfer.accuracy.mean)} % and scratch ${points(scratch.accuracy.mean)} %.`;
}

function expected({ decision: { gap }, horizon, strategies }: ReasonsInput): string | null {
  if (gap === null || strategies.every(({ trainExamples }) => trainExamples >= horizon)) return null;
  return `At ${count(horizon)} images the curves put transfer ${signedPoints(gap.mean)} points from scratch (${signedPoints(gap.low)} to ${signedPoints(gap.high)}).`;
}

/** How much of the verdict came from elsewhere. */
function record({ header, decision: { gap, pTransfer }, withoutRecord }: ReasonsInput): string | null {
  if (gap === null || withoutRecord === null) return null;
  const sets = gapsBySet(header.record).length;
  const elsewhere = `The backbone's record on ${count(sets)} other datasets`;
  const [before, after] = [percent(withoutRecord), percent(pTransfer)];
  return before === after
    ? `${elsewhere} does not move the probability that transfer is better.`
    : `${elsewhere} moves the probability that transfer is better from ${before} to ${after}.`;
}

function crossed({ crossing, horizon }: ReasonsInput): string | null {
  if (crossing === null) return null;
  return `Scratch would catch up at about ${count(crossing.examples)} images, ${crossing.examples > horizon ? 'beyond' : 'before'} the ${count(horizon)} of the full run.`;
}

/** How far the curves are carried: believed up to four times, a direction only beyond sixteen. */
function far({ strategies, horizon }: ReasonsInput): string | null {
  const ratio = horizon / Math.min(...strategies.map(({ trainExamples }) => trainExamples));
  if (ratio <= 4) return null;
  return `The full run is ${ratio.toFixed(ratio < 10 ? 1 : 0)} times the smallest of the largest sizes measured${ratio > 16 ? ', too far for more than a direction' : ', so the intervals are wide'}.`;
}

function unfinished({ strategies }: ReasonsInput): string | null {
  const names = strategies.filter(({ converged }) => converged === false).map(({ name }) => NAMES[name]);
  if (names.length === 0) return null;
  return `The loss of ${names.join(' and ')} was still falling at the end, so more passes may add to it.`;
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
