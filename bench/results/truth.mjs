/** What full trainings reach, to judge verdicts by: those of docs/trials.md. */
import { readFileSync } from 'node:fs';

const { trainings } = JSON.parse(readFileSync(new URL('../decision/recorded.json', import.meta.url), 'utf8'));
/** Half the width of an 80 % interval in standard errors. */
const EIGHTY = 1.2816;

export const SETS = Object.keys(trainings);

/**
 * Accuracies at the horizon as fractions, with their standard errors. `transfer` is fine-tuning, or frozen features
 * where they are better: those were not trained in full, so they count where the probe measured them at the horizon,
 * and in accuracy, as full trainings are.
 */
export function truthOf({ set, metric, horizon, strategies }) {
  const fineTune = trainedTo(set, 'fine-tune');
  const { frozen } = strategies;
  const isComparable = frozen !== undefined && frozen.trainExamples >= horizon && metric === 'accuracy';
  const transfer =
    isComparable && frozen.accuracy.mean > fineTune.mean ? measured('frozen', frozen.accuracy) : fineTune;
  return { transfer, scratch: trainedTo(set, 'scratch') };
}

/** Transfer minus scratch. The test images are the same, but how the answers go together was not recorded. */
export function trueGap(line) {
  const { transfer, scratch } = truthOf(line);
  return {
    mean: transfer.mean - scratch.mean,
    standardError: Math.hypot(transfer.standardError, scratch.standardError),
  };
}

/** The full training of `fine-tune` or `scratch`. */
export function trainedTo(set, strategy) {
  const { standardErrors, [strategy]: percent } = trainings[set];
  return { strategy, mean: percent / 100, standardError: standardErrors[strategy] / 100 };
}

function measured(strategy, { mean, low, high }) {
  return { strategy, mean, standardError: (high - low) / 2 / EIGHTY };
}
