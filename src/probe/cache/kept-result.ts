/** Finished trials as files keep them, and back. */
import type { Metric } from '../../dataset/dataset.js';
import { bitset, score } from '../../strategy/score.js';
import { beatsChance, type TrialResult, type TrialSpec } from '../../strategy/trial.js';
import { packIntegers, type KeptTrial } from './kept.js';
import type { TrialOutcome } from '../../scheduling/schedule.js';

/** null: it failed, and there is nothing to keep. */
export function keptTrial(end: TrialOutcome): KeptTrial | null {
  if (!('result' in end)) return null;
  const { measurement, predicted, rate, penalty, held, imagePasses } = end.result;
  return {
    spec: end.spec,
    seconds: end.seconds,
    measurement,
    predicted: packIntegers(predicted),
    rate,
    penalty,
    held,
    imagePasses,
  };
}

/** What the test images are, in the order of the predictions. */
export interface TestLabels {
  labels: Int32Array;
  classes: number;
  metric: Metric;
}

/** The result of a kept trial, scored anew by what it predicts for these test images. */
export function resultOf(
  { measurement, rate, penalty, held, imagePasses }: KeptTrial,
  { trainExamples }: TrialSpec,
  predicted: Int32Array,
  { labels, classes, metric }: TestLabels,
): TrialResult {
  const { accuracy, macroF1, correct } = score(predicted, labels, classes, metric);
  return {
    measurement: {
      ...measurement,
      trainExamples,
      testExamples: labels.length,
      accuracy,
      macroF1,
      learning: beatsChance(accuracy, labels, classes, metric),
      correct: bitset(correct),
    },
    predicted,
    rate,
    penalty,
    held,
    imagePasses,
  };
}
