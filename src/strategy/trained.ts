import { argmaxRows } from '../engine/argmax.js';
import type { Network, Weights } from '../engine/network.js';
import type { TrainingRecipe } from './recipe.js';
import { startingWeights } from './start.js';
import { predictRows, train, type TrainingCourse } from './training.js';
import {
  better,
  measure,
  trainSample,
  trialRows,
  type TrialContext,
  type TrialResult,
  type TrialSpec,
} from './trial.js';

/** How the dense layer starts: with the weights of a logistic regression on the features below it, or with none. */
export type HeadStart = 'linear probe' | 'zeros';

/** Where training starts and how it goes on: all that tells fine-tuning, hybrid and scratch apart. */
export interface TrainedStrategy {
  /** Layers whose weights are standardised start at random, the others from the backbone. */
  network: Network;
  head: HeadStart;
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
  const { weights: start, penalty } = startingWeights(context, strategy, rows, spec.seed);
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
      penalty,
      held: { examples: rows.hold.length, accuracy: course.holdAccuracy },
      imagePasses: tried.reduce((sum, one) => sum + one.course.imagePasses, 0),
    };
  } finally {
    model.dispose();
  }
}
