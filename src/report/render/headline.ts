import type { StrategyName, Verdict } from '../../verdict/model.js';
import { saidSurely } from '../comment-state.js';
import { fixFirst, fullRunOf } from '../facts.js';
import type { Report } from '../model.js';
import { plannedSentence, verdictSentences, verdictTitle } from '../sentences.js';
import type { Voice } from './voice.js';
import { count, duration, percent, strategyNames, usd } from './words.js';

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
    title: verdictTitle(verdict, voice),
    lines: [
      remark === null ? '' : voice.said(remark),
      ...(isCustom(report) && verdict.gap !== null
        ? [plannedSentence(report, verdict, voice)]
        : verdictSentences(report, verdict, voice)),
      fullRun(report, verdict.choice, voice),
      ...urgent(report, voice),
    ].filter((line) => line !== ''),
  };
}

/** What the base's verdict still says. */
function unchanged({ baseline }: Report, { strong }: Voice): string {
  if (baseline === undefined) return 'Nothing was measured; no verdict of the base is known.';
  const { family, choice, accuracy } = baseline.base;
  const says = choice === null ? family : strategyNames[choice].toLowerCase();
  return `Nothing was measured. The base still says ${strong(says)} (${percent(accuracy)}${saidSurely(baseline.base)}).`;
}

/** The user's plan decides then, whatever was measured. */
function isCustom({ scorecard }: Report): boolean {
  return scorecard?.flexibility.values['architecture'] === 'custom';
}

function fullRun(report: Report, choice: StrategyName | null, { strong, said }: Voice): string {
  const run = choice === null ? null : fullRunOf(report, choice);
  if (run === null || report.cost === null) return '';
  const { mean, low, high } = run.seconds;
  const price = strong(`${duration(mean)}, ${usd(run.usd.mean)}`);
  // Where all three read alike, as below a second, there is no spread to tell.
  const told = duration(low) !== duration(high);
  const spread = told ? ` (${duration(low)} to ${duration(high)})` : '';
  return `Full run with this network: ${mean < 1 ? '' : 'about '}${price} on ${said(report.cost.hardware)}${spread}.`;
}

/** The control with shuffled labels knew test images: nothing that was measured counts. */
function isAlarm({ controls }: Report): boolean {
  return controls?.shuffledLabels?.passed === false;
}

/** Findings to fix before anything else. */
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
