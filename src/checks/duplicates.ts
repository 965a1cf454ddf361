import { duplicates, evidence, imagePlaces, plural, type Check } from './check.js';
import { severityOfLeak } from './leak.js';

/** The same file in training and test. */
export const exactLeak: Check = (input) => {
  const { samples, train, test } = input;
  const training = new Set(train);
  const testing = new Set(test);
  const pairs = duplicates(input).flatMap((rows) => {
    const known = rows.find((row) => training.has(row));
    return known === undefined
      ? []
      : rows.filter((row) => testing.has(row)).map((row) => [row, known] as const);
  });
  if (pairs.length === 0) return null;
  return {
    id: 'leak-exact',
    ...severityOfLeak(pairs.length, test.length),
    message: `${pairs.length} of ${test.length} test images ${pairs.length === 1 ? 'is' : 'are'} also in train.`,
    remedy: 'Keep each image on one side: take the copies out of train.',
    count: pairs.length,
    evidence: evidence(pairs.map(([row, known]) => `${samples[row].path} = ${samples[known].path}`)),
    places: imagePlaces(
      input.dataset,
      pairs.map(([row]) => samples[row].path),
    ),
  };
};

/** The same file under two classes: nobody can get both right. */
export const conflictingLabels: Check = (input) => {
  const { samples, dataset } = input;
  const conflicts = duplicates(input).filter(
    (rows) => new Set(rows.map((row) => samples[row].label)).size > 1,
  );
  if (conflicts.length === 0) return null;
  const named = ({ path, label }: (typeof samples)[number]) => `${path} (${dataset.classes[label]})`;
  return {
    id: 'label-conflict',
    severity: 'warning',
    effect: 'informs',
    message: `${plural(conflicts.length, 'image has', 'images have')} two labels.`,
    remedy: 'Decide which label is right and remove the other copy.',
    count: conflicts.length,
    evidence: evidence(
      conflicts.map((rows) =>
        rows
          .slice(0, 4)
          .map((row) => named(samples[row]))
          .join(' = '),
      ),
    ),
    places: imagePlaces(
      dataset,
      conflicts.map(([row]) => samples[row].path),
    ),
  };
};

/** The same file more than once with one label, on one side of the split. */
export const repeatedFiles: Check = (input) => {
  const { samples } = input;
  const groups = duplicates(input);
  const extra = groups.reduce((sum, rows) => sum + rows.length - 1, 0);
  return extra === 0
    ? null
    : {
        id: 'duplicate-exact',
        severity: 'info',
        effect: 'informs',
        message: `${plural(extra, 'image is a copy', 'images are copies')} of another.`,
        remedy: 'Copies are kept on one side of the split; remove them to save time.',
        count: extra,
        evidence: evidence(
          groups.map((rows) =>
            rows
              .slice(0, 4)
              .map((row) => samples[row].path)
              .join(' = '),
          ),
        ),
        places: imagePlaces(
          input.dataset,
          groups.map(([, row]) => samples[row].path),
        ),
      };
};
