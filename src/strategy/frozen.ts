import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
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
  const labels =
    spec.shuffledLabels === true ? shuffledLabels(context.labels, rows.fit, spec.seed) : context.labels;
  const classifier = fitLinear(
    engine,
    select(context, rows.fit, labels),
    select(context, rows.hold, labels),
    classes,
  );
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

function select(context: TrialContext, rows: Int32Array, labels: Int32Array): LabelledFeatures {
  return { features: context.features.read(rows), labels: rows.map((row) => labels[row]) };
}

/** The labels with those of `rows` dealt anew among them. */
function shuffledLabels(labels: Int32Array, rows: Int32Array, seed: number): Int32Array {
  const random = xoroshiro128plus(seed + 4242);
  const dealt = rows.slice();
  for (let i = dealt.length - 1; i > 0; i--) {
    const j = uniformInt(random, 0, i);
    [dealt[i], dealt[j]] = [dealt[j], dealt[i]];
  }
  const result = labels.slice();
  rows.forEach((row, i) => (result[row] = labels[dealt[i]]!));
  return result;
}
