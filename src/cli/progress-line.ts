/** How far a run is, as one line of text. */
import stringWidth from 'string-width';
import { plain } from '../report/escape.js';
import { duration } from '../verdict/format.js';
import type { Progress } from '../pipeline/run.js';

/** Columns of the bar: a fifth of the line, within these. */
const SHORTEST_BAR = 8;
const LONGEST_BAR = 30;

/** `objects: trial 7, 7 of 18, 43 % of the budget used, 34 s left`. */
export function progressText(event: Progress, budgetSeconds: number): string {
  const spent = spentOf(event, budgetSeconds);
  return plain(
    spent === null
      ? what(event)
      : `${what(event)}, ${spent.percent} % of the budget used, ${spent.left} left`,
  );
}

/**
 * `[###-----] 43 %, 34 s left, objects: trial 7, 7 of 18`, cut to fewer columns than the terminal has: a terminal goes
 * to the next line when its last column is filled.
 */
export function progressLine(event: Progress, budgetSeconds: number, columns: number): string {
  const spent = spentOf(event, budgetSeconds);
  if (spent === null) return cut(plain(what(event)), columns - 1);
  const length = Math.min(LONGEST_BAR, Math.max(SHORTEST_BAR, Math.floor(columns / 5)));
  const full = Math.round((length * spent.percent) / 100);
  const bar = `[${'#'.repeat(full)}${'-'.repeat(length - full)}]`;
  return cut(plain(`${bar} ${spent.percent} %, ${spent.left} left, ${what(event)}`), columns - 1);
}

function what({ message, done, total }: Progress): string {
  return total === null || total === 0 ? message : `${message}, ${done} of ${total}`;
}

/** The budget that is used; null: there is none, or, where no total is known, it does not run yet. */
function spentOf(
  { total, secondsLeft }: Progress,
  budgetSeconds: number,
): { percent: number; left: string } | null {
  if (secondsLeft === null || total === null) return null;
  const used = budgetSeconds <= 0 ? 1 : 1 - secondsLeft / budgetSeconds;
  return { percent: Math.round(100 * Math.min(1, Math.max(0, used))), left: duration(secondsLeft) };
}

const letters = new Intl.Segmenter();

/** As much of the beginning as fits; a letter of two columns is never halved. */
function cut(text: string, columns: number): string {
  let width = 0;
  let end = 0;
  for (const { segment, index } of letters.segment(text)) {
    width += stringWidth(segment);
    if (width > columns) break;
    end = index + segment.length;
  }
  return text.slice(0, end);
}
