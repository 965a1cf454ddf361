/** Classes that are only in train or only in test. */
import { quoteNames } from '../problem.js';
import { classCounts, evidence, labelsOf, ownTestSplit, type Check } from './check.js';

/** If more test images are of untrained classes, the accuracy says little. */
const MAX_UNTRAINED = 0.5;

/** Test images of classes that are not in train: no strategy can get them right. */
export const untrainedClasses: Check = (input) => {
  const { test, dataset } = input;
  const trained = labelsOf(input, input.train);
  if (trained.size === 0) return null;
  const counts = new Map<number, number>();
  for (const row of test) {
    const { label } = input.samples[row];
    if (!trained.has(label)) counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  if (counts.size === 0) return null;
  const count = [...counts.values()].reduce((sum, each) => sum + each, 0);
  const names = [...counts.keys()].map((label) => dataset.classes[label]);
  const one = names.length === 1;
  const blocks = count > test.length * MAX_UNTRAINED;
  return {
    severity: blocks ? 'error' : 'warning',
    effect: blocks ? 'blocks' : 'weakens',
    message: `${count} of ${test.length} test images ${count === 1 ? 'is' : 'are'} of ${one ? 'a class' : 'classes'} that train does not have: ${quoteNames(names)}.`,
    remedy:
      explainCase(names, dataset.classes) ??
      `Add training images of ${one ? 'it, or take it' : 'them, or take them'} out of the test set.`,
    count,
    evidence: evidence([...counts].map(([label, each]) => `${dataset.classes[label]}: ${each}`)),
  };
};

/** Classes of train that the dataset's own test set lacks. Headstart's split lacks only tiny ones. */
export const untestedClasses: Check = (input) => {
  const { dataset, test } = input;
  const own = ownTestSplit(input);
  if (own === null || labelsOf(input, test).size < 2) return null;
  // Only a part of the test images may be in use.
  const tested = new Set(dataset.samples.flatMap(({ split, label }) => (split === own ? [label] : [])));
  const names = [...labelsOf(input, input.train)]
    .filter((label) => !tested.has(label))
    .sort((a, b) => a - b)
    .map((label) => dataset.classes[label]);
  if (names.length === 0) return null;
  const one = names.length === 1;
  return {
    severity: 'info',
    effect: 'informs',
    message: `${one ? 'One class of train has' : `${names.length} classes of train have`} no test images: ${quoteNames(names)}.`,
    remedy:
      explainCase(names, dataset.classes) ??
      `Nothing is measured of ${one ? 'it: put some of its' : 'them: put some of their'} images into the test set.`,
    count: names.length,
    evidence: evidence(names),
  };
};

/** A test set of one class: always predicting that class would be perfect. */
export const oneClassTest: Check = (input) => {
  const { test, dataset } = input;
  const tested = [...labelsOf(input, test)];
  const usable = classCounts(input).filter((count) => count > 0).length;
  if (tested.length !== 1 || usable < 2) return null;
  return {
    severity: 'error',
    effect: 'blocks',
    message: `${test.length === 1 ? 'The only test image is' : `All ${test.length} test images are`} of one class, ${quoteNames([dataset.classes[tested[0]]])}.`,
    remedy: 'Put images of every class into the test set.',
    count: test.length,
    evidence: [],
  };
};

/** `Cat` in one split, `cat` in the other. */
function explainCase(names: readonly string[], classes: readonly string[]): string | null {
  for (const name of names) {
    const twin = classes.find((other) => other !== name && other.toLowerCase() === name.toLowerCase());
    if (twin !== undefined)
      return `${quoteNames([name])} and ${quoteNames([twin])} differ only in case: give them one name.`;
  }
  return null;
}
