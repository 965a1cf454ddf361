import { argmaxRows } from '../engine/argmax.js';
import { minimise } from './lbfgs.js';
import { moments, PENALTIES, standardise } from './logistic.js';
import type { TrialContext } from './trial.js';

/** Rows to learn, the labels that they were dealt, and the rows to ask afterwards. */
export interface Recital {
  train: Int32Array;
  /** One list a deal, by the position in `train`. */
  dealt: Int32Array[];
  test: Int32Array;
}

/** The lightest: nothing is held back to choose one, and nearly any labels are learned. */
const PENALTY = PENALTIES.at(-1)!;
const STEPS = 20;

/** What linear probes that learned dealt labels by heart say of the test rows, one list a deal. */
export function memorize(
  { engine, features, classes }: Pick<TrialContext, 'engine' | 'features' | 'classes'>,
  { train, dealt, test }: Recital,
): Int32Array[] {
  const { width } = features;
  const read = features.read(train);
  const { mean, deviation } = moments(read, width);
  const learned = standardise(read, mean, deviation);
  const asked = standardise(features.read(test), mean, deviation);
  return dealt.map((labels) => {
    const problem = engine.linear(learned, train.length, width, labels, classes);
    const start = new Float32Array((width + 1) * classes);
    const { point } = minimise((w) => problem.lossAndGradient(w, PENALTY), start, STEPS, 1e-4);
    const scores = problem.scores(point, asked, test.length);
    problem.dispose();
    return argmaxRows(scores, classes);
  });
}
