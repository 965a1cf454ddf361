import { classCounts, type Check } from './check.js';

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

/** Too few usable images, or classes, to compare strategies at all. */
export const tooSmall: Check = (input) => {
  const { dataset, train, test, samples } = input;
  const alive = classCounts(input).filter((count) => count > 0).length;
  const trained = new Set(Array.from(train, (row) => samples[row].label)).size;
  const enough =
    trained >= 2 && train.length >= LEAST_TRAIN_PER_CLASS * trained && test.length >= 2 * trained;
  if (enough && alive >= 2) return null;
  return {
    id: 'too-small',
    severity: 'error',
    effect: 'blocks',
    message: `There are ${train.length} usable training and ${test.length} test images in ${alive} of ${dataset.classes.length} classes: too few to compare strategies.`,
    remedy: 'Collect at least about ten images of each of two classes.',
    count: train.length + test.length,
    evidence: [],
  };
};
