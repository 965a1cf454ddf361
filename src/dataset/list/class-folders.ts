import { join } from 'node:path';
import { inputError, quote } from '../../problem.js';
import type { SkippedFile, SplitName } from '../dataset.js';
import { splitsAmong } from '../describe/split-names.js';
import { leavingLinks, portablePath } from '../files/paths.js';
import { readHead } from '../files/read-head.js';
import { imagesBelow, isImageName } from '../files/tree.js';
import { recognizeImage } from '../images/codecs/recognize.js';
import type { ListedImage, Listing, ListingContext } from './listing.js';

/**
 * Images in folders named after their classes, at any depth. If every class has split folders
 * (`cat/train/1.jpg`), these are the splits. What only looks like an image or a class is skipped.
 * @throws InputError if a link leads out of the dataset's folder.
 */
export function listClassFolders(
  { folder, split }: { folder: string; split: SplitName | null },
  { tree, root, display }: Pick<ListingContext, 'tree' | 'root' | 'display'>,
): Pick<Listing, 'images' | 'skipped'> {
  const prefix = portablePath(root, folder);
  const listing = tree.list(folder);
  const leaving = listing.leaving.map((name) => join(folder, name));
  const inFolder = (name: string) => (prefix === '' ? name : `${prefix}/${name}`);
  const images: ListedImage[] = [];
  const skipped = listing.files
    .filter((name) => isImageName(name) && listing.folders.length > 0)
    .map((name): SkippedFile => ({ path: inFolder(name), reason: 'beside the class folders' }));
  for (const name of listing.folders) {
    const inside = imagesBelow(tree, join(folder, name));
    leaving.push(...inside.leaving.map((path) => join(folder, name, path)));
    const place = inFolder(name);
    const label = name.normalize('NFC');
    const splits = split === null ? splitsAmong(tree.list(join(folder, name)).folders) : null;
    for (const image of inside.images) {
      const path = `${place}/${image}`;
      if (isThumbnail(image)) skipped.push({ path, reason: 'a thumbnail' });
      else
        images.push({ path, label, group: null, split: split ?? splits?.get(image.split('/')[0]) ?? null });
    }
    for (const other of inside.others.filter((path) => beginsLikeImage(join(folder, name, path)))) {
      skipped.push({ path: `${place}/${other}`, reason: 'no image ending' });
    }
    if (inside.images.length === 0) skipped.push({ path: `${place}/`, reason: 'no images in it' });
  }
  if (leaving.length > 0) throw leavingLinks(leaving.map(display));
  return { images: split === null ? allOrNoSplits(images, display(folder)) : images, skipped };
}

/** Image viewers keep small copies in a folder beside the images. */
function isThumbnail(path: string): boolean {
  return path
    .split('/')
    .slice(0, -1)
    .some((folder) => /^[_-]?thumb(nail)?s?$/i.test(folder));
}

/** Notes and scripts beside images do not. */
function beginsLikeImage(path: string): boolean {
  const kind = recognizeImage(readHead(path, 1024));
  // A header that is cut off by reading only the head counts as damaged.
  return 'decodable' in kind || !['empty', 'not an image'].includes(kind.refused);
}

/**
 * Split folders in classes count if every image is in one. A single split's name may be a coincidence.
 * @throws InputError if some images are in split folders and others are not.
 */
function allOrNoSplits(images: ListedImage[], file: string): ListedImage[] {
  const without = images.find(({ split }) => split === null);
  if (without === undefined) return images;
  const splits = new Set(images.map(({ split }) => split));
  if (splits.size < 3) return images.map((image) => ({ ...image, split: null }));
  throw inputError(
    { file },
    `has split folders in its classes, but ${quote(without.path)} is in none of them.`,
    'Put every image into a split folder; or, to ignore these folders, write a dataset.yaml with "schema: headstart/v1" and "train: .".',
  );
}
