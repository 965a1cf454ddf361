import { classCounts, ownTestSplit, plural, type Check, type CheckInput } from './check.js';
import type { Finding } from './finding.js';
import { classesOfSplit } from './split.js';

/** Below this an interval of accuracy is wider than most gaps between strategies. */
const SMALL_TEST = 100;

export const smallTest: Check = ({ test }) =>
  test.length >= SMALL_TEST
    ? null
    : {
        id: 'small-test',
        severity: 'warning',
        effect: 'weakens',
        message: `The test set has only ${test.length} images, so every accuracy is uncertain by several points.`,
        remedy: 'Put at least a hundred images into the test set; several hundred are better.',
        count: test.length,
        evidence: [],
      };

/** What is needed before anything can be trained and tested. */
const LEAST_TRAIN_PER_CLASS = 2;
const LEAST_TEST_PER_CLASS = 2;

/** Too few usable images, or classes, to compare strategies at all. */
export const tooSmall: Check = (input) => {
  const { train, test } = input;
  const alive = classCounts(input).filter((count) => count > 0).length;
  const trained = classesOfSplit(input).train;
  // A hundred test images tell strategies apart, however many classes they are of.
  const tested = Math.min(LEAST_TEST_PER_CLASS * trained, SMALL_TEST);
  const enough = trained >= 2 && train.length >= LEAST_TRAIN_PER_CLASS * trained && test.length >= tested;
  if (enough && alive >= 2) return null;
  return {
    id: 'too-small',
    severity: 'error',
    effect: 'blocks',
    ...(ownTestSplit(input) !== null && wouldDo(input) ? badSplit(input) : tooFew(input, alive)),
    count: train.length + test.length,
    evidence: [],
  };
};

type Said = Pick<Finding, 'message' | 'remedy'>;

/** Whether the images would be enough if they were dealt. */
function wouldDo(input: CheckInput): boolean {
  const counts = classCounts(input).filter((count) => count > 0);
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.length >= 2 && total >= 2 * (LEAST_TRAIN_PER_CLASS + LEAST_TEST_PER_CLASS) * counts.length;
}

function badSplit(input: CheckInput): Said {
  const { train, test } = classesOfSplit(input);
  return {
    message: `The dataset’s own split has ${input.train.length} usable images of ${plural(train, 'class', 'classes')} in train and ${input.test.length} of ${test} in test.`,
    remedy:
      'Put at least two images of each of two classes into both, or leave the split out: Headstart then deals one.',
  };
}

function tooFew({ dataset, train, test }: CheckInput, alive: number): Said {
  return {
    message: `There are ${train.length} usable training and ${test.length} test images in ${alive} of ${dataset.classes.length} classes: too few to compare strategies.`,
    remedy: 'Collect at least about ten images of each of two classes.',
  };
}
