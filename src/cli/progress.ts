import stringWidth from 'string-width';
import { progressLine, progressText } from './progress-line.js';
import type { Progress } from '../pipeline/run.js';

/** Where progress is shown; standard error, since results have standard output. */
export type ProgressStream = Pick<NodeJS.WriteStream, 'isTTY' | 'columns' | 'write' | 'on' | 'off'>;

export interface ProgressDisplay {
  update(event: Progress): void;
  /** Takes the line away, so that something else can be written; the next event brings it back. */
  clear(): void;
  /** Takes the line away for good. */
  end(): void;
}

/** Seconds between two lines of the same stage in a log. */
const LINE_EVERY = 5;
/** Milliseconds: more often nobody sees, and more seldom a clock seems to stand still. */
const DRAW_EVERY = 1000;
const DRAW_AT_MOST_EVERY = 50;

/**
 * One line that is redrawn in place on a terminal, a line now and then in a log.
 * @param budgetSeconds of the whole run.
 */
export function showProgress(
  wanted: boolean,
  budgetSeconds: number,
  stream: ProgressStream = process.stderr,
): ProgressDisplay {
  if (!wanted) return { update: () => undefined, clear: () => undefined, end: () => undefined };
  const redraws = stream.isTTY && process.env['TERM'] !== 'dumb';
  return redraws ? terminalLine(budgetSeconds, stream) : logLines(budgetSeconds, stream);
}

function terminalLine(budgetSeconds: number, stream: ProgressStream): ProgressDisplay {
  /** What the last event said, and when. */
  let last: { event: Progress; at: number } | null = null;
  let drawn = '';
  let drawnAt = -Infinity;
  /** Says again what was last said: time passes also where nothing happens. */
  const ticking = setInterval(() => draw(), DRAW_EVERY);
  ticking.unref();

  const erasing = (): string => {
    if (drawn === '') return '';
    // A terminal that has become narrower has broken the line: what it holds now begins that many lines above.
    const above = Math.floor(Math.max(0, stringWidth(drawn) - 1) / columnsOf(stream));
    return `${above > 0 ? `\x1b[${above}A` : ''}\r\x1b[J`;
  };
  const clear = (): void => {
    if (drawn !== '') stream.write(erasing());
    drawn = '';
    last = null;
  };
  const draw = (): void => {
    if (last === null) return;
    const now = performance.now();
    const line = progressLine(asOf(last, now), budgetSeconds, columnsOf(stream));
    stream.write(erasing() + line);
    drawn = line;
    drawnAt = now;
  };
  stream.on('resize', draw);
  return {
    update(event) {
      const isNew = last?.event.stage !== event.stage;
      last = { event, at: performance.now() };
      if (isNew || last.at - drawnAt >= DRAW_AT_MOST_EVERY) draw();
    },
    clear,
    end() {
      clear();
      clearInterval(ticking);
      stream.off('resize', draw);
    },
  };
}

/** The seconds that have passed since are spent, too. What has no total, such as a download, runs against no clock yet. */
function asOf({ event, at }: { event: Progress; at: number }, now: number): Progress {
  if (event.secondsLeft === null || event.total === null) return event;
  return { ...event, secondsLeft: Math.max(0, event.secondsLeft - (now - at) / 1000) };
}

/** Some terminals do not say how wide they are. */
function columnsOf({ columns }: ProgressStream): number {
  return columns > 0 ? columns : 80;
}

function logLines(budgetSeconds: number, stream: ProgressStream): ProgressDisplay {
  let stage = '';
  let last = -Infinity;
  return {
    update(event) {
      const now = performance.now() / 1000;
      if (event.stage === stage && now - last < LINE_EVERY && event.done !== event.total) return;
      if (event.stage === stage && event.done === event.total && now - last < 1) return;
      stage = event.stage;
      last = now;
      stream.write(`${progressText(event, budgetSeconds)}\n`);
    },
    clear: () => undefined,
    end: () => undefined,
  };
}
