import { table } from '../numbers.mjs';
import { barred } from './bars.mjs';
import { predictionAtCeiling, predictionsByLuck } from './measured-at-horizon.mjs';
import { NEAR_CHANCE, verdictNearChance } from './near-chance.mjs';

/** Cases made by hand, each for one error that the decision once made. */
export function judgeCases() {
  return {
    nearChance: Object.entries(NEAR_CHANCE).map(([name, measurements]) => ({
      name,
      ...verdictNearChance(measurements),
    })),
    luck: predictionsByLuck(),
    ceiling: predictionAtCeiling(),
  };
}

/** Where scratch has not started to learn, nothing is sure; and that it starts does not turn the verdict over. */
export function caseBars({ nearChance }) {
  const probability = Object.fromEntries(nearChance.map(({ name, verdict }) => [name, verdict.pTransfer]));
  const next = nearChance
    .filter(({ name }) => name !== 'onset')
    .map(({ name, verdict }) =>
      barred(
        `near chance, ${name}: the next experiment is scratch (1 = yes)`,
        Number(verdict.nextExperiment?.strategy === 'scratch'),
        { atLeast: 1, digits: 0 },
      ),
    );
  return [
    barred('near chance, scratch flat three times: P(transfer)', probability.flat, {
      atMost: 0.95,
      digits: 4,
    }),
    barred('near chance, scratch flat once: P(transfer)', probability.once, { atMost: 0.95, digits: 4 }),
    barred(
      'near chance, P(transfer) where scratch is flat less where it starts',
      Math.abs(probability.flat - probability.onset),
      { atMost: 0.25, digits: 3 },
    ),
    ...next,
  ];
}

export function caseTables({ nearChance, luck, ceiling }) {
  const interval = ({ mean, low, high }) =>
    [mean, low, high].map((value) => (100 * value).toFixed(1)).join(', ');
  const predictedOf = ({ strategies }, wanted) => {
    const { predicted } = strategies.find(({ name }) => name === wanted);
    return predicted === null ? 'no curve' : interval(predicted);
  };
  const verdicts = [...nearChance, { name: 'ceiling', ...ceiling }];
  return [
    [
      'Cases made by hand (mean, low, high in per cent)',
      table(
        ['Case', 'P(transfer)', 'Verdict', 'gap', 'frozen', 'scratch', 'Next experiment'],
        verdicts.map((one) => [
          one.name,
          one.verdict.pTransfer.toFixed(4),
          `${one.verdict.family}, ${one.verdict.leaning}`,
          interval(one.verdict.gap),
          predictedOf(one, 'frozen'),
          predictedOf(one, 'scratch'),
          one.verdict.nextExperiment?.description ?? 'none',
        ]),
      ),
    ],
    [
      'Frozen features that got 66 % three times at the horizon, by what the others got at 113 images',
      table(
        ['The others', 'frozen is predicted'],
        luck.map(({ accuracy, predicted }) => [`${(100 * accuracy).toFixed(0)} %`, interval(predicted)]),
      ),
    ],
  ];
}
