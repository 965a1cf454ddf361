/** The next experiment, and the budget and command that would run it. */
import { duration, probability, usd } from '../../verdict/format.js';
import { reachOf } from '../../verdict/sentences.js';
import { code, plain, prose } from '../escape.js';
import type { Report } from '../types.js';

/** How much longer than planned a next run may take: the plan is an estimate. */
const ROOM = 1.2;
/** Characters that no shell, including PowerShell, changes. */
const BARE = /^[\w@%+=:,./-]+$/u;
const MAX_COMMAND_LENGTH = 2000;

/**
 * What measuring again would take, as boxes that start it, or as words where no bot listens. `backbone` is what a box
 * has to ask for; null: the default.
 */
export function nextSteps(report: Report, listens: boolean, backbone: string | null): string | null {
  if (!listens) return withBudget(report);
  const experiment = nextSentence(report, prose);
  const same = backbone === null ? '' : ` backbone=${backbone}`;
  const [seconds, budget] = [nextBudget(report), budgetOf(report)];
  const boxes = [
    ...(experiment === null || seconds === null
      ? []
      : [{ command: `probe budget=${budgetText(seconds)}${same}`, words: experiment }]),
    ...(budget === null || report.status === 'unchanged'
      ? []
      : [
          {
            command: `probe budget=${budgetText(3 * budget)}${same}`,
            words: `Measure again with ${duration(3 * budget)} instead of ${duration(budget)}.`,
          },
        ]),
  ];
  if (boxes.length === 0) return experiment;
  const lines = boxes.map((box) => `- [ ] ${box.words} <!-- headstart:do ${box.command} -->`);
  return [
    ...(experiment !== null && seconds === null ? [experiment, ''] : []),
    ...lines,
    '',
    `<sub>Check a box to start it, or comment ${code('/headstart help')}.</sub>`,
  ].join('\n');
}

/** The next experiment, and the command for it where a command started this run. */
export function nextInWords(report: Report): string | null {
  const command = nextCommand(report);
  return command === null
    ? withBudget(report)
    : `${nextSentence(report, prose)!} To run it:\n\n\`\`\`sh\n${command}\n\`\`\``;
}

function withBudget(report: Report): string | null {
  const experiment = nextSentence(report, prose);
  const seconds = nextBudget(report);
  return experiment === null || seconds === null
    ? experiment
    : `${experiment} A budget of ${code(budgetText(seconds))} leaves time for it.`;
}

/** `Train from scratch with 752 images: 6 min, 0.04 USD, 40 % chance of changing the pick.`; null: there is none. */
export function nextSentence({ verdict }: Report, sentence: (text: string) => string): string | null {
  const next = verdict?.nextExperiment ?? null;
  if (next === null) return null;
  // The odds come from predictions, so they are not stated where predictions are not.
  const isBeyond = reachOf(verdict?.extrapolation ?? 1) === 'beyond';
  const odds = isBeyond ? null : next.changeProbability;
  const facts = [
    next.seconds === null ? null : duration(next.seconds),
    next.costUsd === null ? null : usd(next.costUsd),
    odds === null ? null : `${probability(odds)} chance of changing the pick`,
  ].filter((fact) => fact !== null);
  const description = sentence(next.description.replace(/[.\s]+$/u, ''));
  return facts.length === 0 ? `${description}.` : `${description}: ${facts.join(', ')}.`;
}

/** The budget of this run in seconds; null: it had none. */
function budgetOf({ receipt }: Report): number | null {
  const budget = receipt?.settings['budgetSeconds'];
  return typeof budget === 'number' && budget > 0 ? budget : null;
}

/** A budget for this run and the next experiment together; null where more time would not help. */
export function nextBudget(report: Report): number | null {
  const next = report.verdict?.nextExperiment ?? null;
  const budget = budgetOf(report);
  if (next?.strategy == null || budget === null) return null;
  return ROOM * (budget + (next.seconds ?? budget));
}

/** A budget as commands take it: `90s`, `15m`. */
function budgetText(seconds: number): string {
  return seconds < 120 ? `${Math.ceil(seconds)}s` : `${Math.ceil(seconds / 60)}m`;
}

/**
 * The command line that runs the next experiment; null where no command line started this run, or a name in it cannot
 * be shown as it is.
 */
export function nextCommand(report: Report): string | null {
  const words = report.receipt?.command ?? [];
  const seconds = nextBudget(report);
  if (seconds === null || !isProbe(words)) return null;
  const line = [...words, '--budget', budgetText(seconds)].map(quoted).join(' ');
  return plain(line, MAX_COMMAND_LENGTH) === line ? line : null;
}

/** A report may come from anywhere, so only a probe by this program is shown as a command. */
function isProbe([program, ...rest]: readonly string[]): boolean {
  if (program === 'headstart') return rest[0] === 'probe';
  return program === 'node' && /(?:^|[/\\])cli\.js$/u.test(rest[0]) && rest[1] === 'probe';
}

/** Quotes a word for a shell: between single quotes, only the quote that ends them is special. */
function quoted(word: string): string {
  return BARE.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
