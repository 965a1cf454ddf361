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
import { keys, shortNames } from './curves.js';
import { stacked, table } from './layout.js';

/** The strategies side by side: accuracy, paired gap to the pick, overfitting, price. Three columns fit a phone. */
export function strategyTable(report: Report): string | null {
  const strategies = rankedStrategies(report);
  if (strategies.length === 0) return null;
  const sizes = new Set(strategies.map((strategy) => strategy.trainExamples));
  const size = sizes.size === 1 ? strategies[0].trainExamples : null;
  const metric = report.dataset?.metric === 'balanced-accuracy' ? 'Balanced accuracy' : 'Accuracy';
  return [
    table(
      [
        [stacked('Strategy', 'full run'), 'left'],
        [stacked(metric, size === null ? 'at its largest size' : `at ${count(size)}`), 'right'],
        [stacked('Gap', gapTitle(report)), 'right'],
      ],
      strategies.map((strategy) => strategyRow(report, strategy, size === null)),
    ),
    `<sub>${measurementNote(report)}</sub>`,
  ].join('\n\n');
}

function gapTitle({ verdict }: Report): string {
  return `to ${verdict?.choice === null ? strategyNames[verdict.leaning].toLowerCase() : 'the pick'}`;
}

function strategyRow(report: Report, strategy: StrategySummary, withSize: boolean): string[] {
  const { name, accuracy, overfitGap, trainExamples, converged } = strategy;
  const pick = report.verdict?.choice === name;
  const label = pick ? `**${shortNames[name]}** (pick)` : shortNames[name];
  const mean = pick ? `**${percent(accuracy.mean)}**` : percent(accuracy.mean);
  const run = fullRunOf(report, name);
  return [
    stacked(
      `${keys[name]} ${label}`,
      run === null ? 'full run not modelled' : `${duration(run.seconds.mean)}, ${usd(run.usd.mean)}`,
      `train − test ${overfitGap === null ? 'not measured' : hundredths(overfitGap)}`,
    ),
    stacked(
      mean,
      range(accuracy),
      withSize ? `at ${count(trainExamples)}` : null,
      converged === false ? 'still climbing' : null,
    ),
    report.verdict?.leaning === name ? '' : gap(strategy),
  ];
}

function gap({ gapToChoice, trainExamples }: StrategySummary): string {
  if (gapToChoice === null) return 'no size in common';
  const tie = gapToChoice.low <= 0 && gapToChoice.high >= 0 ? ' **tie**' : '';
  return stacked(
    `${signed(gapToChoice.mean)}${tie}`,
    range(gapToChoice, signed),
    gapToChoice.trainExamples === trainExamples ? null : `at ${count(gapToChoice.trainExamples)}`,
  );
}

function measurementNote(report: Report): string {
  const trials = report.strategies.reduce((sum, strategy) => sum + strategy.trials, 0);
  const once = report.strategies.filter((strategy) => trialsAtLargest(report, strategy) === 1);
  const test = report.dataset === null ? '' : ` on ${counted(report.dataset.splits.test, 'test image')}`;
  const notes = [
    `80 % intervals${test}${report.receipt === null ? '' : ', gaps paired'}; ${counted(trials, 'trial')}`,
  ];
  if (once.length > 0) {
    notes.push(
      `measured once at that size: ${once.map(({ name }) => strategyNames[name].toLowerCase()).join(', ')}`,
    );
  }
  return [`${notes.join('; ')}.`, ...controls(report)].join('<br>');
}

function trialsAtLargest(report: Report, strategy: StrategySummary): number | undefined {
  return curveOf(report, strategy)?.measured.at(-1)?.trials;
}

/** A line each: they are not in the same metric. */
function controls({ controls, dataset }: Report): string[] {
  if (controls === null) return [];
  const metric = dataset?.metric === 'balanced-accuracy' ? 'balanced accuracy' : 'accuracy';
  const { largestClass, shuffledLabels } = controls;
  return [
    `Always the largest class: ${metric} ${percent(largestClass.accuracy)}.`,
    ...(shuffledLabels === null
      ? []
      : [
          `Labels shuffled ${counted(shuffledLabels.deals, 'time')}: ${percent(shuffledLabels.accuracy)} of the test images right, by chance ${percent(shuffledLabels.chance)}.`,
        ]),
  ];
}
