/** What a reader sees first: one status sign, the verdict as a title, and a few sentences that support it. */
import {
  capital,
  count,
  counted,
  distance,
  duration,
  namesInText,
  percent,
  points,
  probability,
  times,
  usd,
} from '../../verdict/format.js';
import { asleepSentences, gapReach, gapSentence, reachOf } from '../../verdict/sentences.js';
import type { StrategyName, StrategySummary, Verdict } from '../../verdict/types.js';
import { certaintyOf } from '../comment-state.js';
import { advice, strategyNames } from '../names.js';
import { atHorizon, fixFirst, fullRunOf } from '../ranking.js';
import type { Report } from '../types.js';

/** How a form of the report stresses words and shows text that comes from the repository. */
export interface Voice {
  strong: (text: string) => string;
  sentence: (text: string) => string;
  name: (name: string) => string;
}

export interface Headline {
  sign: '🟢' | '🟡' | '🔴' | '⚪';
  title: string;
  lines: string[];
}

export function headline(report: Report, voice: Voice): Headline {
  switch (report.status) {
    case 'stopped':
      return {
        sign: '🔴',
        title: isAlarm(report) ? 'Headstart withholds its verdict' : 'Headstart did not train',
        lines: [reason(report, voice), ...urgent(report, voice)],
      };
    case 'failed':
      return {
        sign: '🔴',
        title: 'Headstart failed',
        lines: [reason(report, voice), ...urgent(report, voice)],
      };
    case 'unchanged':
      return { sign: '⚪', title: 'The data did not change', lines: [unchanged(report, voice)] };
    case 'partial':
      return partial(report, voice);
    case 'complete':
      return report.verdict === null
        ? { sign: '🟡', title: 'Headstart has no verdict', lines: [reason(report, voice)] }
        : verdictHeadline(report, report.verdict, voice, report.statusReason);
  }
}

function partial(report: Report, voice: Voice): Headline {
  const interrupted = `${voice.strong('Stopped early:')} ${reason(report, voice)}`;
  if (report.verdict === null) {
    return { sign: '🟡', title: 'Headstart was stopped before it had a verdict', lines: [interrupted] };
  }
  const soFar = verdictHeadline(report, report.verdict, voice);
  return { sign: '🟡', title: `So far: ${soFar.title}`, lines: [interrupted, ...soFar.lines] };
}

function verdictHeadline(
  report: Report,
  verdict: Verdict,
  voice: Voice,
  remark: string | null = null,
): Headline {
  return {
    sign: verdict.family === 'inconclusive' ? '🟡' : '🟢',
    title: verdictTitle(verdict, voice),
    lines: [
      remark === null ? '' : voice.sentence(remark),
      ...(isCustom(report) && verdict.gap !== null
        ? [customSentence(report, verdict, voice)]
        : verdictSentences(report, verdict, voice)),
      fullRun(report, verdict.choice, voice),
      ...urgent(report, voice),
    ].filter((line) => line !== ''),
  };
}

/** What the verdict of the base still says. */
function unchanged({ baseline }: Report, { strong }: Voice): string {
  if (baseline === undefined) return 'Nothing was measured, and no verdict for the base is known.';
  const { family, choice, accuracy } = baseline.base;
  const says = choice === null ? family : strategyNames[choice].toLowerCase();
  return `Nothing was measured. The verdict for the base still holds: ${strong(says)} (${percent(accuracy)}${certaintyOf(baseline.base)}).`;
}

/** The user's plan decides, whatever was measured. */
function isCustom({ scorecard }: Report): boolean {
  return scorecard?.flexibility.values['architecture'] === 'custom';
}

function fullRun(report: Report, choice: StrategyName | null, { strong, sentence }: Voice): string {
  const run = choice === null ? null : fullRunOf(report, choice);
  if (run === null || report.cost === null) return '';
  const { mean, low, high } = run.seconds;
  const price = strong(`${duration(mean)}, ${usd(run.usd.mean)}`);
  const spread = duration(low) === duration(high) ? '' : ` (${duration(low)} to ${duration(high)})`;
  return `Full run with this network: ${mean < 1 ? '' : 'about '}${price} on ${sentence(report.cost.hardware)}${spread}.`;
}

/** The control with shuffled labels recognized test images, so none of the measurements count. */
function isAlarm({ controls }: Report): boolean {
  return controls?.shuffledLabels?.passed === false;
}

