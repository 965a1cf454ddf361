import { classify, fitLinear, type LabelledFeatures } from './logistic.js';
import {
  measure,
  trainSample,
  trialRows,
  type TrialContext,
  type TrialResult,
  type TrialSpec,
} from './trial.js';

/**
 * Linear probe: the backbone as it is, features of all depths joined (Head2Toe, Evci et al. 2022), and a logistic
 * regression trained to convergence. The embeddings exist already, so a trial costs seconds.
 */
export function runFrozen(context: TrialContext, spec: TrialSpec, now: () => number): TrialResult {
  const started = now();
  const { engine, classes } = context;
  const rows = trialRows(context, spec);
  const classifier = fitLinear(engine, select(context, rows.fit), select(context, rows.hold), classes);
  const predicted = classify(engine, classifier, context.features.read(context.test));
  const trainPredicted = classify(engine, classifier, context.features.read(trainSample(rows)));
  return {
    measurement: measure(
      context,
      spec,
      rows,
      { test: predicted, train: trainPredicted },
      { seconds: (now() - started) / 1000, epochs: 1, settingsTried: 6, converged: classifier.converged },
    ),
    predicted,
    rate: null,
    penalty: classifier.penalty,
    held: null,
    imagePasses: 0,
  };
}

function select({ features, labels }: TrialContext, rows: Int32Array): LabelledFeatures {
  return { features: features.read(rows), labels: rows.map((row) => labels[row]) };
}
