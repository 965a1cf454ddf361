/** The verdict in sentences, as they stand first in every form of the report. */
import { asleepSentences } from '../verdict/asleep.js';
import { gapReach, gapSentence } from '../verdict/gap.js';
import type { StrategySummary, Verdict } from '../verdict/model.js';
import { reachOf } from '../verdict/reach.js';
import { capital, distance, NAMES, points, times } from '../verdict/words.js';
import { atHorizon } from './facts.js';
import type { Report } from './model.js';
import type { Voice } from './render/voice.js';
import { advice, count, counted, duration, hundredths, strategyNames, sure } from './render/words.js';

/** What to do, and the network that it was found out with: another may come to another answer. */
export function verdictTitle(verdict: Verdict, { named }: Voice): string {
  const { family, network } = verdict;
  const direction = isBeyond(verdict) && family !== 'inconclusive' ? 'Direction only: ' : '';
  const what = `${direction}${toDo(verdict)}`;
  if (network === null) return what;
  const { backbone, size } = network;
  const name = backbone === 'embedded' ? 'embedded network' : named(backbone);
  const against = family === 'scratch' ? (backbone === 'embedded' ? 'against the ' : 'against ') : '';
  return `${what} · ${against}${name}${size === null ? '' : ` at ${count(size)} px`}`;
}

function toDo({ family, choice }: Verdict): string {
  if (family === 'inconclusive') return 'Cannot tell yet';
  if (family !== 'equivalent') return choice === null ? `Take ${family}` : advice[choice];
  return `A tie${choice === null ? '' : `, so take the cheaper: ${strategyNames[choice].toLowerCase()}`}`;
}

/** The full run is too far from what was measured for numbers. */
function isBeyond({ extrapolation }: Verdict): boolean {
  return extrapolation !== null && reachOf(extrapolation) === 'beyond';
}

/** How sure it is, by how much, what else could be taken, and what it says of other networks; empty ones may be among them. */
export function verdictSentences(report: Report, verdict: Verdict, voice: Voice): string[] {
  switch (verdict.family) {
    case 'transfer':
    case 'scratch':
    case 'equivalent':
      return [claim(report, verdict, voice), chosen(report, verdict, voice), transport(verdict)];
    case 'inconclusive':
      return [
        open(report, verdict, voice),
        safeToday(report, verdict, voice),
        toSettle(verdict, voice),
        transport(verdict),
      ];
  }
}

/** How sure it is, and by how much; too far from what was measured, only where it points to. */
function claim(report: Report, verdict: Verdict, voice: Voice): string {
  const { family, leaning } = verdict;
  if (isBeyond(verdict)) {
    const where = family === 'equivalent' ? 'a tie' : NAMES[leaning];
    return `${tooFar(verdict)} What was measured points to ${voice.strong(where)}.`;
  }
  const what = {
    transfer: `${NAMES[leaning]} beats scratch or is at most one point behind`,
    scratch: 'scratch beats every use of the pre-trained network or is at most one point behind',
    equivalent: 'transfer and scratch end within one point of each other',
    inconclusive: '',
  }[family];
  const certainty = voice.strong(`${capital(sure(verdict.claim))} sure`);
  return `${certainty}: ${what}. ${expectation(report, verdict, voice)}`.trim();
}

function tooFar({ horizon, extrapolation }: Verdict): string {
  return `The full run has ${counted(horizon, 'training image')}, ${times(extrapolation ?? 1)} as many as were measured: too far for numbers.`;
}

/** The gap, or why there is none. */
function expectation({ strategies }: Report, verdict: Verdict, { strong }: Voice): string {
  const gap = gapSentence({ verdict, strategies }, strong);
  if (gap === null) {
    const asleep = gapReach({ verdict, strategies }) === 'asleep';
    return asleep ? asleepSentences(strategies, verdict).join(' ') : '';
  }
  const { extrapolation } = verdict;
  const isFar = extrapolation !== null && reachOf(extrapolation) === 'far';
  return `${capital(gap)}.${isFar ? ` The interval is wide: that is ${times(extrapolation)} what was measured.` : ''}`;
}

function open(report: Report, verdict: Verdict, voice: Voice): string {
  const { gap, pTransfer } = verdict;
  if (gap === null) return 'Only one side was measured, so there is nothing to compare it with.';
  if (isBeyond(verdict)) return `${tooFar(verdict)} What was measured does not say which side will win.`;
  const odds = `${voice.strong(`${sure(pTransfer)} for transfer`)}, ${sure(1 - pTransfer)} for scratch.`;
  return `${odds} ${expectation(report, verdict, voice)}`.trim();
}

