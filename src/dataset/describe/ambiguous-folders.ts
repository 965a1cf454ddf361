/** Why folders are not clearly classes, splits or datasets. Every remedy is safe to follow literally. */
import { basename, dirname, join } from 'node:path';
import { inputError, listNames, problemAt, quote, type InputError, type Problem } from '../../problem.js';
import type { SplitName } from '../dataset.js';
import { displayPath, portablePath } from '../files/paths.js';
import { holdsImages, type Tree } from '../files/tree.js';
import type { Description, FolderContents, InspectionContext, NamedFolder } from './description.js';
import { differOnlyInNumbers, SPLITS, splitsAmong } from './split-names.js';

const MANIFEST = 'a dataset.yaml with "schema: headstart/v1"';
const NAME_OR_DECLARE = `Name the folder that is the dataset, or, if all of them are classes, write ${MANIFEST} and "train: .".`;

const namesOf = (folders: readonly NamedFolder[]) => listNames(folders.map(({ name }) => name));

/** Class folders in some folders named after splits, other images beside them. */
export function besideSplits(
  file: string,
  splits: readonly NamedFolder[],
  others: readonly NamedFolder[],
): Problem {
  const known = splitsAmong([...splits, ...others].map(({ name }) => name));
  const unlabelled = others.every(({ name, contents }) => known.has(name) && contents.kind === 'images');
  const keys = new Map(splits.map(({ name }) => [name, known.get(name)!]));
  return problemAt(
    { file },
    unlabelled
      ? `holds class folders in ${namesOf(splits)}, but images without classes in ${namesOf(others)}.`
      : `holds class folders in the splits ${namesOf(splits)}, and other images in ${namesOf(others)}.`,
    `Write ${MANIFEST} that names the splits to use: ${splitKeys(keys)}.`,
  );
}

/** `"train: seg_train" and "test: seg_test"`: the keys of a manifest, each folder under its own split. */
function splitKeys(splits: ReadonlyMap<string, SplitName>): string {
  const keys = SPLITS.flatMap((split) => {
    const folders = [...splits.keys()].filter((name) => splits.get(name) === split);
    if (folders.length === 0) return [];
    return [`"${split}: ${folders.length === 1 ? folders[0] : `[${folders.join(', ')}]`}"`];
  });
  const training = [...splits.values()].includes('train') ? [] : ['"train: FOLDER"'];
  return [...training, ...keys].join(' and ');
}

export function besideDatasets(
  file: string,
  datasets: readonly NamedFolder[],
  images: readonly NamedFolder[],
): Problem {
  const found = datasets.some(({ contents }) => contents.kind === 'described')
    ? `a description in ${namesOf(datasets)}, images in ${namesOf(images)}`
    : `class folders in ${namesOf(datasets)}, images in ${namesOf(images)}`;
  return problemAt({ file }, `could be one dataset or several: it has ${found}.`, NAME_OR_DECLARE);
}

/** Splits of several datasets, or the same split twice. */
export function severalSplits(file: string, splits: readonly NamedFolder[]): InputError {
  return inputError(
    { file },
    `holds class folders in several folders of one split, or in splits of several datasets: ${namesOf(splits)}.`,
    `Write ${MANIFEST} that says which folders are "train" and which "test"; leave out copies in another size.`,
  );
}

export function namedAfterParts(file: string, names: readonly string[]): Problem {
  return problemAt(
    { file },
    `holds images in ${listNames(names)}, which are named after parts of one dataset, not after classes.`,
    `Put the images into one folder per class, or add a labels.csv. If these are the classes, write ${MANIFEST} and "train: .".`,
  );
}

/** Folders named after splits among folders that look like classes. */
export function splitsBesideClasses(file: string, splits: readonly string[]): InputError {
  const [are, they] = splits.length === 1 ? ['is', 'it is a class'] : ['are', 'they are classes'];
  return inputError(
    { file },
    `holds images without classes in ${listNames(splits)}, which ${are} named after a split, beside folders that look like classes.`,
    `Move ${listNames(splits)} out of this folder; or, if ${they}, write ${MANIFEST} and "train: .".`,
  );
}

/** Some folders have splits or parts in them, others have not. */
export function mixedFolders(
  file: string,
  divided: readonly NamedFolder[],
  others: readonly NamedFolder[],
): InputError {
  return inputError(
    { file },
    `holds images without classes in the parts or splits of ${namesOf(divided)}, beside the images in ${namesOf(others)}.`,
    NAME_OR_DECLARE,
  );
}

