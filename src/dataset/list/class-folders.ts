import { join } from 'node:path';
import { linksOut, portablePath } from '../describe/confine.js';
import { splitsAmong } from '../describe/folder-names.js';
import { InputError } from '../../problem.js';
import { imagesBelow, isImageName, type Tree } from '../describe/tree.js';
import type { SplitName } from '../dataset.js';
import type { Listed } from './listed.js';
import { beginsLikeImage, type Skipped } from './skipped.js';

/**
 * Images in folders named after their classes, at any depth in them. Where every class has split folders in it
 * (`cat/train/1.jpg`), these are the splits.
 * What could be meant as an image or a class and is none is told with them.
 * @throws InputError when a link leads out of the dataset's folder.
 */
export function listClassFolders(
  tree: Tree,
  root: string,
  { folder, split }: { folder: string; split: SplitName | null },
  shown: (full: string) => string,
): { listed: Listed[]; skipped: Skipped[] } {
  const prefix = portablePath(root, folder);
  const listing = tree.list(folder);
  const escapes = listing.leaving.map((name) => join(folder, name));
  const inFolder = (name: string) => (prefix === '' ? name : `${prefix}/${name}`);
  const listed: Listed[] = [];
  const skipped = listing.files
    .filter((name) => isImageName(name) && listing.folders.length > 0)
    .map((name): Skipped => ({ path: inFolder(name), reason: 'beside the class folders' }));
  for (const name of listing.folders) {
    const { images, others, leaving } = imagesBelow(tree, join(folder, name));
    escapes.push(...leaving.map((path) => join(folder, name, path)));
    const place = inFolder(name);
    const label = name.normalize('NFC');
    const inner = split === null ? splitsAmong(tree.list(join(folder, name)).folders) : NO_SPLITS;
    for (const image of images) {
      const path = `${place}/${image}`;
      if (isThumbnail(image)) skipped.push({ path, reason: 'a thumbnail' });
      else listed.push({ path, label, group: null, split: split ?? inner.get(image.split('/')[0]) ?? null });
    }
    for (const other of others.filter((path) => beginsLikeImage(join(folder, name, path)))) {
      skipped.push({ path: `${place}/${other}`, reason: 'no image ending' });
    }
    if (images.length === 0) skipped.push({ path: `${place}/`, reason: 'no images in it' });
  }
  if (escapes.length > 0) throw linksOut(escapes.map(shown));
  return { listed: split === null ? allOrNoSplits(listed, shown(folder)) : listed, skipped };
}

const NO_SPLITS: ReadonlyMap<string, SplitName> = new Map();

/** Image viewers keep small copies in a folder beside the images. */
function isThumbnail(path: string): boolean {
  return path
    .split('/')
    .slice(0, -1)
    .some((folder) => /^[_-]?thumb(nail)?s?$/i.test(folder));
}

/**
 * Splits inside of classes are splits where every image is in one; one word for a split may be there by chance.
 * @throws InputError when some images are in split folders, and others in none.
 */
function allOrNoSplits(listed: Listed[], shown: string): Listed[] {
  const without = listed.find(({ split }) => split === null);
  if (without === undefined) return listed;
  const splits = new Set(listed.map(({ split }) => split));
  if (splits.size < 3) return listed.map((each) => ({ ...each, split: null }));
  throw new InputError([
    {
      file: shown,
      message: `has split folders in its classes, but "${without.path.slice(0, 120)}" is in none of them.`,
      remedy:
        'Put every image into a split folder; or, to pass over these folders, write a dataset.yaml with "schema: headstart/v1" and "train: .".',
    },
  ]);
}
