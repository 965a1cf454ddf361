import { readFileSync } from 'node:fs';
import { analyze } from '../../build/verdict/analyze.js';
import { table } from '../numbers.mjs';
import { barred } from './bars.mjs';
import { gapOf, predictionOf, trueGap } from './figures.mjs';

const read = (path) => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
const STRATEGIES = ['frozen', 'fine-tune', 'hybrid', 'scratch'];

/** The verdict on what probes of 60 seconds measured, beside full trainings of the same sets: real truth, 16 cases. */
export function recordedVerdicts() {
  const { trainings, probes } = read('recorded.json');
  const record = read('../../src/backbone/weights/records.json').find(({ name }) => name === 'embedded').sets;
  return Object.entries(probes).flatMap(([engine, sets]) =>
    Object.entries(sets).map(([set, results]) => {
      const { horizon, classes, testExamples, ...trained } = trainings[set];
      const measurements = results.map(([percent, trainExamples], i) => ({
        strategy: STRATEGIES[i],
        variant: STRATEGIES[i],
        trainExamples,
        testExamples,
        accuracy: percent / 100,
        seed: 0,
      }));
      const header = { horizon, classes, record: { sets: record.filter(({ name }) => name !== set) } };
      const { verdict, strategies } = analyze({ schema: 'headstart/measurements/v1', header, measurements });
      return {
        engine,
        set,
        measurements,
        verdict,
        predicted: Object.fromEntries(strategies.map(({ name, predicted }) => [name, predicted])),
        // Full trainings of frozen features were not recorded: what the probe measured at its largest size stands in.
        truth: {
          frozen: results[0][0] / 100,
          'fine-tune': trained['fine-tune'] / 100,
          scratch: trained.scratch / 100,
        },
      };
    }),
  );
}

function recordedErrors(verdicts) {
  return {
    'fine-tune': predictionOf('fine-tune', verdicts),
    scratch: predictionOf('scratch', verdicts),
    gap: gapOf(verdicts),
  };
}

/** Mean absolute errors in points, beside their bars. */
export function recordedBars(verdicts) {
  const errors = recordedErrors(verdicts);
  const bars = { 'fine-tune': 5.5, scratch: 4.5, gap: 3.5 };
  return Object.entries(bars).map(([name, atMost]) =>
    barred(`recorded probes, mean absolute error of ${name}, points`, 100 * errors[name].absolute, {
      atMost,
      digits: 1,
    }),
  );
}

export function recordedTable(verdicts) {
  const told = ({ mean: centre, low, high }, truth) =>
    `${percent(centre)} (${percent(low)} to ${percent(high)}), truth ${percent(truth)}`;
  const rows = verdicts.map(({ engine, set, predicted, truth, verdict }) => [
    `${set}, ${engine}`,
    told(predicted['fine-tune'], truth['fine-tune']),
    told(predicted.scratch, truth.scratch),
    told(verdict.gap, trueGap(truth)),
    `${verdict.family}, ${verdict.leaning}`,
    verdict.pTransfer.toFixed(2),
  ]);
  const errors = recordedErrors(verdicts);
  const summary = ['fine-tune', 'scratch', 'gap'].map((name) => {
    const { bias, coverage } = errors[name];
    return `bias ${percent(bias)}, ${Math.round(coverage * verdicts.length)} of ${verdicts.length} held`;
  });
  return table(
    ['Set', 'fine-tune', 'scratch', 'gap', 'Verdict', 'P(transfer)'],
    [...rows, ['all', ...summary, '', '']],
  );
}

function percent(fraction) {
  return (100 * fraction).toFixed(1);
}