/** Findings to fix before anything else. */
function urgent(report: Report, { strong, sentence }: Voice): string[] {
  const findings = fixFirst(report);
  if (findings.length === 0) return [];
  const [worst, ...others] = findings;
  const more = others.length === 0 ? '' : ` ${count(others.length)} more below.`;
  // Where the finding is the reason for the status, the line above has stated it.
  const what = worst.message === report.statusReason ? worst.remedy : worst.message;
  return [`${strong('Fix first:')} ${sentence(what)}${more}`];
}

function reason({ status, statusReason }: Report, { sentence }: Voice): string {
  return sentence(statusReason ?? `The run is ${status}; no reason was recorded.`);
}

/** What to do, and with which network it was measured: another network may lead to another answer. */
function verdictTitle(verdict: Verdict, { name }: Voice): string {
  const { family, network } = verdict;
  const direction = isBeyond(verdict) && family !== 'inconclusive' ? 'Direction only: ' : '';
  const what = `${direction}${whatToDo(verdict)}`;
  if (network === null) return what;
  const { backbone, size } = network;
  const title = backbone === 'embedded' ? 'embedded network' : name(backbone);
  const article = backbone === 'embedded' ? 'the ' : '';
  const against = family === 'scratch' ? `compared with ${article}` : '';
  return `${what} · ${against}${title}${size === null ? '' : ` at ${count(size)} px`}`;
}

function whatToDo({ family, choice }: Verdict): string {
  if (family === 'inconclusive') return 'Cannot tell yet';
  if (family !== 'equivalent') return choice === null ? `Use ${family}` : advice[choice];
  return `A tie${choice === null ? '' : `, so use the cheaper: ${strategyNames[choice].toLowerCase()}`}`;
}

/** The full run is too far from what was measured for numbers. */
function isBeyond({ extrapolation }: Verdict): boolean {
  return extrapolation !== null && reachOf(extrapolation) === 'beyond';
}

/** How sure the verdict is, by how much, what else is possible, and what it says about other networks; some may be empty. */
function verdictSentences(report: Report, verdict: Verdict, voice: Voice): string[] {
  switch (verdict.family) {
    case 'transfer':
    case 'scratch':
    case 'equivalent':
      return [claim(report, verdict, voice), chosen(report, verdict, voice), otherNetworks(verdict)];
    case 'inconclusive':
      return [
        undecided(report, verdict, voice),
        safeToday(report, verdict, voice),
        toSettle(verdict, voice),
        otherNetworks(verdict),
      ];
  }
}

/** How sure the verdict is, and by how much; too far from what was measured, only the direction. */
function claim(report: Report, verdict: Verdict, voice: Voice): string {
  const { family, leaning } = verdict;
  if (isBeyond(verdict)) {
    const where = family === 'equivalent' ? 'a tie' : namesInText[leaning];
    return `${tooFar(verdict)} The measurements point to ${voice.strong(where)}.`;
  }
  const what = {
    transfer: `${namesInText[leaning]} beats scratch or is at most one point behind`,
    scratch: 'scratch beats every use of the pre-trained network or is at most one point behind',
    equivalent: 'transfer and scratch end within one point of each other',
    inconclusive: '',
  }[family];
  const certainty = voice.strong(`${capital(probability(verdict.claim))} sure`);
  return `${certainty}: ${what}. ${expectation(report, verdict, voice)}`.trim();
}

function tooFar({ horizon, extrapolation }: Verdict): string {
  return `The full run has ${counted(horizon, 'training image')}, ${times(extrapolation ?? 1)} as many as were measured: too far to predict numbers.`;
}

/** The gap, or why there is none. */
function expectation({ strategies }: Report, verdict: Verdict, { strong }: Voice): string {
  const gap = gapSentence({ verdict, strategies }, strong);
  if (gap === null) {
    const isAsleep = gapReach({ verdict, strategies }) === 'asleep';
    return isAsleep ? asleepSentences(strategies, verdict).join(' ') : '';
  }
  const { extrapolation } = verdict;
  const isFar = extrapolation !== null && reachOf(extrapolation) === 'far';
  return `${capital(gap)}.${isFar ? ` The interval is wide because that is ${times(extrapolation)} what was measured.` : ''}`;
}

function undecided(report: Report, verdict: Verdict, voice: Voice): string {
  const { gap, pTransfer } = verdict;
  if (gap === null) return 'Only one side was measured, so there is nothing to compare it with.';
  if (isBeyond(verdict)) return `${tooFar(verdict)} The measurements do not show which side will win.`;
  const odds = `${voice.strong(`${probability(pTransfer)} for transfer`)}, ${probability(1 - pTransfer)} for scratch.`;
  return `${odds} ${expectation(report, verdict, voice)}`.trim();
}

