import { evidence, imagePlaces, plural, rowPlaces, type Check } from './check.js';

/** Above this share of files that cannot be used, the dataset is not the one that was meant. */
const MOST_UNREADABLE = 0.5;

/** Files that are listed but cannot be decoded. */
export const unreadableFiles: Check = ({ dataset, unreadable, samples }) => {
  if (unreadable.length === 0) return null;
  const kinds = new Map<string, number>();
  for (const { kind } of unreadable) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  const named = [...kinds].sort((a, b) => b[1] - a[1]).map(([kind, count]) => `${count} ${kind}`);
  const blocks = unreadable.length > samples.length * MOST_UNREADABLE;
  return {
    id: 'unreadable',
    severity: blocks ? 'error' : 'warning',
    effect: blocks ? 'blocks' : 'informs',
    message: `${plural(unreadable.length, 'file', 'files')} of ${samples.length} cannot be used: ${named.join(', ')}.`,
    remedy: unreadable[0].reason,
    count: unreadable.length,
    evidence: evidence(unreadable.map(({ path, reason }) => `${path}: ${reason}`)),
    places: imagePlaces(
      dataset,
      unreadable.map(({ path }) => path),
    ),
  };
};

/** Rows of a label table whose image is not there. */
export const absentFiles: Check = ({ dataset: { absent } }) =>
  absent.length === 0
    ? null
    : {
        id: 'absent',
        severity: 'warning',
        effect: 'informs',
        message: `${plural(absent.length, 'image is', 'images are')} listed but not on disk; they are left out.`,
        remedy: 'Fetch them, or take their rows out of the table.',
        count: absent.length,
        evidence: evidence(absent.map(({ path, file, line }) => `${file}:${line}: ${path}`)),
        places: rowPlaces(absent),
      };

/** Rows of a label table in none of the manifest's splits. */
export const leftOutRows: Check = ({ dataset: { leftOut } }) =>
  leftOut.length === 0
    ? null
    : {
        id: 'left-out',
        severity: 'warning',
        effect: 'informs',
        message: `${plural(leftOut.length, 'image', 'images')} of the table ${leftOut.length === 1 ? 'is' : 'are'} in no split that the manifest names, and left out.`,
        remedy: 'Add their folder or list to train, val or test, or leave the splits out of the manifest.',
        count: leftOut.length,
        evidence: evidence(leftOut.map(({ path, file, line }) => `${file}:${line}: ${path}`)),
        places: rowPlaces(leftOut),
      };
