import pc from 'picocolors';
import stringWidth from 'string-width';
import { plain } from './escape.js';
import { curveTable, fullRunOf, rankedFindings, rankedStrategies } from './facts.js';
import { headline } from './headline.js';
import type { Report } from './model.js';
import { count, duration, hundredths, percent, range, signed, strategyNames, sure, usd } from './words.js';

export interface TerminalOptions {
  /** Columns of the terminal. */
  width: number;
  colour: boolean;
}

const mostFindings = 5;

/** The report as one screenful of plain text: the verdict, the strategies, the curves, the data, what next. */
export function renderTerminal(report: Report, { width, colour }: TerminalOptions): string {
  const paint = pc.createColors(colour);
  const { sign, title, lines } = headline(report, { strong: paint.bold, said: (text) => plain(text) });
  const tint = { '🟢': paint.green, '🟡': paint.yellow, '🔴': paint.red, '⚪': paint.dim }[sign];
  const name = report.dataset === null ? '' : paint.dim(`  ${plain(report.dataset.name, 60)}`);
  const columns = Math.max(50, width);
  const parts = [
    [tint(paint.bold(title)) + name, ...lines.flatMap((line) => wrap(line, columns))],
    strategies(report, columns),
    curves(report, columns),
    (report.verdict?.reasons ?? []).flatMap((reason) => wrap(plain(reason, 400), columns, '- ', '  ')),
    findings(report, columns),
    next(report).flatMap((line) => wrap(line, columns)),
  ];
  return parts
    .filter((part) => part.length > 0)
    .map((part) => `${part.join('\n')}\n`)
    .join('\n');
}

function strategies(report: Report, width: number): string[] {
  const ranked = rankedStrategies(report);
  if (ranked.length === 0) return [];
  const size = Math.max(...ranked.map((strategy) => strategy.trainExamples));
  const rows = ranked.map((strategy) => {
    const run = fullRunOf(report, strategy.name);
    const pick = report.verdict?.choice === strategy.name;
    const gap = strategy.gapToChoice;
    const smaller = strategy.trainExamples === size ? '' : ` at ${count(strategy.trainExamples)}`;
    return [
      `${pick ? '*' : ' '} ${strategyNames[strategy.name]}${strategy.converged === false ? ', climbing' : ''}`,
      `${percent(strategy.accuracy.mean)} (${range(strategy.accuracy)})${smaller}`,
      report.verdict?.leaning === strategy.name || gap === null
        ? ''
        : `${signed(gap.mean)} (${range(gap, signed)})`,
      run === null ? '' : duration(run.seconds.mean),
      strategy.overfitGap === null ? '' : hundredths(strategy.overfitGap),
      run === null ? '' : usd(run.usd.mean),
    ];
  });
  const header = [
    '  Strategy',
    `Accuracy at ${count(size)}`,
    `Gap to ${report.verdict?.choice === null ? strategyNames[report.verdict.leaning].toLowerCase() : 'the pick'}`,
    'Full run',
    'Train-test',
    'Price',
  ];
  return aligned([header, ...rows], width, -1);
}

function curves(report: Report, width: number): string[] {
  const table = curveTable(report);
  if (table === null) return [];
  const header = ['  Training images', ...table.sizes.map(count)];
  if (table.horizon !== null) header.push(`${count(table.horizon)} predicted`);
  const rows = table.rows.map(({ strategy, measured, predicted }) => [
    `  ${strategyNames[strategy]}`,
    ...measured.map((point) => (point === null ? '-' : hundredths(point.mean))),
    ...(table.horizon === null
      ? []
      : [predicted === null ? '-' : `${hundredths(predicted.mean)} (${range(predicted)})`]),
  ]);
  return aligned([header, ...rows], width, 1);
}

function findings(report: Report, width: number): string[] {
  const all = rankedFindings(report);
  const shown = all
    .slice(0, mostFindings)
    .flatMap(({ message, remedy, effect }) =>
      wrap(plain(`${message} ${remedy}`, 300), width, effect === 'informs' ? '  ' : '! ', '  '),
    );
  return all.length > mostFindings ? [...shown, `  ${all.length - mostFindings} more in the report.`] : shown;
}

function next({ verdict }: Report): string[] {
  const experiment = verdict?.nextExperiment ?? null;
  if (experiment === null) return [];
  const facts = [
    experiment.seconds === null ? null : duration(experiment.seconds),
    experiment.costUsd === null ? null : usd(experiment.costUsd),
    experiment.changeProbability === null
      ? null
      : `${sure(experiment.changeProbability)} chance to change the pick`,
  ].filter((fact) => fact !== null);
  return [
    `Next: ${plain(experiment.description).replace(/\.$/u, '')}${facts.length > 0 ? `: ${facts.join(', ')}` : ''}.`,
  ];
}

/** Columns as wide as their widest cell, words to the left and numbers to the right; too wide a table loses columns at `drop`. */
function aligned(rows: string[][], width: number, drop: number): string[] {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => stringWidth(row[column]))));
  if (widths.length > 2 && widths.reduce((sum, column) => sum + column + 2, -2) > width) {
    return aligned(
      rows.map((row) => row.toSpliced(drop, 1)),
      width,
      drop,
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