/** The strategy that loses least as things stand. */
function safeToday({ strategies }: Report, verdict: Verdict, { strong }: Voice): string {
  const { leaning, gap, expectedRegret } = verdict;
  const isLearning = strategies.some(({ name, learning }) => name === leaning && learning);
  if (!isLearning) return 'Nothing is safe to use yet.';
  const safe = strong(`Safe today: ${namesInText[leaning]}`);
  if (gap === null) return `${safe}, among what was measured.`;
  if (isBeyond(verdict)) return `${safe}.`;
  return `${safe}, which is expected to lose ${points(expectedRegret)} points compared with the best choice.`;
}

function toSettle({ nextExperiment }: Verdict, { strong, sentence }: Voice): string {
  if (nextExperiment === null) return '';
  const { description, seconds } = nextExperiment;
  const what = sentence(description.charAt(0).toLowerCase() + description.slice(1).replace(/[.\s]+$/u, ''));
  return `${strong('To settle it:')} ${what}${seconds === null ? '' : ` (${duration(seconds)})`}. See “Next”.`;
}

/** If a weak network wins, a stronger one should, too; if it loses, a stronger one may still win. */
function otherNetworks({ family, gap }: Verdict): string {
  if (gap === null) return '';
  return family === 'transfer'
    ? 'A stronger pre-trained network should win as well.'
    : 'A stronger pre-trained network may tip this toward transfer.';
}

/** What it costs that only scratch is possible. */
function customSentence({ strategies }: Report, verdict: Verdict, { strong }: Voice): string {
  const why = 'The plan asks for a custom architecture, which no pre-trained weights fit.';
  const reach = gapReach({ verdict, strategies });
  if (verdict.gap === null || reach === 'beyond' || reach === 'asleep') return why;
  const { mean, low, high } = verdict.gap;
  const { size, side, range } = distance({ mean: -mean, low: -high, high: -low });
  return `${why} At ${counted(verdict.horizon, 'training image')}, scratch is expected to end ${strong(`about ${size} ${side}`)} transfer on the standard architecture (${range}).`;
}

/** How sure the strategy is, and why one that looks better in the table was not chosen. */
function chosen(report: Report, verdict: Verdict, { strong }: Voice): string {
  const rival = higherMeasured(report, verdict);
  if (isBeyond(verdict)) return rival;
  const certainty = strong(`${capital(probability(verdict.choiceConfidence))} sure`);
  const loss = `expected loss: ${points(verdict.expectedRegret)} points`;
  return `${certainty} that no other strategy ends more than one point higher (${loss}). ${rival}`.trim();
}

/** About a strategy that measured higher than the pick at the common size. */
function higherMeasured({ strategies }: Report, verdict: Verdict): string {
  const { leaning, commonSize } = verdict;
  const pick = strategies.find(({ name }) => name === leaning);
  const own = pick?.atCommonSize ?? null;
  if (pick === undefined || own === null || commonSize === null) return '';
  const [rival] = strategies
    .filter(({ atCommonSize }) => atCommonSize !== null && atCommonSize.mean > own.mean)
    .sort((a, b) => b.atCommonSize!.mean - a.atCommonSize!.mean) as (StrategySummary | undefined)[];
  if (rival === undefined) return '';
  const name = capital(namesInText[rival.name]);
  const { gapToChoice } = rival;
  if (gapToChoice?.trainExamples === commonSize && gapToChoice.low <= 0)
    return `${name} measured ${points(rival.atCommonSize!.mean - own.mean)} points higher at ${count(commonSize)} images, which may be chance.`;
  const [its, picks] = [rival, pick].map((one) => atHorizon(one, verdict).interval?.mean ?? null);
  if (its === null || picks === null || its > picks)
    return `${name} measured higher at ${count(commonSize)} images, but is not expected to end far enough ahead to be worth its price.`;
  return `${name} measured higher at ${count(commonSize)} images, but ${namesInText[leaning]} is expected to overtake it.`;
}

/** The reasons, without those that the lines above them have stated in the same words. */
export function furtherReasons({ verdict, strategies }: Report, lines: readonly string[]): string[] {
  if (verdict === null) return [];
  const stated = asleepSentences(strategies, verdict).filter((one) =>
    lines.some((line) => line.includes(one)),
  );
  return verdict.reasons.filter((reason) => !stated.includes(reason));
}
