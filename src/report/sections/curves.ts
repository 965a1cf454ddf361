import type { StrategyName } from '../../verdict/model.js';
import { curveTable, type CurveTable } from '../facts.js';
import type { Report } from '../model.js';
import { count, hundredths, range, strategyNames } from '../words.js';
import { stacked, table } from './layout.js';

/** The colour of each strategy in charts, and its key in text. */
export const keys: Record<StrategyName, string> = {
  hybrid: '🟪',
  'fine-tune': '🟦',
  frozen: '🟧',
  scratch: '⬜',
};
const colours: Record<StrategyName, string> = {
  hybrid: '#8250df',
  'fine-tune': '#0969da',
  frozen: '#bc4c00',
  scratch: '#8c959f',
};

/** Where room is scarce. */
export const shortNames: Record<StrategyName, string> = { ...strategyNames, frozen: 'Frozen' };

/** A chart for Mermaid 10.9 and later; null when fewer than two sizes were measured by all strategies. */
export function curveChart(report: Report): string | null {
  const curves = curveTable(report);
  if (curves === null) return null;
  const shared = curves.sizes.filter((_, index) => curves.rows.every((row) => row.measured[index] !== null));
  const predicted = curves.horizon !== null && curves.rows.every((row) => row.predicted !== null);
  if (shared.length + Number(predicted) < 2) return null;
  const axis = [...shared, ...(predicted ? [curves.horizon!] : [])].map(String);
  const lines = curves.rows.map((row) => {
    const means = row.measured.flatMap((point) =>
      point !== null && shared.includes(point.trainExamples) ? [point.mean] : [],
    );
    if (predicted) means.push(row.predicted!.mean);
    return `  line "${strategyNames[row.strategy]}" [${means.map((mean) => (100 * mean).toFixed(1)).join(', ')}]`;
  });
  return [
    '```mermaid',
    '---',
    'config:',
    // About as wide as a phone: shrunk to fit one, letters get too small and the last label loses its end.
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
    `      plotColorPalette: "${curves.rows.map((row) => colours[row.strategy]).join(', ')}"`,
    '---',
    'xychart-beta',
    `  title "Accuracy by training images${predicted ? ', the last predicted' : ''}"`,
    `  x-axis "Training images" [${axis.join(', ')}]`,
    '  y-axis "Accuracy, percent" 0 --> 100',
    ...lines,
    '```',
  ].join('\n');
}

/** The same numbers as a table: a row a size, for a phone has room for four strategies beside each other, not for ten sizes. */
export function curveNumbers(report: Report): string | null {
  const curves = curveTable(report);
  return curves && numbers(curves);
}

function numbers({ sizes, horizon, rows }: CurveTable): string {
  return table(
    [
      ['Images', 'right'],
      ...rows.map(({ strategy }): [string, 'right'] => [
        stacked(keys[strategy], shortNames[strategy]),
        'right',
      ]),
    ],
    [
      ...sizes.map((size, index) => [
        count(size),
        ...rows.map(({ measured }) => {
          const point = measured[index];
          return point === null ? '–' : hundredths(point.mean);
        }),
      ]),
      ...(horizon === null
        ? []
        : [
            [
              stacked(count(horizon), 'predicted'),
              ...rows.map(({ predicted }) =>
                predicted === null ? '–' : stacked(hundredths(predicted.mean), range(predicted)),
              ),
            ],
          ]),
    ],
  );
}

/** Where scratch would catch up. */
export function crossing({ verdict }: Report): string | null {
  if (verdict?.crossing === undefined || verdict.crossing === null) return null;
  const { examples, low, high } = verdict.crossing;
  const from = low === null ? 'few' : count(low);
  const to = high === null ? 'beyond what the curves reach' : count(high);
  return `Scratch would catch up near **${count(examples)} training images** (${from} to ${to}).`;
}
