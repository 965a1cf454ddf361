import pc from 'picocolors';
import stringWidth from 'string-width';
import { plain } from '../escape.js';
import {
  type AtHorizon,
  atHorizon,
  curveRows,
  fullRunOf,
  rankedFindings,
  rankedStrategies,
} from '../ranking.js';
import { furtherReasons, headline } from '../sections/headline.js';
import type { Report } from '../types.js';
import { nextCommand, nextSentence } from '../sections/next-steps.js';
import { measuredText } from '../sections/curves.js';
import { showsFullRun, endTitle } from '../sections/strategies.js';
import { count, duration, percent, points, range, usd } from '../../verdict/format.js';
import { strategyNames } from '../names.js';

export interface TerminalOptions {
  /** Columns of the terminal. */
  width: number;
  color: boolean;
}

const MAX_FINDINGS = 5;
/** The strategy and what was measured. */
const MIN_COLUMNS = 2;

/** The report as one screen of plain text: the verdict, the strategies, the curves, the data and the next step. */
export function renderTerminal(report: Report, { width, color }: TerminalOptions): string {
  const paint = pc.createColors(color);
  const { sign, title, lines } = headline(report, {
    strong: paint.bold,
    sentence: (text) => plain(text),
    name: (name) => plain(name, 60),
  });
  const tint = { '🟢': paint.green, '🟡': paint.yellow, '🔴': paint.red, '⚪': paint.dim }[sign];
  const name = report.dataset === null ? '' : ` · ${plain(report.dataset.name, 60)}`;
  const columns = Math.max(40, width);
  const parts = [
    [
      ...wrap(title + name, columns).map((line) => tint(paint.bold(line))),
      ...lines.flatMap((line) => wrap(line, columns)),
    ],
    strategies(report, columns),
    curves(report, columns),
    furtherReasons(report, lines).flatMap((reason) => wrap(plain(reason, 400), columns, '- ', '  ')),
    findings(report, columns),
    next(report, columns),
  ];
  return parts
    .filter((part) => part.length > 0)
    .map((part) => `${part.join('\n')}\n`)
    .join('\n');
}

/** The pick has a star. Columns that do not fit are dropped from the right. */
function strategies(report: Report, width: number): string[] {
  const { verdict } = report;
  const ranked = rankedStrategies(report);
  if (ranked.length === 0 || verdict === null) return [];
  const { commonSize, horizon } = verdict;
  const ends = ranked.map((strategy) => atHorizon(strategy, verdict));
  const showsEnd = showsFullRun(verdict, ends);
  const rows = ranked.map((strategy, index) => {
    const { name, converged, learning, accuracy, atCommonSize, trainExamples, overfitGap } = strategy;
    const run = fullRunOf(report, name);
    const state = learning ? (converged === false ? ', climbing' : '') : ', not learning yet';
    const label = width < MIN_WIDTH_FOR_INTERVALS ? strategyNames[name] : `${strategyNames[name]}${state}`;
    const now = commonSize === null ? accuracy : atCommonSize;
    const size = commonSize === null ? ` at ${count(trainExamples)}` : '';
    return [
      `${verdict.choice === name ? '*' : ' '} ${label}`,
      now === null ? '-' : `${percent(now.mean)}${size}`,
      ...(showsEnd ? [atEnd(ends[index], endTitle(ends), width)] : []),
      run === null ? '' : duration(run.seconds.mean),
      overfitGap === null ? '' : points(overfitGap),
      run === null ? '' : usd(run.usd.mean),
    ];
  });
  const titles = [
    ['', '  Strategy'],
    ['Measured', commonSize === null ? 'largest size' : `at ${count(commonSize)}`],
    ...(showsEnd ? [[endTitle(ends), `at ${count(horizon)}`]] : []),
    ['', 'Full run'],
    ['', 'Train-test'],
    ['', 'Price'],
  ];
  return aligned([titles.map(([above]) => above), titles.map(([, below]) => below), ...rows], width);
}

/** On narrower terminals, intervals and remarks would push the predictions out. */
const MIN_WIDTH_FOR_INTERVALS = 60;

function atEnd({ kind, interval }: AtHorizon, title: string, width: number): string {
  if (interval === null) return '-';
  const spread = width < MIN_WIDTH_FOR_INTERVALS ? '' : ` (${range(interval)})`;
  const own = kind === title.toLowerCase() ? '' : ` ${kind}`;
  return `${percent(interval.mean)}${spread}${own}`;
}

function curves(report: Report, width: number): string[] {
  const rows = curveRows(report);
  if (rows.length === 0) return [];
  return [
    'Learning curves',
    ...rows.flatMap((row) =>
      wrap(`${strategyNames[row.strategy]}: ${measuredText(row)}`, width, '  ', '    '),
    ),
  ];
}

function findings(report: Report, width: number): string[] {
  const all = rankedFindings(report);
  const shown = all
    .slice(0, MAX_FINDINGS)
    .flatMap(({ message, remedy, effect }) =>
      wrap(plain(`${message} ${remedy}`, 300), width, effect === 'informs' ? '  ' : '! ', '  '),
    );
  return all.length > MAX_FINDINGS ? [...shown, `  ${all.length - MAX_FINDINGS} more in the report.`] : shown;
}

/** The command is on one line of its own, so that it can be copied. */
function next(report: Report, width: number): string[] {
  const words = nextSentence(report, (text) => plain(text));
  if (words === null) return [];
  const command = nextCommand(report);
  return [
    ...wrap(`Next: ${words}${command === null ? '' : ' To run it:'}`, width),
    ...(command === null ? [] : [`  ${command}`]),
  ];
}

/** Columns as wide as their widest cell, text on the left and numbers on the right. */
function aligned(rows: string[][], width: number): string[] {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => stringWidth(row[column]))));
  const total = widths.reduce((sum, column) => sum + column + 2, -2);
  if (widths.length > MIN_COLUMNS && total > width) {
    return aligned(
      rows.map((row) => row.slice(0, -1)),
      width,
    );
  }
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const padding = ' '.repeat(widths[column] - stringWidth(cell));
        return column === 0 ? cell + padding : padding + cell;
      })
      .join('  ')
      .trimEnd(),
  );
}

function wrap(text: string, width: number, first = '', rest = ''): string[] {
  const lines: string[] = [];
  let line = first;
  for (const [index, word] of text.split(' ').entries()) {
    const longer = index === 0 ? line + word : `${line} ${word}`;
    if (index > 0 && stringWidth(longer) > width) {
      lines.push(line);
      line = rest + word;
    } else {
      line = longer;
    }
  }
  return [...lines, line];
}