/** What loses least as things stand. */
function safeToday({ strategies }: Report, verdict: Verdict, { strong }: Voice): string {
  const { leaning, gap, expectedRegret } = verdict;
  const isLearning = strategies.some(({ name, learning }) => name === leaning && learning);
  if (!isLearning) return 'Nothing is safe to take yet.';
  const safe = strong(`Safe today: ${NAMES[leaning]}`);
  if (gap === null) return `${safe}, of what was measured.`;
  if (isBeyond(verdict)) return `${safe}.`;
  return `${safe}, which is expected to lose ${hundredths(expectedRegret)} points against the best choice.`;
}

function toSettle({ nextExperiment }: Verdict, { strong, said }: Voice): string {
  if (nextExperiment === null) return '';
  const { description, seconds } = nextExperiment;
  const what = said(description.charAt(0).toLowerCase() + description.slice(1).replace(/[.\s]+$/u, ''));
  return `${strong('To settle it:')} ${what}${seconds === null ? '' : ` (${duration(seconds)})`}. See “Next”.`;
}

/** What this says of other networks: a weak one that wins lets a strong one win, and not the other way round. */
function transport({ family, gap }: Verdict): string {
  if (gap === null) return '';
  return family === 'transfer'
    ? 'A stronger pre-trained network should win as well.'
    : 'A stronger pre-trained network may turn this toward transfer.';
}

/** Where only scratch can be taken: what that costs. */
export function plannedSentence({ strategies }: Report, verdict: Verdict, { strong }: Voice): string {
  const why = 'The plan asks for an architecture of its own, which no pre-trained weights fit.';
  const reach = gapReach({ verdict, strategies });
  if (verdict.gap === null || reach === 'beyond' || reach === 'asleep') return why;
  const { mean, low, high } = verdict.gap;
  const { size, side, range } = distance({ mean: -mean, low: -high, high: -low });
  return `${why} At ${counted(verdict.horizon, 'training image')} scratch is expected to end ${strong(`about ${size} ${side}`)} (${range}) transfer on the standard one.`;
}

/** How sure the strategy is, and why one that looks better in the table is not taken. */
function chosen(report: Report, verdict: Verdict, { strong }: Voice): string {
  const rival = higherMeasured(report, verdict);
  if (isBeyond(verdict)) return rival;
  const certainty = strong(`${capital(sure(verdict.choiceConfidence))} sure`);
  const loss = `expected loss: ${hundredths(verdict.expectedRegret)} points`;
  return `${certainty} that no other strategy ends more than one point higher (${loss}). ${rival}`.trim();
}

/** About the strategy that measured higher than the pick where they can be set beside each other. */
function higherMeasured({ strategies }: Report, verdict: Verdict): string {
  const { leaning, commonSize } = verdict;
  const pick = strategies.find(({ name }) => name === leaning);
  const own = pick?.atCommonSize ?? null;
  if (pick === undefined || own === null || commonSize === null) return '';
  const [rival] = strategies
    .filter(({ atCommonSize }) => atCommonSize !== null && atCommonSize.mean > own.mean)
    .sort((a, b) => b.atCommonSize!.mean - a.atCommonSize!.mean) as (StrategySummary | undefined)[];
  if (rival === undefined) return '';
  const name = capital(NAMES[rival.name]);
  const { gapToChoice } = rival;
  if (gapToChoice?.trainExamples === commonSize && gapToChoice.low <= 0)
    return `${name} measured ${points(rival.atCommonSize!.mean - own.mean)} points higher at ${count(commonSize)} images, which may be chance.`;
  const [its, picks] = [rival, pick].map((one) => atHorizon(one, verdict).interval?.mean ?? null);
  if (its === null || picks === null || its > picks)
    return `${name} measured higher at ${count(commonSize)} images, but is not expected to end far enough above to be worth its price.`;
  return `${name} measured higher at ${count(commonSize)} images, and ${NAMES[leaning]} is expected to pass it.`;
}

/** The reasons but for what the lines above them have said in the same words: of what has not started to learn. */
export function furtherReasons({ verdict, strategies }: Report, lines: readonly string[]): string[] {
  if (verdict === null) return [];
  const said = asleepSentences(strategies, verdict).filter((one) => lines.some((line) => line.includes(one)));
  return verdict.reasons.filter((reason) => !said.includes(reason));
}
