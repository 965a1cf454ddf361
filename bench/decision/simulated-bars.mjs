import { barred } from './bars.mjs';
import { gapOf, mean, predictionOf, regretsOf, standardErrorOf } from './figures.mjs';
import { MULTIPLES } from './simulate.mjs';
import { SMOOTH_WORLDS } from './worlds.mjs';

/** Most points that following the verdict may lose, by seconds of budget and world. */
const MOST_REGRET = {
  60: { power: 1.9, onset: 1.9, logit: 2.6 },
  300: { power: 0.7, onset: 0.7, logit: 0.7 },
};
/** Where the verdict, at 60 seconds, may not lose more than always fine-tuning does. */
const PAIRED_WORLDS = ['power', 'onset'];

/** The bars on simulated worlds; a cell is a world and a budget with its runs. */
export function simulatedBars(cells) {
  return [...coverageBars(cells), ...biasBars(cells), ...regretBars(cells)];
}

function coverageBars(cells) {
  return [4, 16].flatMap((multiple) =>
    cells.map(({ world, budget, runs }) => {
      const { coverage } = predictionOf('scratch', atMultiple(runs, multiple));
      const limits = SMOOTH_WORLDS.includes(world) ? { atLeast: 72, atMost: 92 } : { atLeast: 68 };
      const name = `80 % interval of scratch holds the truth, ${multiple}×, ${world} ${budget} s, %`;
      return barred(name, 100 * coverage, { ...limits, digits: 1 });
    }),
  );
}

function biasBars(cells) {
  return cells
    .filter(({ world, budget }) => budget === 60 && SMOOTH_WORLDS.includes(world))
    .map(({ world, budget, runs }) => {
      const bias = 100 * gapOf(atMultiple(runs, 16)).bias;
      const name = `bias of the gap between the families, 16×, ${world} ${budget} s, points`;
      return barred(name, bias, { atLeast: -3, atMost: 3, digits: 1 });
    });
}

function regretBars(cells) {
  return cells
    .filter(({ world, budget }) => MOST_REGRET[budget]?.[world] !== undefined)
    .flatMap(({ world, budget, runs }) => {
      const regrets = runs.map(({ own }) => regretsOf(own));
      const regret = 100 * mean(regrets.map(({ strategy }) => strategy));
      const bar = barred(`regret of the strategy, ${world} ${budget} s, points`, regret, {
        atMost: MOST_REGRET[budget][world],
      });
      return budget === 60 && PAIRED_WORLDS.includes(world)
        ? [bar, pairedBar(world, budget, regrets)]
        : [bar];
    });
}

/** The same runs once with the verdict and once with fine-tuning whatever it says. */
function pairedBar(world, budget, regrets) {
  const more = regrets.map(({ strategy, alwaysFineTune }) => 100 * (strategy - alwaysFineTune));
  const name = `regret beyond that of always fine-tuning, ${world} ${budget} s, points`;
  return barred(name, mean(more), { atMost: 0, besides: ` ± ${standardErrorOf(more).toFixed(2)}` });
}

export function atMultiple(runs, multiple) {
  const index = MULTIPLES.indexOf(multiple);
  return runs.map(({ multiples }) => multiples[index]);
}
