import { analyse } from '../../build/verdict/analyse.js';

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

/** Ten classes, so chance is 10 %, and 480 test images; transfer learns, and scratch does what the case says. */
export const NEAR_CHANCE = {
  flat: ratedAt([
    [100, 0.1],
    [200, 0.105],
    [400, 0.1],
  ]),
  onset: ratedAt([
    [100, 0.1],
    [200, 0.11],
    [400, 0.25],
  ]),
  once: ratedAt([[100, 0.1]]),
};

function ratedAt(scratch) {
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
    testExamples: 480,
    accuracy,
    seed: 0,
    converged: true,
  }));
}

export function verdictNearChance(measurements) {
  const header = { horizon: HORIZON, classes: 10 };
  return analyse({ schema: 'headstart/measurements/v1', header, measurements });
}
