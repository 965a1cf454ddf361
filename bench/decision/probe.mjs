/**
 * A probe of a simulated dataset: trials are planned by the probe's own planner, and everything else is simulated. This
 * is the only file that knows how a probe goes about its trials (`src/probe/train-trials.ts` and `preliminary.ts`).
 */
import { MIN_PER_CLASS, subsetSizes } from '../../build/dataset/split/subset.js';
import { planTrials } from '../../build/scheduling/plan.js';
import { frozenTrial } from '../../build/scheduling/trial-spec.js';
import { allLearning, standingOf } from '../../build/scheduling/standing.js';
import { analyze } from '../../build/verdict/analyze.js';
import { deficitOf } from './worlds.mjs';

const STRATEGIES = ['frozen', 'fine-tune', 'hybrid', 'scratch'];
const WORKERS = 2;
const REPLICATES = 3;
/** As in src/probe/train-trials.ts. */
const PLANNED_SHARE = 0.9;
const QUICK_DRAWS = 200;
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

/**
 * Plans, measures what the plan gives, asks the verdict what is still open, and plans again until nothing fits or
 * nothing is open.
 * @returns all measurements
 */
export function simulateProbe(world, setting, truth, testSet) {
  const trials = new Trials(world, truth, testSet);
  usualProbes(setting).forEach((spec) => trials.end(spec));
  let secondsLeft = setting.wallSeconds;
  let standing = null;
  for (;;) {
    const stage = planTrials({
      ...planInput(setting),
      wallSeconds: secondsLeft * PLANNED_SHARE,
      ended: trials.ended,
      standing,
    });
    if (stage.length === 0) return trials.measurements;
    stage.forEach(({ spec }) => trials.end(spec));
    secondsLeft -= secondsFor(stage);
    const analysis = quickVerdict(setting, trials.measurements);
    if (stage[0].stage !== 'first' && isSettled(analysis.verdict, trials.measurements))
      return trials.measurements;
    standing = standingOf(analysis, trials.measurements);
  }
}

/** The trials that have ended, and what they measured. */
class Trials {
  ended = [];
  #measured = new Map();
  #measure;

  constructor(world, truth, testSet) {
    this.#measure = (spec) => {
      const { strategy, trainExamples } = spec;
      return testSet.measure(spec, truth[strategy](trainExamples), deficitOf(world, strategy, trainExamples));
    };
  }

  /** A second rate finds nothing better, and half a schedule only says whether another trial has converged. */
  end(spec) {
    this.ended.push({ spec });
    const key = [spec.strategy, spec.variant, spec.trainExamples, spec.seed].join(' ');
    if (spec.halfSchedule === true || this.#measured.has(key)) return;
    this.#measured.set(key, this.#measure(spec));
  }

  get measurements() {
    return [...this.#measured.values()];
  }
}

function planInput({ classes, horizon, sampled, testExamples }) {
  return {
    strategies: STRATEGIES,
    trainExamples: sampled,
    horizon,
    minExamples: MIN_PER_CLASS * classes,
    testExamples,
    throughput: THROUGHPUT,
    workers: WORKERS,
    replicates: REPLICATES,
    flip: false,
    temper: { learningRates: null, trainableFromScratch: true },
  };
}

function quickVerdict({ classes, horizon }, measurements) {
  const header = { horizon, metric: 'accuracy', classes };
  return analyze({ schema: 'headstart/measurements/v1', header, measurements }, { draws: QUICK_DRAWS });
}

/** As in src/pipeline/probe-dataset.ts, where it is asked after each trial. */
function isSettled({ pTransfer, choiceConfidence }, measurements) {
  return Math.max(pTransfer, 1 - pTransfer) >= 0.95 && choiceConfidence >= 0.9 && allLearning(measurements);
}

/** Until the last of the trials ends, each started in turn by the worker that is free first. */
function secondsFor(trials) {
  const busy = Array.from({ length: WORKERS }, () => 0);
  for (const { seconds } of trials) busy[busy.indexOf(Math.min(...busy))] += seconds;
  return Math.max(...busy);
}

/** Linear probes on features that are there anyway: one seed above a quarter of the images, three below. */
function usualProbes({ sampled, classes }) {
  const sizes = subsetSizes(sampled, classes).sort((a, b) => a - b);
  const small = Math.max(sizes[0], Math.ceil(sampled / 4));
  return Array.from({ length: REPLICATES }, (_, seed) => seed).flatMap((seed) =>
    sizes.filter((size) => seed === 0 || size <= small).map((size) => frozenTrial(size, seed)),
  );
}
