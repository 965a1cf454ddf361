import { join } from 'node:path';
import { linksOut, portablePath } from '../manifest/confine.js';
import { splitOf } from '../manifest/split-names.js';
import { imagesBelow, isImageName, type Tree } from '../manifest/tree.js';
import type { SplitName } from './dataset.js';
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
    for (const image of images) listed.push({ path: `${place}/${image}`, label, group: null, split });
    for (const other of others.filter((path) => beginsLikeImage(join(folder, name, path)))) {
      skipped.push({ path: `${place}/${other}`, reason: 'no image ending' });
    }
    if (images.length === 0) skipped.push({ path: `${place}/`, reason: 'no images in it' });
  }
  if (escapes.length > 0) throw linksOut(escapes.map(shown));
  return { listed: split === null ? withInnerSplits(listed) : listed, skipped };
}

function withInnerSplits(listed: Listed[]): Listed[] {
  const inner = listed.map(({ path }) => {
    const [, folder, ...rest] = path.split('/');
    return rest.length > 0 ? splitOf(folder) : null;
  });
  return inner.includes(null) ? listed : listed.map((each, index) => ({ ...each, split: inner[index] }));
}
