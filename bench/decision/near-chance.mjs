import { analyze } from '../../build/verdict/analyze.js';
import { beatsChance } from './measure.mjs';

const CLASSES = 10;
const TEST_EXAMPLES = 480;
const HORIZON = 8000;
const FROZEN = [
  [100, 0.4],
  [200, 0.46],
  [400, 0.52],
  [800, 0.57],
  [1600, 0.62],
];
const FINE_TUNE = [
  [100, 0.38],
  [200, 0.46],
  [400, 0.53],
];

/** Chance is 10 %. Transfer learns; scratch does what the case says. */
export const NEAR_CHANCE = {
  flat: trialsWith([
    [100, 0.1],
    [200, 0.105],
    [400, 0.1],
  ]),
  onset: trialsWith([
    [100, 0.1],
    [200, 0.11],
    [400, 0.25],
  ]),
  once: trialsWith([[100, 0.1]]),
};

function trialsWith(scratch) {
  const sizes = scratch.map(([trainExamples]) => trainExamples);
  return [
    ...trialsOf('frozen', FROZEN),
    ...trialsOf(
      'fine-tune',
      FINE_TUNE.filter(([size]) => sizes.includes(size)),
    ),
    ...trialsOf('scratch', scratch),
  ];
}

function trialsOf(strategy, points) {
  return points.map(([trainExamples, accuracy]) => ({
    strategy,
    variant: strategy === 'scratch' ? 'small net' : 'only',
    trainExamples,
    testExamples: TEST_EXAMPLES,
    accuracy,
    learning: beatsChance(accuracy, CLASSES, TEST_EXAMPLES),
    seed: 0,
  }));
}

export function verdictNearChance(measurements) {
  const header = { horizon: HORIZON, classes: CLASSES };
  return analyze({ schema: 'headstart/measurements/v1', header, measurements });
}
