/** Shows the progress of a run: a line that is redrawn on a terminal, occasional lines in a log. */
import stringWidth from 'string-width';
import type { Progress } from '../pipeline/run.js';
import { plain } from '../report/escape.js';
import { duration } from '../verdict/format.js';

/** Standard error, because results go to standard output. */
export type ProgressStream = Pick<NodeJS.WriteStream, 'isTTY' | 'columns' | 'write' | 'on' | 'off'>;

export interface ProgressDisplay {
  update(event: Progress): void;
  /** Removes the line until the next event, so that something else can be written. */
  clear(): void;
  /** Removes the line for good. */
  end(): void;
}

/** Between two lines of the same stage in a log. */
const LOG_EVERY_SECONDS = 5;
/** A redraw every second keeps the clock running. */
const DRAW_EVERY_MS = 1000;
const MIN_DRAW_INTERVAL_MS = 50;
/** Columns of the bar: a fifth of the line, within these limits. */
const MIN_BAR = 8;
const MAX_BAR = 30;

/** @param budgetSeconds of the whole run. */
export function showProgress(
  wanted: boolean,
  budgetSeconds: number,
  stream: ProgressStream = process.stderr,
): ProgressDisplay {
  if (!wanted) return { update: () => undefined, clear: () => undefined, end: () => undefined };
  const canRedraw = stream.isTTY && process.env['TERM'] !== 'dumb';
  return canRedraw ? terminalLine(budgetSeconds, stream) : logLines(budgetSeconds, stream);
}

function terminalLine(budgetSeconds: number, stream: ProgressStream): ProgressDisplay {
  let last: { event: Progress; at: number } | null = null;
  let drawn = '';
  let drawnAt = -Infinity;
  const timer = setInterval(() => draw(), DRAW_EVERY_MS);
  timer.unref();

  const eraseSequence = (): string => {
    if (drawn === '') return '';
    // A terminal that became narrower has wrapped the line, so it starts that many lines above.
    const above = Math.floor(Math.max(0, stringWidth(drawn) - 1) / columnsOf(stream));
    return `${above > 0 ? `\x1b[${above}A` : ''}\r\x1b[J`;
  };
  const clear = (): void => {
    if (drawn !== '') stream.write(eraseSequence());
    drawn = '';
    last = null;
  };
  const draw = (): void => {
    if (last === null) return;
    const now = performance.now();
    const line = progressLine(atTime(last, now), budgetSeconds, columnsOf(stream));
    stream.write(eraseSequence() + line);
    drawn = line;
    drawnAt = now;
  };
  stream.on('resize', draw);
  return {
    update(event) {
      const isNew = last?.event.stage !== event.stage;
      last = { event, at: performance.now() };
      if (isNew || last.at - drawnAt >= MIN_DRAW_INTERVAL_MS) draw();
    },
    clear,
    end() {
      clear();
      clearInterval(timer);
      stream.off('resize', draw);
    },
  };
}

/** The event with the time that has passed since. Stages without a total, such as a download, use no budget. */
function atTime({ event, at }: { event: Progress; at: number }, now: number): Progress {
  if (event.secondsLeft === null || event.total === null) return event;
  return { ...event, secondsLeft: Math.max(0, event.secondsLeft - (now - at) / 1000) };
}

/** Some terminals do not report their width. */
function columnsOf({ columns }: ProgressStream): number {
  return columns > 0 ? columns : 80;
}

function logLines(budgetSeconds: number, stream: ProgressStream): ProgressDisplay {
  let stage = '';
  let last = -Infinity;
  return {
    update(event) {
      const now = performance.now() / 1000;
      if (event.stage === stage && now - last < LOG_EVERY_SECONDS && event.done !== event.total) return;
      if (event.stage === stage && event.done === event.total && now - last < 1) return;
      stage = event.stage;
      last = now;
      stream.write(`${progressText(event, budgetSeconds)}\n`);
    },
    clear: () => undefined,
    end: () => undefined,
  };
}

/** `objects: trial 7, 7 of 18, 43 % of the budget used, 34 s left`. */
export function progressText(event: Progress, budgetSeconds: number): string {
  const spent = spentBudget(event, budgetSeconds);
  return plain(
    spent === null
      ? describe(event)
      : `${describe(event)}, ${spent.percent} % of the budget used, ${spent.left} left`,
  );
}

/**
 * `[###-----] 43 %, 34 s left, objects: trial 7, 7 of 18`. It never fills the last column, because a terminal would
 * start a new line.
 */
export function progressLine(event: Progress, budgetSeconds: number, columns: number): string {
  const spent = spentBudget(event, budgetSeconds);
  if (spent === null) return truncate(plain(describe(event)), columns - 1);
  const length = Math.min(MAX_BAR, Math.max(MIN_BAR, Math.floor(columns / 5)));
  const full = Math.round((length * spent.percent) / 100);
  const bar = `[${'#'.repeat(full)}${'-'.repeat(length - full)}]`;
  return truncate(plain(`${bar} ${spent.percent} %, ${spent.left} left, ${describe(event)}`), columns - 1);
}

function describe({ message, done, total }: Progress): string {
  return total === null || total === 0 ? message : `${message}, ${done} of ${total}`;
}

/** Null: there is no budget, or the stage does not use it. */
function spentBudget(
  { total, secondsLeft }: Progress,
  budgetSeconds: number,
): { percent: number; left: string } | null {
  if (secondsLeft === null || total === null) return null;
  const used = budgetSeconds <= 0 ? 1 : 1 - secondsLeft / budgetSeconds;
  return { percent: Math.round(100 * Math.min(1, Math.max(0, used))), left: duration(secondsLeft) };
}

const graphemes = new Intl.Segmenter();

/** Cuts the text to a width. It never splits a character that is two columns wide. */
function truncate(text: string, columns: number): string {
  let width = 0;
  let end = 0;
  for (const { segment, index } of graphemes.segment(text)) {
    width += stringWidth(segment);
    if (width > columns) break;
    end = index + segment.length;
  }
  return text.slice(0, end);
}
