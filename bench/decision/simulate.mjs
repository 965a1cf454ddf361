import { analyze } from '../../build/verdict/analyze.js';
import { simulateProbe } from './probe.mjs';
import { Random } from './random.mjs';
import { settingOf } from './setting.mjs';
import { TestSet } from './measure.mjs';
import { truthOf } from './worlds.mjs';

/** Horizons, in times the largest size that scratch was measured at, beside the dataset's own. */
export const MULTIPLES = [1, 4, 16];
const DRAWS = 800;

/** One simulated run: a dataset, a probe of it, and what the verdict says at each horizon beside what is true there. */
export function simulateRun({ world, budget, seed, run }) {
  const random = new Random(seed * 100003 + run * 7919);
  const setting = settingOf(budget, random);
  const truth = truthOf(world, setting.classes, random);
  const testRandom = new Random(seed * 31 + run * 104729 + 5);
  const testSet = new TestSet(setting.testExamples, setting.classes, testRandom);
  const measurements = simulateProbe(world, setting, truth, testSet);
  const reach = reachOf(measurements);
  return {
    run,
    setting,
    reach,
    own: verdictAt(setting.horizon, setting, measurements, truth),
    multiples: MULTIPLES.map((multiple) =>
      verdictAt(Math.round(multiple * reach.scratch), setting, measurements, truth),
    ),
  };
}

/** The largest size that each strategy was measured at. */
function reachOf(measurements) {
  const reach = {};
  for (const { strategy, trainExamples } of measurements)
    reach[strategy] = Math.max(reach[strategy] ?? 0, trainExamples);
  return reach;
}

function verdictAt(horizon, { classes }, measurements, truth) {
  const header = { horizon, metric: 'accuracy', classes };
  const file = { schema: 'headstart/measurements/v1', header, measurements };
  const { verdict, strategies } = analyze(file, { draws: DRAWS });
  const { family, leaning, confidence, choiceConfidence, pTransfer, expectedRegret, gap } = verdict;
  return {
    horizon,
    truth: Object.fromEntries(Object.entries(truth).map(([name, curve]) => [name, curve(horizon)])),
    predicted: Object.fromEntries(strategies.map(({ name, predicted }) => [name, predicted])),
    measured: Object.fromEntries(
      strategies.map(({ name, accuracy, trainExamples }) => [name, { ...accuracy, trainExamples }]),
    ),
    verdict: { family, leaning, confidence, choiceConfidence, pTransfer, expectedRegret, gap },
  };
}
