import type { Interval, StrategyName, Verdict } from '../verdict/model.js';
import { fixFirst, fullRunOf } from './facts.js';
import type { Report } from './model.js';
import {
  advice,
  count,
  counted,
  duration,
  range,
  signed,
  strategyNames,
  sure,
  usd,
  hundredths,
  percent,
} from './words.js';

/** How a form of the report stresses words and shows text that came from the repository. */
export interface Voice {
  strong: (text: string) => string;
  said: (text: string) => string;
}

/** What a reader sees first: one status sign, the verdict as a title, and a few lines that carry it. */
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
    return { sign: '🟡', title: 'Headstart was stopped before it could tell', lines: [interrupted] };
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
    title: title(verdict),
    lines: [
      remark === null ? '' : voice.said(remark),
      ...(isCustom(report) && verdict.gap !== null
        ? [planned(verdict, verdict.gap, voice)]
        : [confidence(verdict, voice), chosen(verdict, voice)]),
      fullRun(report, verdict.choice, voice),
      ...urgent(report, voice),
    ].filter((line) => line !== ''),
  };
}

/** What the base's verdict still says. */
function unchanged({ baseline }: Report, { strong }: Voice): string {
  if (baseline === undefined) return 'Nothing was measured; no verdict of the base is known.';
  const { family, choice, confidence, accuracy } = baseline.base;
  const says = choice === null ? family : strategyNames[choice].toLowerCase();
  return `Nothing was measured. The base still says ${strong(says)} (${percent(accuracy)}, ${sure(confidence)} sure).`;
}

/** The user's plan decides then, whatever was measured. */
function isCustom({ scorecard }: Report): boolean {
  return scorecard?.flexibility.values['architecture'] === 'custom';
}

function title({ family, choice }: Verdict): string {
  if (family === 'inconclusive') return 'Headstart cannot tell transfer from scratch yet';
  if (choice === null)
    return family === 'equivalent' ? 'Transfer and scratch are equal here' : `Take ${family}`;
  return family === 'equivalent'
    ? `Transfer and scratch are equal here, so take the cheaper: ${strategyNames[choice].toLowerCase()}`
    : advice[choice];
}

function confidence({ family, confidence, pTransfer, horizon, gap }: Verdict, { strong }: Voice): string {
  const at = `at ${counted(horizon, 'training image')}`;
  const certainty = strong(`${capital(sure(confidence))} sure`);
  if (family === 'inconclusive') {
    if (gap === null) return 'Only one side was measured, so there is nothing to compare it with.';
    const difference = `Transfer against scratch: ${strong(`${signed(gap.mean)} points`)} (${range(gap, signed)}) ${at}`;
    return `${difference}; it is the better one with a probability of ${strong(sure(pTransfer))}.`;
  }
  if (family === 'equivalent') {
    const difference = gap === null ? '' : ` (gap ${signed(gap.mean)} points, ${range(gap, signed)})`;
    return `${certainty} that they lie within a point of each other ${at}${difference}.`;
  }
  const other = family === 'transfer' ? 'scratch' : 'transfer';
  return `${certainty} that ${family} beats ${other} or comes within a point of it${lead(gap, family, strong)} ${at}.`;
}

function planned({ horizon }: Verdict, gap: Interval, { strong }: Voice): string {
  const price = `${strong(`${signed(-gap.mean)} points`)} (${signed(-gap.high)} to ${signed(-gap.low)})`;
  return `The plan asks for an architecture of its own, which no pre-trained weights fit. At ${counted(horizon, 'training image')} scratch is expected to be ${price} from transfer on the standard one.`;
}

function lead(gap: Verdict['gap'], family: 'transfer' | 'scratch', strong: Voice['strong']): string {
  if (gap === null) return '';
  const side = family === 'transfer' ? 1 : -1;
  const [low, high] = family === 'transfer' ? [gap.low, gap.high] : [-gap.high, -gap.low];
  return `; about ${strong(`${signed(side * gap.mean)} points`)} (${signed(low)} to ${signed(high)})`;
}

function chosen(
  { family, gap, leaning, choiceConfidence, expectedRegret }: Verdict,
  { strong }: Voice,
): string {
  if (gap === null) return '';
  const name = strategyNames[leaning].toLowerCase();
  const regret = `${hundredths(expectedRegret)} points`;
  return family === 'inconclusive'
    ? `Going with ${strong(name)} risks ${strong(regret)}.`
    : `${capital(sure(choiceConfidence))} sure of ${strong(name)} among the strategies; taking it risks ${regret}.`;
}

function fullRun(report: Report, choice: StrategyName | null, { strong, said }: Voice): string {
  const run = choice === null ? null : fullRunOf(report, choice);
  if (run === null || report.cost === null) return '';
  const { mean, low, high } = run.seconds;
  const price = strong(`${duration(mean)}, ${usd(run.usd.mean)}`);
  // Where all three read alike, as below a second, there is no spread to tell.
  const told = duration(low) !== duration(high);
  const spread = told ? ` (${duration(low)} to ${duration(high)})` : '';
  return `Full run: ${mean < 1 ? '' : 'about '}${price} on ${said(report.cost.hardware)}${spread}.`;
}

/** The control with shuffled labels knew test images: nothing that was measured counts. */
function isAlarm({ controls }: Report): boolean {
  return controls?.shuffledLabels?.passed === false;
}

/** Findings to mend before anything else. */
function urgent(report: Report, { strong, said }: Voice): string[] {
  const findings = fixFirst(report);
  if (findings.length === 0) return [];
  const [worst, ...others] = findings;
  const more = others.length === 0 ? '' : ` ${count(others.length)} more below.`;
  // Where the finding is the reason of the state, it has just been said: what to do about it has not.
  const what = worst.message === report.statusReason ? worst.remedy : worst.message;
  return [`${strong('Fix first:')} ${said(what)}${more}`];
}

function reason({ status, statusReason }: Report, { said }: Voice): string {
  return said(statusReason ?? `The run is ${status}; no reason was recorded.`);
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
