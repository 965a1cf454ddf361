import { argmaxRows } from '../engine/argmax.js';
import type { Weights } from '../engine/network.js';
import { startingWeights } from './initial-weights.js';
import { classify, fitLinear, L2_PENALTIES, type LabeledFeatures } from './logistic.js';
import { trainedStrategy, type TrainedStrategy } from './strategies.js';
import { predictRows, train, type TrainingOutcome } from './training.js';
import {
  measure,
  trainSample,
  trialRows,
  type TrialContext,
  type TrialResult,
  type TrialSpec,
} from './trial.js';

/** If no learning rate of the spec learned anything, the lowest of them divided by this is tried as well. */
const RETRY_DIVISOR = 10;

/** Runs one trial. `now` returns milliseconds. */
export function runTrial(context: TrialContext, spec: TrialSpec, now: () => number): TrialResult {
  if (spec.strategy === 'frozen') return runFrozen(context, spec, now);
  return runTrained(context, spec, trainedStrategy(context, spec), now);
}

/**
 * Linear probe: logistic regression, trained to convergence, on the concatenated features of all depths of
 * the unchanged backbone (Head2Toe, Evci et al. 2022). The embeddings already exist, so a trial takes
 * seconds.
 */
function runFrozen(context: TrialContext, spec: TrialSpec, now: () => number): TrialResult {
  const started = now();
  const { engine, classes, features } = context;
  const rows = trialRows(context, spec);
  const classifier = fitLinear(
    engine,
    labeledFeatures(context, rows.train),
    labeledFeatures(context, rows.validation),
    classes,
  );
  const predicted = classify(engine, classifier, features.read(context.test));
  const trainPredicted = classify(engine, classifier, features.read(trainSample(rows)));
  return {
    measurement: measure(
      context,
      spec,
      rows,
      { test: predicted, train: trainPredicted },
      {
        seconds: (now() - started) / 1000,
        epochs: 1,
        settingsTried: L2_PENALTIES.length,
        converged: classifier.converged,
      },
    ),
    predicted,
    rate: null,
    penalty: classifier.l2,
    held: null,
    imagePasses: 0,
  };
}

function labeledFeatures({ features, labels }: TrialContext, rows: Int32Array): LabeledFeatures {
  return { features: features.read(rows), labels: rows.map((row) => labels[row]) };
}

interface Attempt {
  outcome: TrainingOutcome;
  learningRate: number;
  weights: Weights;
}

/**
 * Trains from the same start with each learning rate of the spec, keeps the run that is best on the inner
 * split, and measures only that one on the test set.
 */
export function runTrained(
  context: TrialContext,
  spec: TrialSpec,
  strategy: TrainedStrategy,
  now: () => number,
): TrialResult {
  const started = now();
  const rows = trialRows(context, spec);
  const { weights: start, l2 } = startingWeights(context, strategy, rows, spec.seed);
  const model = context.engine.model(strategy.network, start, 32);
  try {
    const attempts: Attempt[] = [];
    const attempt = (learningRate: number) => {
      model.load(start);
      const outcome = train(model, { ...context, ...rows }, strategy.recipe(learningRate), spec.seed);
      attempts.push({ outcome, learningRate, weights: model.weights() });
    };
    spec.rates.forEach(attempt);
    if (!attempts.some(({ outcome }) => outcome.learned)) attempt(Math.min(...spec.rates) / RETRY_DIVISOR);
    const { outcome, learningRate, weights } = attempts.reduce((best, one) =>
      isBetter(one.outcome, best.outcome) ? one : best,
    );
    const tried = attempts.map((one) => one.learningRate);
    if (outcome.diverged) {
      throw new Error(`Training diverged at every learning rate tried (${tried.join(', ')}).`);
    }
    if (tried.length > 1) model.load(weights);
    const predict = (of: Int32Array) => argmaxRows(predictRows(model, context.pixels, of), context.classes);
    const predicted = predict(context.test);
    return {
      measurement: measure(
        context,
        spec,
        rows,
        { test: predicted, train: predict(trainSample(rows)) },
        { seconds: (now() - started) / 1000, epochs: spec.epochs, settingsTried: tried.length },
      ),
      predicted,
      rate: learningRate,
      penalty: l2,
      held: { examples: rows.validation.length, accuracy: outcome.validationAccuracy },
      imagePasses: attempts.reduce((sum, one) => sum + one.outcome.imagePasses, 0),
    };
  } finally {
    model.dispose();
  }
}

/** Prefers outcomes that did not diverge, then those that learned, then those better on the inner split. */
function isBetter(a: TrainingOutcome, b: TrainingOutcome): boolean {
  if (a.diverged !== b.diverged) return b.diverged;
  if (a.learned !== b.learned) return a.learned;
  if (a.validationAccuracy !== b.validationAccuracy) return a.validationAccuracy > b.validationAccuracy;
  return a.trainLoss < b.trainLoss;
}
