/** Whether there are enough images, in the dataset and in each class. */
import {
  classCounts,
  evidence,
  labelsOf,
  ownTestSplit,
  plural,
  type Check,
  type CheckInput,
} from './check.js';
import type { Finding } from './finding.js';

/** Below this, the interval of an accuracy is wider than most gaps between strategies. */
const SMALL_TEST = 100;

export const smallTest: Check = ({ test }) =>
  test.length >= SMALL_TEST
    ? null
    : {
        severity: 'warning',
        effect: 'weakens',
        message: `The test set has only ${test.length} images, so every accuracy is uncertain by several points.`,
        remedy: 'Put at least a hundred images into the test set; several hundred are better.',
        count: test.length,
        evidence: [],
      };

/** Images per class that train and test each need. */
const MIN_PER_CLASS = 2;

/** Too few usable images, or classes, to compare strategies at all. */
export const tooSmall: Check = (input) => {
  const { train, test } = input;
  const usable = classCounts(input).filter((count) => count > 0);
  const trained = labelsOf(input, train).size;
  // A hundred test images distinguish strategies, whatever the number of classes.
  const neededTest = Math.min(MIN_PER_CLASS * trained, SMALL_TEST);
  const isEnough = trained >= 2 && train.length >= MIN_PER_CLASS * trained && test.length >= neededTest;
  if (isEnough && usable.length >= 2) return null;
  const total = usable.reduce((sum, count) => sum + count, 0);
  const isEnoughSplitAgain = usable.length >= 2 && total >= 4 * MIN_PER_CLASS * usable.length;
  return {
    severity: 'error',
    effect: 'blocks',
    ...(ownTestSplit(input) !== null && isEnoughSplitAgain
      ? unevenSplit(input)
      : tooFewImages(input, usable.length)),
    count: train.length + test.length,
    evidence: [],
  };
};

function unevenSplit(input: CheckInput): Pick<Finding, 'message' | 'remedy'> {
  const { train, test } = input;
  const trained = plural(labelsOf(input, train).size, 'class', 'classes');
  return {
    message: `The dataset’s own split has ${train.length} usable images of ${trained} in train and ${test.length} of ${labelsOf(input, test).size} in test.`,
    remedy:
      'Put at least two images of each of two classes into both, or remove the split to have Headstart split the images.',
  };
}

function tooFewImages(
  { dataset, train, test }: CheckInput,
  usableClasses: number,
): Pick<Finding, 'message' | 'remedy'> {
  return {
    message: `There are ${train.length} usable training and ${test.length} test images in ${usableClasses} of ${dataset.classes.length} classes: too few to compare strategies.`,
    remedy: 'Collect at least about ten images of each of two classes.',
  };
}

/** Fewer images say little about a class. (AutoTrain wants five to train; some more are needed to test.) */
const MIN_CLASS = 10;

export const tinyClasses: Check = (input) => {
  const counts = classCounts(input);
  const tiny = input.dataset.classes.flatMap((name, k) =>
    counts[k] < MIN_CLASS ? [{ name, count: counts[k] }] : [],
  );
  if (tiny.length === 0) return null;
  const single = tiny.filter(({ count }) => count < 2).length;
  const untestable =
    single > 0 ? `, ${single} of them at most one, which cannot be both learned and tested` : '';
  return {
    severity: 'warning',
    effect: single > 0 ? 'weakens' : 'informs',
    message: `${plural(tiny.length, 'class has', 'classes have')} fewer than ${MIN_CLASS} images${untestable}.`,
    remedy: 'Collect more of them, or merge classes.',
    count: tiny.length,
    evidence: evidence(tiny.map(({ name, count }) => `${name}: ${count}`)),
  };
};

/** The rarest class's share relative to an even one, as in cleanlab's Datalab. */
const MIN_RELATIVE_SHARE = 0.1;

export const imbalance: Check = (input) => {
  const counts = classCounts(input);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const minShare = MIN_RELATIVE_SHARE / counts.length;
  const smallest = Math.min(...counts);
  const largest = Math.max(...counts);
  if (total === 0 || smallest / total >= minShare) return null;
  const { classes } = input.dataset;
  return {
    severity: 'info',
    effect: 'informs',
    message: `The largest class has ${largest} images, the smallest ${smallest}.`,
    remedy: 'Balanced accuracy is compared; collect more of the rare classes.',
    count: counts.filter((count) => count / total < minShare).length,
    evidence: [
      `${classes[counts.indexOf(smallest)]}: ${smallest}`,
      `${classes[counts.indexOf(largest)]}: ${largest}`,
    ],
  };
};
