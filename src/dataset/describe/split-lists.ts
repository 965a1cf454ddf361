import { basename, dirname, join } from 'node:path';
import { isInside } from './confine.js';
import { shownPath } from './description.js';
import { splitInName } from './folder-names.js';
import type { Surroundings } from './inspect-folder.js';
import { peekText } from './peek.js';
import { InputError } from '../../problem.js';
import { splitOf, type SplitWord } from './split-names.js';
import { holdsImages, isImageName, type Tree } from './tree.js';

/** A text file that names the images of one split, one a line. */
export interface SplitList {
  file: string;
  split: SplitWord;
}

const SPLITTING = /(^|[^a-z])(splits?|k?folds?|setid)([^a-z]|$)/i;
const LISTING = /\.(txt|csv|tsv|json|mat|npy|pkl)$/i;

/**
 * The split that comes with class folders, in files beside them or in a folder without images beside them.
 * @throws InputError when there is one that is not read: another split in its place would be taken for it.
 */
export function splitListsOf(folder: string, around: Surroundings): SplitList[] {
  const { tree, cwd } = around;
  if (splitInName(basename(folder)) !== null) return []; // The folder around it asks for its splits.
  const classes = tree.list(folder).folders;
  const places = placesBeside(folder, around);
  for (const place of places) {
    const lists = tree.list(place).files.flatMap((name): SplitList[] => {
      const split = /\.txt$/i.test(name) ? splitOf(name.replace(/\.txt$/i, '')) : null;
      const file = join(place, name);
      return split !== null && namesImages(file, folder, tree) ? [{ file, split }] : [];
    });
    if (new Set(lists.map(({ split }) => split)).size > 1) return lists;
  }
  const passedOver = places
    .flatMap((place) => tree.list(place).files.map((name) => join(place, name)))
    .find((file) => isSplit(file, classes));
  if (passedOver === undefined) return [];
  throw new InputError([
    {
      file: shownPath(cwd, passedOver),
      message: 'looks like the split of these class folders, and is not read.',
      remedy: `Write the split as lists of paths, train.txt and test.txt, and name them in a dataset.yaml; or, to have the images split again, write "schema: headstart/v1" and "train: ." into ${shownPath(cwd, join(folder, 'dataset.yaml'))}.`,
    },
  ]);
}

/** The folder itself, the one around it, and folders in them that hold no images. */
function placesBeside(folder: string, { tree, named }: Surroundings): string[] {
  const above = dirname(folder);
  const around = above !== folder && isInside(above, named) ? [above] : [];
  return [folder, ...around].flatMap((place) => [
    place,
    ...tree
      .list(place)
      .folders.map((name) => join(place, name))
      .filter((inside) => !holdsImages(tree, inside)),
  ]);
}

/** Whether the first line of a text is an image of a class folder, with or without its ending. */
function namesImages(file: string, folder: string, tree: Tree): boolean {
  const line = peekText(file)
    .head.split(/\r?\n/)
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

function isSplit(file: string, classes: readonly string[]): boolean {
  const name = basename(file);
  if (!LISTING.test(name)) return false;
  const words = name
    .toLowerCase()
    .split(/[^a-z]+/)
    .map(splitOf);
  if (SPLITTING.test(name) || (words.includes('train') && words.includes('test'))) return true;
  const { head } = peekText(file);
  return words.some((word) => word !== null) && classes.some((label) => head.includes(`${label}/`));
}
