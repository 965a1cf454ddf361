import { basename, dirname, join } from 'node:path';
import { inputError } from '../../problem.js';
import { displayPath, isInside } from '../files/paths.js';
import { readTextHead } from '../files/read-head.js';
import { holdsImages, isImageName, type Tree } from '../files/tree.js';
import type { InspectionContext, SplitList } from './description.js';
import { splitInName, splitOf } from './split-names.js';

const SPLIT_FILE = /(^|[^a-z])(splits?|k?folds?|setid)([^a-z]|$)/i;
const LIST_EXTENSION = /\.(txt|csv|tsv|json|mat|npy|pkl)$/i;

/**
 * The lists that split class folders, in the folder, the one around it, or a folder without images in these.
 * @throws InputError if there is a split in another form: it must not be replaced by one of Headstart's.
 */
export function findSplitLists(folder: string, context: InspectionContext): SplitList[] {
  const { tree, cwd } = context;
  if (splitInName(basename(folder)) !== null) return []; // The folder around it is asked for splits.
  const classes = tree.list(folder).folders;
  const places = placesOfLists(folder, context);
  for (const place of places) {
    const lists = tree.list(place).files.flatMap((name): SplitList[] => {
      const split = /\.txt$/i.test(name) ? splitOf(name.replace(/\.txt$/i, '')) : null;
      const file = join(place, name);
      return split !== null && listsImages(file, folder, tree) ? [{ file, split }] : [];
    });
    if (new Set(lists.map(({ split }) => split)).size > 1) return lists;
  }
  const unsupported = places
    .flatMap((place) => tree.list(place).files.map((name) => join(place, name)))
    .find((file) => looksLikeSplit(file, classes));
  if (unsupported === undefined) return [];
  throw inputError(
    { file: displayPath(cwd, unsupported) },
    'looks like the split of these class folders, and is not supported.',
    `Write the split as lists of paths, train.txt and test.txt, and name them in a dataset.yaml; or, to have the images split again, write "schema: headstart/v1" and "train: ." into ${displayPath(cwd, join(folder, 'dataset.yaml'))}.`,
  );
}

function placesOfLists(folder: string, { tree, namedFolder }: InspectionContext): string[] {
  const parent = dirname(folder);
  const above = parent !== folder && isInside(parent, namedFolder) ? [parent] : [];
  return [folder, ...above].flatMap((place) => [
    place,
    ...tree
      .list(place)
      .folders.map((name) => join(place, name))
      .filter((inside) => !holdsImages(tree, inside)),
  ]);
}

/** Whether the first line is an image of a class folder, with or without its extension. */
function listsImages(file: string, folder: string, tree: Tree): boolean {
  const line = readTextHead(file)
    .split(/\r?\n/)
    .find((each) => each.trim() !== '');
  const path = (line ?? '').trim().replaceAll('\\', '/');
  return [path, path.replace(/\s+\d+$/, '')].some((spelling) => isImage(spelling, folder, tree));
}

function isImage(path: string, folder: string, tree: Tree): boolean {
  const [label, name] = path.split('/').slice(-2) as [string, string?];
  if (name === undefined || !tree.list(folder).folders.includes(label)) return false;
  return tree
    .list(join(folder, label))
    .files.some((each) => isImageName(each) && (each === name || each.replace(/\.[^.]+$/, '') === name));
}

function looksLikeSplit(file: string, classes: readonly string[]): boolean {
  const name = basename(file);
  if (!LIST_EXTENSION.test(name)) return false;
  const splits = name
    .toLowerCase()
    .split(/[^a-z]+/)
    .map(splitOf);
  if (SPLIT_FILE.test(name) || (splits.includes('train') && splits.includes('test'))) return true;
  const head = readTextHead(file);
  return splits.some((split) => split !== null) && classes.some((label) => head.includes(`${label}/`));
}
