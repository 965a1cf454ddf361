import { argmaxRows } from '../engine/argmax.js';
import { featureWidth, joinedWidth, type Network, type Weights } from '../engine/network.js';
import { asHead, fitLinear } from './logistic.js';
import type { TrainingRecipe } from './recipe.js';
import { predictRows, train, type TrainingCourse } from './training.js';
import {
  better,
  measure,
  trainSample,
  trialRows,
  type TrialContext,
  type TrialResult,
  type TrialRows,
  type TrialSpec,
} from './trial.js';

/** Where training starts and how it goes on: all that tells fine-tuning, hybrid and scratch apart. */
export interface TrainedStrategy {
  network: Network;
  /** Starting weights for the subset; called once a trial. */
  start(rows: TrialRows): Weights;
  recipe(rate: number): TrainingRecipe;
}

interface Tried {
  course: TrainingCourse;
  rate: number;
  weights: Weights;
}

/** Where nothing was learned at any rate of the spec, one more is tried: the lowest by this. */
const MUCH_LESS = 10;

/**
 * Trains from the same start once for each rate of the spec, keeps the one that is best on the inner split, and
 * measures only that one on the test set.
 */
export function runTrained(
  context: TrialContext,
  spec: TrialSpec,
  strategy: TrainedStrategy,
  now: () => number,
): TrialResult {
  const started = now();
  const rows = trialRows(context, spec);
  const start = strategy.start(rows);
  const model = context.engine.model(strategy.network, start, 32);
  try {
    const tried: Tried[] = [];
    const attempt = (rate: number) => {
      model.load(start);
      const course = train(model, { ...context, ...rows }, strategy.recipe(rate), spec.seed);
      tried.push({ course, rate, weights: model.weights() });
    };
    spec.rates.forEach(attempt);
    if (!tried.some(({ course }) => course.learned)) attempt(Math.min(...spec.rates) / MUCH_LESS);
    const { course, rate, weights } = tried.reduce((best, one) =>
      better(one.course, best.course) ? one : best,
    );
    const rates = tried.map((one) => one.rate);
    if (course.diverged) throw new Error(`Training diverged at every rate tried (${rates.join(', ')}).`);
    if (rates.length > 1) model.load(weights);
    const predict = (of: Int32Array) => argmaxRows(predictRows(model, context.pixels, of), context.classes);
    const predicted = predict(context.test);
    return {
      measurement: measure(
        context,
        spec,
        rows,
        { test: predicted, train: predict(trainSample(rows)) },
        { seconds: (now() - started) / 1000, epochs: spec.epochs, settingsTried: rates.length },
      ),
      predicted,
      rate,
      penalty: null,
      held: { examples: rows.hold.length, accuracy: course.holdAccuracy },
      imagePasses: tried.reduce((sum, one) => sum + one.course.imagePasses, 0),
    };
  } finally {
    model.dispose();
  }
}

/** The head of a linear probe on the last features, so that fine-tuning does not start by destroying them (Kumar et al. 2022). */
export function probedHead(context: TrialContext, network: Network, { fit, hold }: TrialRows): Weights {
  const width = featureWidth(network);
  const from = joinedWidth(network) - width;
  const select = (rows: Int32Array) => {
    const joined = context.features.read(rows);
    const last = new Float32Array(rows.length * width);
    rows.forEach((_, i) => {
      const end = (i + 1) * context.features.width;
      last.set(joined.subarray(end - context.features.width + from, end), i * width);
    });
    return { features: last, labels: rows.map((row) => context.labels[row]) };
  };
  const { kernel, bias } = asHead(fitLinear(context.engine, select(fit), select(hold), context.classes));
  return new Map([
    ['head/kernel', kernel],
    ['head/bias', bias],
  ]);
}