/** Several manifests or tables in one folder. */
export function severalDescriptions(file: string, names: string[]): InputError {
  return inputError(
    { file },
    `holds several descriptions: ${names.join(', ')}.`,
    'Choose one with --manifest, or write a dataset.yaml that names the table.',
  );
}

/**
 * Folders that each hold class folders may be datasets; or parts of one dataset, such as folds or patients;
 * or classes that are divided by source or patient.
 * @throws InputError if the names suggest that they are not separate datasets.
 */
export function requireSeparateDatasets(
  folder: string,
  folders: readonly NamedFolder[],
  { tree, cwd }: InspectionContext,
): void {
  const datasets = folders.flatMap(({ name, contents }) =>
    contents.kind === 'class folders'
      ? [{ name, root: contents.description.root, classes: classNames(contents.description, tree) }]
      : [],
  );
  if (datasets.length < 2) return;
  const shareClasses = datasets
    .slice(1)
    .some(({ classes }) => classes.filter((name) => datasets[0].classes.includes(name)).length > 1);
  const areNumbered = differOnlyInNumbers(datasets.flatMap(({ classes }) => classes));
  /** `cats-from-kaggle` in `cats`. */
  const repeatTheirFolder = datasets.every(({ root, classes }) =>
    classes.every((name) => name.toLowerCase().includes(basename(root).toLowerCase())),
  );
  if (!shareClasses && !areNumbered && !repeatTheirFolder) return;
  const names = listNames(datasets.map(({ name }) => name));
  const classes = listNames(datasets[0].classes);
  const list = `[${datasets.map(({ name }) => name).join(', ')}]`;
  const train = list.length < 200 ? `"train: ${list}"` : '"train" with a list of these folders';
  throw inputError(
    { file: displayPath(cwd, folder) },
    `could be one dataset or several: ${names} each hold folders of images, such as ${classes} in ${datasets[0].name}.`,
    `If ${names} are the classes, write ${MANIFEST} and "train: ."; ` +
      `if ${classes} are classes and these folders parts of one dataset, write ${train}, and name "groups" if a part is a patient or a source; ` +
      'if they are separate datasets, name one of them, or give each a dataset.yaml.',
  );
}

function classNames({ root, sources }: Description, tree: Tree): string[] {
  const folders = sources.flatMap((source) => (source.kind === 'class folders' ? [source.folder] : []));
  const names = (folders.length === 0 ? [root] : folders).flatMap((place) =>
    tree.list(place).folders.filter((name) => holdsImages(tree, join(place, name))),
  );
  return [...new Set(names)];
}

/**
 * Why a manifest without splits and table needs one: what its root holds is not clearly class folders.
 * @param note What was wrong with a folder that was passed over.
 * @param splits The folders named after splits that hold folders; null if none is named so.
 */
export function incompleteManifest(
  contents: FolderContents,
  note: Problem | undefined,
  {
    manifest,
    root,
    splits,
    cwd,
  }: { manifest: string; root: string; splits: ReadonlyMap<string, SplitName> | null; cwd: string },
): InputError {
  const place = displayPath(cwd, root);
  const error = (what: string, remedy = remedyFor(splits)) =>
    inputError({ file: displayPath(cwd, manifest) }, `has no "train" or "labels", and ${what}`, remedy);
  const isDeeper = (folder: string) =>
    error(
      `the contents of ${place} are in ${portablePath(root, folder)}.`,
      `Add "path: ${portablePath(dirname(manifest), folder)}".`,
    );
  if (note !== undefined) return error(`${note.file} ${note.message}`);
  switch (contents.kind) {
    case 'several': {
      const names = listNames(contents.descriptions.map((each) => portablePath(root, each.root)));
      return error(`${place} holds several datasets: ${names}.`);
    }
    case 'class folders':
      return isDeeper(contents.description.root);
    case 'described':
      return isDeeper(contents.descriptions[0].root);
    case 'images':
      return error(
        contents.folder === null
          ? `${place} holds images, but nothing says which classes they belong to.`
          : `${place} has only one class, ${quote(contents.folder, 60)}.`,
      );
    case 'nothing':
      return error(`${place} holds no images.`, 'Check "path".');
  }
}

/** Where folders are named after splits, `train: .` would make the splits classes. */
function remedyFor(splits: ReadonlyMap<string, SplitName> | null): string {
  if (splits === null)
    return 'Add "train: ." if its folders are the classes; else say with "train" and "test", "path" or "labels" which images to use.';
  return splits.size === 0
    ? 'Put the images into one folder per class, or name a table under "labels".'
    : `Say which folders of class folders to use, such as ${splitKeys(splits)}, or name a table under "labels".`;
}
