import type { StrategySummary } from '../../verdict/model.js';
import { curveOf, fullRunOf, rankedStrategies } from '../facts.js';
import type { Report } from '../model.js';
import {
  count,
  counted,
  duration,
  hundredths,
  percent,
  range,
  signed,
  strategyNames,
  usd,
} from '../words.js';
import { keys } from './curves.js';
import { table } from './layout.js';

/** The strategies side by side: accuracy, paired gap to the pick, overfitting, price. */
export function strategyTable(report: Report): string | null {
  const strategies = rankedStrategies(report);
  if (strategies.length === 0) return null;
  const sizes = new Set(strategies.map((strategy) => strategy.trainExamples));
  const size = sizes.size === 1 ? strategies[0].trainExamples : null;
  const metric = report.dataset?.metric === 'balanced-accuracy' ? 'Balanced accuracy' : 'Accuracy';
  const test = report.dataset === null ? '' : ` (${counted(report.dataset.splits.test, 'test image')})`;
  return [
    table(
      [
        ['', 'left'],
        [`${metric}${size === null ? '' : ` at ${count(size)}`}${test}`, 'right'],
        [gapTitle(report), 'right'],
        ['Train − test', 'right'],
        ['Full run', 'right'],
      ],
      strategies.map((strategy) => strategyRow(report, strategy, size === null)),
    ),
    `<sub>${measurementNote(report)}</sub>`,
  ].join('\n\n');
}

function gapTitle({ verdict, receipt }: Report): string {
  const to = verdict?.choice === null ? strategyNames[verdict.leaning].toLowerCase() : 'the pick';
  return `Gap to ${to}${receipt === null ? '' : ', paired'}`;
}

function strategyRow(report: Report, strategy: StrategySummary, withSize: boolean): string[] {
  const { name, accuracy, overfitGap, trainExamples, converged } = strategy;
  const pick = report.verdict?.choice === name;
  const label = pick ? `**${strategyNames[name]}** (pick)` : strategyNames[name];
  const mean = pick ? `**${percent(accuracy.mean)}**` : percent(accuracy.mean);
  const at = withSize ? ` at ${count(trainExamples)}` : '';
  const run = fullRunOf(report, name);
  return [
    `${keys[name]} ${label}${converged === false ? ', still climbing' : ''}`,
    `${mean} (${range(accuracy)})${at}`,
    report.verdict?.leaning === name ? '' : gap(strategy),
    overfitGap === null ? 'not measured' : hundredths(overfitGap),
    run === null ? 'not modelled' : `${duration(run.seconds.mean)}, ${usd(run.usd.mean)}`,
  ];
}

function gap({ gapToChoice, trainExamples }: StrategySummary): string {
  if (gapToChoice === null) return 'no size in common';
  const tie = gapToChoice.low <= 0 && gapToChoice.high >= 0 ? ' **tie**' : '';
  const at = gapToChoice.trainExamples === trainExamples ? '' : ` at ${count(gapToChoice.trainExamples)}`;
  return `${signed(gapToChoice.mean)} (${range(gapToChoice, signed)})${at}${tie}`;
}

function measurementNote(report: Report): string {
  const trials = report.strategies.reduce((sum, strategy) => sum + strategy.trials, 0);
  const once = report.strategies.filter((strategy) => trialsAtLargest(report, strategy) === 1);
  const notes = [`80 % intervals in brackets; ${counted(trials, 'trial')}`];
  if (once.length > 0) {
    notes.push(
      `measured once at that size: ${once.map(({ name }) => strategyNames[name].toLowerCase()).join(', ')}`,
    );
  }
  return `${notes.join('; ')}.${controls(report)}`;
}

function trialsAtLargest(report: Report, strategy: StrategySummary): number | undefined {
  return curveOf(report, strategy)?.measured.at(-1)?.trials;
}

function controls({ controls }: Report): string {
  if (controls === null) return '';
  const largest = ` Controls: always the largest class ${percent(controls.largestClass.accuracy)}`;
  const shuffled = controls.shuffledLabels;
  return shuffled === null
    ? `${largest}.`
    : `${largest}, shuffled labels ${percent(shuffled.accuracy)} (chance ${percent(shuffled.chance)}).`;
}
