/** What measuring further would take: the experiment that tells most, and the budget and the command that go on. */
import { reachOf } from '../verdict/reach.js';
import { plain } from './render/escape.js';
import type { Report } from './model.js';
import { duration, sure, usd } from './render/words.js';

/** How much longer than planned a next run may take: the plan is a guess. */
const ROOM = 1.2;
/** Characters that a shell, and PowerShell, leave as they are. */
const BARE = /^[\w@%+=:,./-]+$/u;
const LONGEST_COMMAND = 2000;

/** `Train scratch at 752 images: 6 min, 0.04 USD, 40 % chance to change the pick.`; null: there is nothing to add. */
export function nextExperiment({ verdict }: Report, said: (text: string) => string): string | null {
  const next = verdict?.nextExperiment ?? null;
  if (next === null) return null;
  // Odds come from predictions: they are not stated where those are not.
  const isBeyond = reachOf(verdict?.extrapolation ?? 1) === 'beyond';
  const odds = isBeyond ? null : next.changeProbability;
  const facts = [
    next.seconds === null ? null : duration(next.seconds),
    next.costUsd === null ? null : usd(next.costUsd),
    odds === null ? null : `${sure(odds)} chance to change the pick`,
  ].filter((fact) => fact !== null);
  const description = said(next.description.replace(/[.\s]+$/u, ''));
  return facts.length === 0 ? `${description}.` : `${description}: ${facts.join(', ')}.`;
}

/** Seconds of the run that was; null: it had no budget. */
export function budgetOf({ receipt }: Report): number | null {
  const budget = receipt?.settings['budgetSeconds'];
  return typeof budget === 'number' && budget > 0 ? budget : null;
}

/** A budget with room for the next experiment, what was spent so far included; null where time is not what is missing. */
export function nextBudget(report: Report): number | null {
  const next = report.verdict?.nextExperiment ?? null;
  const budget = budgetOf(report);
  if (next?.strategy == null || budget === null) return null;
  return ROOM * (budget + (next.seconds ?? budget));
}

/** A budget as commands have it: `90s`, `15m`. */
export function written(seconds: number): string {
  return seconds < 120 ? `${Math.ceil(seconds)}s` : `${Math.ceil(seconds / 60)}m`;
}

/**
 * The command line that goes on where the run ended; null where the run was not started from one, or a name in it
 * cannot be shown as it is.
 */
export function nextCommand(report: Report): string | null {
  const words = report.receipt?.command ?? [];
  const seconds = nextBudget(report);
  if (seconds === null || !isOurs(words)) return null;
  const line = [...words, '--budget', written(seconds)].map(quoted).join(' ');
  return plain(line, LONGEST_COMMAND) === line ? line : null;
}

/** A report may come from anywhere: nothing is shown as a command but a probe by this program. */
function isOurs([program, ...rest]: readonly string[]): boolean {
  if (program === 'headstart') return rest[0] === 'probe';
  return program === 'node' && /(?:^|[/\\])cli\.js$/u.test(rest[0]) && rest[1] === 'probe';
}

/** A word as a shell takes it back: between single quotes nothing is read but the quote that ends it. */
function quoted(word: string): string {
  return BARE.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
