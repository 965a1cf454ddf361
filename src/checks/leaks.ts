/** Images that are in the dataset more than once, and groups on both sides of the split. */
import { evidence, imagePlaces, plural, type Check, type CheckInput } from './check.js';
import type { Finding } from './finding.js';

/** If more of the test set is known from training, no score means anything. */
const MAX_LEAKED = 0.5;

function severityOf(leaked: number, tested: number): Pick<Finding, 'severity' | 'effect'> {
  return leaked > tested * MAX_LEAKED
    ? { severity: 'error', effect: 'blocks' }
    : { severity: 'warning', effect: 'weakens' };
}

/** The same file in train and test. */
export const exactLeak: Check = (input) => {
  const { samples, train, test } = input;
  const inTrain = new Set(train);
  const inTest = new Set(test);
  const pairs = duplicates(input).flatMap((rows) => {
    const trained = rows.find((row) => inTrain.has(row));
    return trained === undefined
      ? []
      : rows.filter((row) => inTest.has(row)).map((row) => [row, trained] as const);
  });
  if (pairs.length === 0) return null;
  return {
    ...severityOf(pairs.length, test.length),
    message: `${pairs.length} of ${test.length} test images ${pairs.length === 1 ? 'is' : 'are'} also in train.`,
    remedy: 'Keep each image on one side: remove the copies from train.',
    count: pairs.length,
    evidence: evidence(pairs.map(([row, trained]) => `${samples[row].path} = ${samples[trained].path}`)),
    places: imagePlaces(
      input.dataset,
      pairs.map(([row]) => samples[row].path),
    ),
  };
};

/** Groups in both train and test of the dataset's own split; Headstart's split keeps them together. */
export const groupLeak: Check = (input) => {
  const inTrain = groupCounts(input, input.train);
  const shared = [...groupCounts(input, input.test)].filter(([group]) => inTrain.has(group));
  const count = shared.reduce((sum, [, images]) => sum + images, 0);
  if (count === 0) return null;
  const tested = input.test.length;
  return {
    ...severityOf(count, tested),
    message: `${count} of ${tested} test images ${count === 1 ? 'is' : 'are'} of ${shared.length === 1 ? 'a group that is' : 'groups that are'} also in train.`,
    remedy: 'Keep each group on one side: move it whole into train or test.',
    count,
    evidence: evidence(
      shared.map(([group, images]) => `${group}: ${images} in test, ${inTrain.get(group)!} in train`),
    ),
  };
};

function groupCounts({ samples }: CheckInput, rows: Int32Array): Map<string, number> {
  const counts = new Map<string, number>();
  for (const row of rows) {
    const { group } = samples[row];
    if (group !== null) counts.set(group, (counts.get(group) ?? 0) + 1);
  }
  return counts;
}

/** The same file in two classes. */
export const conflictingLabels: Check = (input) => {
  const { samples, dataset } = input;
  const conflicts = duplicates(input).filter(
    (rows) => new Set(rows.map((row) => samples[row].label)).size > 1,
  );
  if (conflicts.length === 0) return null;
  return {
    severity: 'warning',
    effect: 'informs',
    message: `${plural(conflicts.length, 'image has', 'images have')} two labels.`,
    remedy: 'Decide which label is right and remove the other copy.',
    count: conflicts.length,
    evidence: copies(conflicts, (row) => `${samples[row].path} (${dataset.classes[samples[row].label]})`),
    places: imagePlaces(
      dataset,
      conflicts.map(([row]) => samples[row].path),
    ),
  };
};

/** The same file more than once. */
export const repeatedFiles: Check = (input) => {
  const { samples } = input;
  const groups = duplicates(input);
  const count = groups.reduce((sum, rows) => sum + rows.length - 1, 0);
  if (count === 0) return null;
  return {
    severity: 'info',
    effect: 'informs',
    message: `${plural(count, 'image is a copy', 'images are copies')} of another.`,
    remedy: 'Copies are kept on one side of the split; remove them to save time.',
    count,
    evidence: copies(groups, (row) => samples[row].path),
    places: imagePlaces(
      input.dataset,
      groups.map(([, row]) => samples[row].path),
    ),
  };
};

/** Rows with the same content, if there are several. */
function duplicates({ hashes }: CheckInput): number[][] {
  const byContent = new Map<string, number[]>();
  hashes.forEach((hash, row) => {
    if (hash === '') return;
    const rows = byContent.get(hash);
    if (rows === undefined) byContent.set(hash, [row]);
    else rows.push(row);
  });
  return [...byContent.values()].filter((rows) => rows.length > 1);
}

function copies(groups: readonly number[][], nameOf: (row: number) => string): string[] {
  return evidence(groups.map((rows) => rows.slice(0, 4).map(nameOf).join(' = ')));
}
