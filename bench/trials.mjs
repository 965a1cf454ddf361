import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { median, ratios, spread, table } from './numbers.mjs';
import { A_CORE, inTurn, plannedRuns, signDigits, TOGETHER } from './planned-runs.mjs';

/** Every way to train, dearest first, so that no core is without work for long at the end. */
const ARMS = [
  ['scratch', 'backbone net'],
  ['hybrid', 'fresh module'],
  ['fine-tune', 'lp-ft'],
  ['hybrid', 'gradual unfreezing'],
  ['scratch', 'small net'],
];
const SIZES = [200, 100];
const SEEDS = [0, 1];
const EPOCHS = 5;

/** Short trials a minute on all cores: the same list on every machine, so that the figure can be compared. */
export async function trials({ python, datasets, longRounds }) {
  const title = '## Trials';
  const data = signDigits(datasets);
  if (data === null) return `${title}\n\nLeft out: there is no sign-digits in the folder of datasets.`;
  const out = mkdtempSync(join(tmpdir(), 'headstart-bench-'));
  try {
    const plan = join(out, 'plan.json');
    writeFileSync(plan, JSON.stringify(listOfTrials()));
    const { figures, absent } = await inTurn(plannedRuns({ data, plan, python, out }), longRounds);
    const of = (name) =>
      figures.get(name).map(({ trials: count, trialSeconds }) => (60 * count) / trialSeconds);
    const peer = [TOGETHER, A_CORE]
      .filter((name) => figures.has(name))
      .sort((a, b) => median(of(b)) - median(of(a)))
      .at(0);
    return [
      title,
      `${SIZES.length * SEEDS.length * ARMS.length} short trials on sign-digits: each of ${ARMS.length} ways to train, on ${SIZES.join(' and ')} images, ${SEEDS.length} seeds, ${EPOCHS} passes, one rate; ${availableParallelism()} workers; ${longRounds} rounds. Reading images and linear probes are not counted; the verdict after each trial is. A ratio above 1 is faster than the faster way to run PyTorch.`,
      ...absent,
      table(
        ['', 'Trials a minute, all cores', 'To PyTorch'],
        [...figures.keys()].map((name) => [
          name,
          spread(of(name), 0),
          peer === undefined || name === TOGETHER || name === A_CORE
            ? '–'
            : spread(ratios(of(name), of(peer)), 2),
        ]),
      ),
    ].join('\n\n');
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

/** As `--plan` reads it. */
function listOfTrials() {
  const list = SIZES.flatMap((trainExamples) =>
    ARMS.flatMap(([strategy, variant]) =>
      SEEDS.map((seed) => ({
        strategy,
        variant,
        trainExamples,
        seed,
        epochs: EPOCHS,
        rates: [0.03],
        flip: false,
      })),
    ),
  );
  return { trials: list, seeds: [1], settings: { budgetSeconds: 60 } };
}
