import { analyze } from '../../build/verdict/analyze.js';
import { referenceSets } from '../../scripts/reference-sets.mjs';
import { table } from '../numbers.mjs';
import { gapOf, regretsOf } from './figures.mjs';

/** The verdict on trainings of an eighth of the images, beside trainings of all, both in PyTorch. */
export function referenceVerdicts() {
  return referenceSets().map(({ dataset, testExamples, small, measured, horizon, truth }) => {
    const measurements = Object.entries(measured).map(([strategy, accuracy]) => ({
      strategy,
      trainExamples: small,
      testExamples,
      accuracy,
    }));
    const file = { schema: 'headstart/measurements/v1', header: { horizon }, measurements };
    return { dataset, truth, verdict: analyze(file).verdict };
  });
}

export function referenceTable(verdicts) {
  const points = (fraction) => (100 * fraction).toFixed(1);
  const rows = verdicts.map(({ dataset, truth, verdict }) => [
    dataset,
    `${verdict.family}, ${verdict.leaning}`,
    verdict.pTransfer.toFixed(2),
    `${points(verdict.gap.mean)} (${points(verdict.gap.low)} to ${points(verdict.gap.high)})`,
    points(Math.max(truth.frozen, truth['fine-tune']) - truth.scratch),
    points(regretsOf({ truth, verdict }).strategy),
  ]);
  const { coverage, absolute } = gapOf(verdicts);
  const held = `${Math.round(coverage * verdicts.length)} of ${verdicts.length} held`;
  return table(
    ['Set', 'Verdict', 'P(transfer)', 'gap', 'true gap', 'regret'],
    [...rows, ['all', '', '', `${held}, mean absolute error ${points(absolute)}`, '', '']],
  );
}
