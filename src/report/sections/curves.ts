import type { StrategyName } from '../../verdict/types.js';
import { crossingReach } from '../../verdict/sentences.js';
import { isTransfer } from '../../verdict/arm.js';
import { type CurveRow, curveRows } from '../ranking.js';
import type { Report } from '../types.js';
import { count, percent, range } from '../../verdict/format.js';
import { strategyNames } from '../names.js';

/** The key of each strategy in text, in its color of the chart. */
export const keys: Record<StrategyName, string> = {
  hybrid: '🟪',
  'fine-tune': '🟦',
  frozen: '🟧',
  scratch: '⬜',
};
const colors: Record<StrategyName, string> = {
  hybrid: '#8250df',
  'fine-tune': '#0969da',
  frozen: '#bc4c00',
  scratch: '#8c959f',
};

/** A chart for Mermaid 10.9 and later; null when the families share fewer than two sizes, including the predicted one. */
export function curveChart(report: Report): string | null {
  const { sizes, rows } = comparable(curveRows(report));
  const horizon = report.verdict?.horizon ?? null;
  const predicted = horizon !== null && rows.length > 0 && rows.every((row) => row.predicted !== null);
  if (sizes.length + Number(predicted) < 2) return null;
  const axis = [...sizes, ...(predicted ? [horizon] : [])].map(String);
  const lines = rows.map((row) => {
    const means = sizes.map((size) => meanAt(row, size)!);
    if (predicted) means.push(row.predicted!.mean);
    return `  line "${strategyNames[row.strategy]}" [${means.map((mean) => (100 * mean).toFixed(1)).join(', ')}]`;
  });
  return [
    '```mermaid',
    '---',
    'config:',
    // About as wide as a phone: when GitHub shrinks a chart, its letters get too small and the last label is cut off.
    '  xyChart:',
    '    width: 400',
    '    height: 270',
    '    titleFontSize: 14',
    '    xAxis:',
    '      labelFontSize: 12',
    '      titleFontSize: 12',
    '    yAxis:',
    '      labelFontSize: 12',
    '      titleFontSize: 12',
    '  themeVariables:',
    '    xyChart:',
    `      plotColorPalette: "${rows.map((row) => colors[row.strategy]).join(', ')}"`,
    '---',
    'xychart-beta',
    `  title "Accuracy by training images${predicted ? ', the last predicted' : ''}"`,
    `  x-axis "Training images" [${axis.join(', ')}]`,
    '  y-axis "Accuracy, percent" 0 --> 100',
    ...lines,
    '```',
  ].join('\n');
}

/**
 * The rows that one chart can show: lines in Mermaid cannot skip a point. The sizes are those of the first strategy of
 * each family; strategies that lack one of them appear only in the numbers.
 */
function comparable(rows: readonly CurveRow[]): { sizes: number[]; rows: CurveRow[] } {
  const first = [true, false].flatMap(
    (side) => rows.find(({ strategy }) => isTransfer(strategy) === side) ?? [],
  );
  const sizes = (first.at(0)?.measured ?? [])
    .map(({ trainExamples }) => trainExamples)
    .filter((size) => first.every((row) => meanAt(row, size) !== null));
  return { sizes, rows: rows.filter((row) => sizes.every((size) => meanAt(row, size) !== null)) };
}

function meanAt({ measured }: CurveRow, size: number): number | null {
  return measured.find(({ trainExamples }) => trainExamples === size)?.mean ?? null;
}

/** All measurements, one line per strategy. */
export function curveNumbers(report: Report): string | null {
  const rows = curveRows(report);
  if (rows.length === 0) return null;
  return rows
    .map(
      (row) =>
        `- ${keys[row.strategy]} **${strategyNames[row.strategy]}**: ${measuredText(row)}${predictedText(report, row)}`,
    )
    .join('\n');
}

/** `58.1 % at 131 images, 66.0 % at 262`. */
export function measuredText({ measured }: CurveRow): string {
  return measured
    .map(
      ({ trainExamples, mean }, index) =>
        `${percent(mean)} at ${count(trainExamples)}${index === 0 ? ' images' : ''}`,
    )
    .join(', ');
}

/** `; predicted 87.0 % (83.0 to 90.0) at 8,400`. */
function predictedText({ verdict }: Report, { predicted }: CurveRow): string {
  if (predicted === null || verdict === null) return '';
  return `; predicted ${percent(predicted.mean)} (${range(predicted)}) at ${count(verdict.horizon)}`;
}

/** Where scratch would catch up, unless that is too far beyond what was measured. */
export function crossing({ verdict }: Report): string | null {
  if (verdict === null || verdict.crossing === null) return null;
  if (crossingReach(verdict.crossing, verdict) === 'beyond') return null;
  const { examples, low, high } = verdict.crossing;
  const from = low === null ? 'few' : count(low);
  const to = high === null ? 'beyond the reach of the curves' : count(high);
  return `Scratch would catch up near **${count(examples)} training images** (${from} to ${to}).`;
}
