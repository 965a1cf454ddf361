import { table } from '../numbers.mjs';
import { resultBars } from './bars.mjs';
import { judge } from './judge.mjs';
import { ENGINES, missingOf, PLAN } from './plan.mjs';
import { argumentsOf } from './probe.mjs';
import { trainedTo, trueGap } from './truth.mjs';

const STRATEGIES = ['frozen', 'fine-tune', 'hybrid', 'scratch'];
const TRAINED = ['fine-tune', 'scratch'];

/**
 * docs/results.md. `lines`: all that are kept, of which those of this program count; `absent`: engines that do not load
 * here, by name.
 */
export function resultsPage(lines, { program, absent = {} }) {
  const current = lines.filter((line) => line.program === program);
  const missing = missingOf(PLAN, lines, program).length;
  return `${[
    '# Results on the development sets',
    introduction(current, { program, missing }),
    LEGEND,
    '## Bars',
    barTable(resultBars(current, ENGINES)),
    ...Object.entries(absent).map(([name, why]) => `The engine \`${name}\` does not load here: ${cell(why)}`),
    ...ENGINES.flatMap((engine) =>
      sections(
        engine,
        current.filter((line) => line.engine === engine),
      ),
    ),
    '## Commands',
    'For the seeds and budgets above:',
    `\`\`\`sh\n${commands().join('\n')}\n\`\`\``,
  ].join('\n\n')}\n`;
}

const LEGEND = `Accuracies are percentages of the probe's metric with 80 % intervals. **Measured** is on the probe's test images, at the largest training subset of the strategy (in brackets: its images). **Predicted** is for the horizon, all training images.

**Judged.** The truth is one full training of each family on all training images, by [trials](trials.md): \`fine-tune/lp-ft\` and \`scratch/small net\`, with their standard errors. Frozen features stand for transfer where the probe measured them at the horizon and they are better than fine-tuning. The true gap is transfer minus scratch; its standard error takes the two as independent. A verdict is *wrong* when following it loses more than a point and more than two standard errors of the true gap: the named family is so far behind, or the families are so far apart where they are called equivalent. Any other decided verdict is *right*, also where the truth is too close to call. \`inconclusive\` and stopped probes are *undecided*. Hybrid has no full training and is judged as transfer.

The truth is in accuracy. A set whose metric is balanced accuracy is judged by the family all the same, its frozen features do not stand for transfer, and its predictions do not compare with the truth point for point.`;

function introduction(lines, { program, missing }) {
  const counted = `${PLAN.length - missing} of the ${PLAN.length} planned probes are in.`;
  const asked = `Written by \`npm run results\` from \`results.jsonl\` for the program ${program}: ${counted}`;
  if (lines.length === 0) return asked;
  const days = lines.map(({ date }) => date.slice(0, 10)).sort();
  const when = days[0] === days.at(-1) ? `on ${days[0]}` : `from ${days[0]} to ${days.at(-1)}`;
  return `${asked} Measured ${when}, on ${unique(lines.map(({ machine }) => machine)).join('; ')}. The sets are not part of the repository.`;
}

function barTable(bars) {
  return table(
    ['Figure', 'Value', 'Bar', ''],
    bars.map(({ name, value, bar, state }) => [name, value, bar, state]),
  );
}

function sections(engine, lines) {
  if (lines.length === 0) return [];
  const budgets = unique(lines.map(({ budget }) => budget));
  return [
    `## ${engine}`,
    unique(lines.map(({ engineVersion }) => engineVersion)).join('; '),
    ...budgets.flatMap((budget) => {
      const own = lines.filter((line) => line.budget === budget);
      return [`### ${budget} seconds`, verdictTable(own), measuredTable(own), predictedTable(own)];
    }),
  ];
}

function verdictTable(lines) {
  const header = ['Set', 'Seed', 'Judged', 'Verdict', 'Choice', 'Confidence', 'P(transfer)'];
  return table(
    [...header, 'Predicted gap', 'True gap ± standard error', 'Horizon', 'Metric', 'Trials', 'Seconds'],
    lines.map((line) => {
      const { set, seed, verdict, horizon, metric, trials, seconds } = line;
      const gap = trueGap(line);
      const judged = judge(line);
      return [
        set,
        seed,
        judged === 'wrong' ? '**wrong**' : judged,
        ...(verdict === null
          ? [`${line.status}: ${cell(line.statusReason ?? '')}`, '', '', '', '']
          : told(verdict)),
        `${percent(gap.mean)} ± ${percent(gap.standardError)}`,
        horizon ?? '',
        metric ?? '',
        trials,
        seconds.toFixed(0),
      ];
    }),
  );
}

function told({ family, choice, confidence, pTransfer, gap }) {
  const shown = gap === null ? 'not measured' : interval(gap);
  return [family, choice ?? 'none', percent(confidence, 0), pTransfer.toFixed(2), shown];
}

function measuredTable(lines) {
  return table(
    ['Measured', 'Seed', ...STRATEGIES],
    lines.map(({ set, seed, strategies }) => [
      set,
      seed,
      ...STRATEGIES.map((name) => {
        const found = strategies[name];
        return found === undefined ? 'not measured' : `${interval(found.accuracy)} [${found.trainExamples}]`;
      }),
    ]),
  );
}

function predictedTable(lines) {
  return table(
    ['Predicted', 'Seed', ...TRAINED.flatMap((name) => [name, 'Truth'])],
    lines.map((line) => [
      line.set,
      line.seed,
      ...TRAINED.flatMap((name) => [prediction(line.strategies[name]), truth(line.set, name)]),
    ]),
  );
}

function prediction(strategy) {
  if (strategy === undefined) return 'not measured';
  return strategy.predicted === null ? 'no curve' : interval(strategy.predicted);
}

function truth(set, strategy) {
  const { mean, standardError } = trainedTo(set, strategy);
  return `${percent(mean)} ± ${percent(standardError)}`;
}

/** A command for each set: only the seed, the budget and the engine differ. */
function commands() {
  return unique(PLAN.map(({ set }) => set)).map((set) => {
    const args = argumentsOf({ set, engine: '<engine>', budget: '<budget>', seed: '<seed>' }, '<datasets>');
    return `node dist/cli.js ${args.join(' ')}`;
  });
}

function interval({ mean, low, high }) {
  return `${percent(mean)} (${percent(low)} to ${percent(high)})`;
}

function percent(fraction, digits = 1) {
  return (100 * fraction).toFixed(digits);
}

function cell(text) {
  return text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ').slice(0, 200);
}

function unique(values) {
  return [...new Set(values.filter((value) => value !== null))];
}
