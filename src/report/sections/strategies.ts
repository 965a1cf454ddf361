import type { StrategySummary, Verdict } from '../../verdict/types.js';
import { type AtHorizon, atHorizon, curveOf, fullRunOf, rankedStrategies } from '../ranking.js';
import type { Report } from '../types.js';
import { capital, count, counted, duration, percent, points, range, usd } from '../../verdict/format.js';
import { shortNames, strategyNames } from '../names.js';
import { keys } from './curves.js';
import { stacked, table } from '../layout.js';

/**
 * The strategies side by side: what was measured at their common size, and what is known about the full run. Three
 * columns fit on a phone.
 */
export function strategyTable(report: Report): string | null {
  const { verdict } = report;
  const strategies = rankedStrategies(report);
  if (strategies.length === 0 || verdict === null) return null;
  const { commonSize } = verdict;
  const ends = strategies.map((strategy) => atHorizon(strategy, verdict));
  const showsEnd = showsFullRun(verdict, ends);
  const title = endTitle(ends);
  const rows = strategies.map((strategy, index) => [
    nameCell(report, strategy),
    nowCell(strategy, commonSize, !showsEnd && isPick(report, strategy)),
    ...(showsEnd ? [endCell(ends[index], title, isPick(report, strategy))] : []),
  ]);
  const now = commonSize === null ? 'at its largest size' : `at ${count(commonSize)} images`;
  return [
    table(
      [
        [stacked('Strategy', 'full run'), 'left'],
        [stacked('Measured', now), 'right'],
        ...(showsEnd
          ? [[stacked(title, `at ${count(verdict.horizon)} images`), 'right'] as [string, 'right']]
          : []),
      ],
      rows,
    ),
    `<sub>${measurementNote(report)}</sub>`,
  ].join('\n\n');
}

/** Whether the full run gets its own column: it is larger than the common size, and something is known about it. */
export function showsFullRun({ commonSize, horizon }: Verdict, ends: readonly AtHorizon[]): boolean {
  return (commonSize ?? 0) < horizon && ends.some(({ interval }) => interval !== null);
}

/** The title of the full run's column; a cell of the other kind says so. */
export function endTitle(ends: readonly AtHorizon[]): 'Predicted' | 'Measured' {
  return ends.some(({ kind }) => kind === 'predicted') ? 'Predicted' : 'Measured';
}

function isPick({ verdict }: Report, { name }: StrategySummary): boolean {
  return verdict?.choice === name;
}

function nameCell(report: Report, strategy: StrategySummary): string {
  const { name, overfitGap } = strategy;
  const label = isPick(report, strategy) ? `**${shortNames[name]}** (pick)` : shortNames[name];
  const run = fullRunOf(report, name);
  return stacked(
    `${keys[name]} ${label}`,
    run === null ? 'full run not modeled' : `${duration(run.seconds.mean)}, ${usd(run.usd.mean)}`,
    `train − test ${overfitGap === null ? 'not measured' : points(overfitGap)}`,
  );
}

function nowCell(strategy: StrategySummary, commonSize: number | null, isBold: boolean): string {
  const { accuracy, atCommonSize, trainExamples, converged, learning } = strategy;
  const shown = commonSize === null ? accuracy : atCommonSize;
  return stacked(
    shown === null ? '–' : isBold ? `**${percent(shown.mean)}**` : percent(shown.mean),
    shown === null ? null : range(shown),
    commonSize === null ? `at ${count(trainExamples)}` : null,
    learning ? (converged === false ? 'still climbing' : null) : 'not learning yet',
  );
}

function endCell({ kind, interval }: AtHorizon, title: string, pick: boolean): string {
  if (interval === null) return stacked('–', kind === 'asleep' ? 'not learning yet' : 'too far');
  const mean = percent(interval.mean);
  return stacked(pick ? `**${mean}**` : mean, range(interval), capital(kind) === title ? null : kind);
}

function measurementNote(report: Report): string {
  const metric = report.dataset?.metric === 'balanced-accuracy' ? 'Balanced accuracy' : 'Accuracy';
  const trials = report.strategies.reduce((sum, strategy) => sum + strategy.trials, 0);
  const once = report.strategies.filter((strategy) => trialsAtLargest(report, strategy) === 1);
  const test = report.dataset === null ? '' : ` on ${counted(report.dataset.splits.test, 'test image')}`;
  const notes = [`${metric} with 80 % intervals${test}; ${counted(trials, 'trial')}`];
  if (once.length > 0) {
    notes.push(
      `measured once at the largest size: ${once.map(({ name }) => strategyNames[name].toLowerCase()).join(', ')}`,
    );
  }
  return [`${notes.join('; ')}.`, ...controls(report)].join('<br>');
}

function trialsAtLargest(report: Report, strategy: StrategySummary): number | undefined {
  return curveOf(report, strategy)?.measured.at(-1)?.trials;
}

/** On lines of their own, since they are not in the same metric. */
function controls({ controls, dataset }: Report): string[] {
  if (controls === null) return [];
  const metric = dataset?.metric === 'balanced-accuracy' ? 'balanced accuracy' : 'accuracy';
  const { largestClass, shuffledLabels } = controls;
  return [
    `Always guessing the largest class: ${metric} ${percent(largestClass.accuracy)}.`,
    ...(shuffledLabels === null
      ? []
      : [
          `With labels shuffled ${counted(shuffledLabels.deals, 'time')}: ${percent(shuffledLabels.accuracy)} of the test images right; chance is ${percent(shuffledLabels.chance)}.`,
        ]),
  ];
}
