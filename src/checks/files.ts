/** Files that are left out, and what was concluded from the names of folders. */
import type { ListedRow, SkippedFile } from '../dataset/dataset.js';
import { evidence, imagePlaces, MAX_EVIDENCE, plural, type Check } from './check.js';

/** If more files cannot be used, it is probably not the intended dataset. */
const MAX_UNREADABLE = 0.5;

/** Files that cannot be decoded. */
export const unreadableFiles: Check = ({ dataset, unreadable, samples }) => {
  if (unreadable.length === 0) return null;
  const kinds = new Map<string, number>();
  for (const { kind } of unreadable) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  const byKind = [...kinds].sort((a, b) => b[1] - a[1]).map(([kind, count]) => `${count} ${kind}`);
  const blocks = unreadable.length > samples.length * MAX_UNREADABLE;
  return {
    severity: blocks ? 'error' : 'warning',
    effect: blocks ? 'blocks' : 'informs',
    message: `${plural(unreadable.length, 'file', 'files')} of ${samples.length} cannot be used: ${byKind.join(', ')}.`,
    remedy: unreadable[0].reason,
    count: unreadable.length,
    evidence: evidence(unreadable.map(({ path, reason }) => `${path}: ${reason}`)),
    places: imagePlaces(
      dataset,
      unreadable.map(({ path }) => path),
    ),
  };
};

/** Images in a table or list that do not exist. */
export const absentFiles: Check = ({ dataset: { absent } }) =>
  rowsLeftOut(
    absent,
    `${plural(absent.length, 'image is', 'images are')} listed but not on disk; they are left out.`,
    'Fetch them, or remove their rows from the table.',
  );

/** Rows of a label table in none of the manifest's splits. */
export const leftOutRows: Check = ({ dataset: { leftOut } }) =>
  rowsLeftOut(
    leftOut,
    `${plural(leftOut.length, 'image', 'images')} of the table ${leftOut.length === 1 ? 'is' : 'are'} in no split that the manifest names, and left out.`,
    'Add their folder or list to train, val or test, or remove the splits from the manifest.',
  );

function rowsLeftOut(rows: readonly ListedRow[], message: string, remedy: string): ReturnType<Check> {
  if (rows.length === 0) return null;
  return {
    severity: 'warning',
    effect: 'informs',
    message,
    remedy,
    count: rows.length,
    evidence: evidence(rows.map(({ path, file, line }) => `${file}:${line}: ${path}`)),
    places: rows.slice(0, MAX_EVIDENCE).map(({ file, line }) => ({ file, line })),
  };
}

const REASONS: Record<SkippedFile['reason'], { one: string; many: string; remedy: string }> = {
  'no image ending': {
    one: 'file in the class folders is an image without an image’s extension',
    many: 'files in the class folders are images without an image’s extension',
    remedy: 'Give such files an extension, for example .jpg.',
  },
  'beside the class folders': {
    one: 'image is beside the class folders',
    many: 'images are beside the class folders',
    remedy: 'Put loose images into the folder of their class.',
  },
  'a thumbnail': {
    one: 'image is in a folder of thumbnails',
    many: 'images are in folders of thumbnails',
    remedy: 'Delete folders of thumbnails, or rename them if their images should be used.',
  },
  'no images in it': {
    one: 'folder holds no images',
    many: 'folders hold no images',
    remedy: 'Add images to the folders that are classes.',
  },
};

/** Files and folders that belong to no class. Folders of other things are no reason to worry. */
export const skippedFiles: Check = ({ dataset: { skipped } }) => {
  if (skipped.length === 0) return null;
  const byReason = Object.entries(REASONS)
    .map(([reason, texts]) => ({ ...texts, files: skipped.filter((file) => file.reason === reason) }))
    .filter(({ files }) => files.length > 0);
  const messages = byReason.map(({ files, one, many }) => plural(files.length, one, many));
  return {
    severity: skipped.some(({ reason }) => reason !== 'no images in it') ? 'warning' : 'info',
    effect: 'informs',
    message: `${messages.join(', ')}: left out.`,
    remedy: byReason.map(({ remedy }) => remedy).join(' '),
    count: skipped.length,
    evidence: evidence(
      byReason.flatMap(({ files }) => files.map(({ path, reason }) => `${path}: ${reason}`)),
    ),
  };
};

/** Conclusions that may be wrong. */
export const inferredLayout: Check = ({ dataset: { inferred } }) =>
  inferred.length === 0
    ? null
    : {
        severity: 'info',
        effect: 'informs',
        message: inferred.join(' '),
        remedy: 'If that is wrong, say in a manifest which folders are the classes and splits.',
        count: inferred.length,
        evidence: evidence(inferred),
      };
