/**
 * A probe of a simulated dataset: trials are planned by the probe's own planner, and everything else is simulated. This
 * is the only file that knows how a probe goes about its trials (`src/probe/trials.ts` and `groundwork.ts`).
 */
import { subsetSizes } from '../../build/data/subset.js';
import { keyOf, planTrials } from '../../build/probe/plan.js';
import { deficitOf } from './worlds.mjs';

const STRATEGIES = ['frozen', 'fine-tune', 'hybrid', 'scratch'];
const WORKERS = 2;
const REPLICATES = 3;
/** As in src/probe/trials.ts. */
const PLANNED_SHARE = 0.9;
const MOST_PLANS = 6;
/** Seconds an image of embedding and of training, as measured on the machine that the review was made on. */
const THROUGHPUT = {
  embedSeconds: 0.0008,
  trainSeconds: {
    'fine-tune/lp-ft': 0.0031,
    'hybrid/gradual unfreezing': 0.0029,
    'hybrid/fresh module': 0.0025,
    'scratch/small net': 0.00112,
    'scratch/backbone net': 0.0034,
  },
};

/** @returns the measurements of a whole probe, and the worker seconds of training that it took */
export function simulateProbe(world, setting, truth, testSet) {
  const measurements = [];
  const measure = (spec) => {
    const { strategy, trainExamples } = spec;
    const deficit = deficitOf(world, strategy, trainExamples);
    measurements.push(testSet.measure(spec, truth[strategy](trainExamples), deficit));
  };
  const sizes = subsetSizes(setting.sampled, setting.classes).sort((a, b) => a - b);
  frozenTrials(sizes).forEach(measure);
  const ended = new Set();
  let spent = 0;
  for (let plan = 0; plan < MOST_PLANS; plan++) {
    const wallSeconds = setting.wallSeconds - spent / WORKERS;
    const planned = planTrials({
      sizes,
      testExamples: setting.testExamples,
      strategies: STRATEGIES,
      throughput: THROUGHPUT,
      workerSeconds: wallSeconds * WORKERS * PLANNED_SHARE,
      wallSeconds,
      isDone: (spec) => ended.has(keyOf(spec)),
      replicates: REPLICATES,
      flip: false,
      temper: { rates: null, learnsAnew: true },
    }).filter(({ seconds }) => plan === 0 || seconds <= wallSeconds);
    if (planned.length === 0) break;
    for (const { spec, seconds } of planned) {
      measure(spec);
      ended.add(keyOf(spec));
      spent += seconds;
    }
  }
  return { measurements, spent };
}

/** Linear probes on features that are there anyway: all sizes, and a large training set only once. */
function frozenTrials(sizes) {
  const all = sizes.at(-1);
  return Array.from({ length: REPLICATES }, (_, seed) =>
    sizes.map((trainExamples) => ({ trainExamples, seed })),
  )
    .flat()
    .filter(({ trainExamples, seed }) => seed === 0 || trainExamples < all || trainExamples < 2000)
    .map((trial) => ({ strategy: 'frozen', variant: 'joined depths', ...trial }));
}
