import { join } from 'node:path';
import { linksOut, portablePath } from '../manifest/confine.js';
import { splitOf } from '../manifest/split-names.js';
import { imagesBelow, type Tree } from '../manifest/tree.js';
import type { SplitName } from './dataset.js';
import type { Listed } from './listed.js';

/**
 * Images in folders named after their classes, at any depth in them. Where every class has split folders in it
 * (`cat/train/1.jpg`), these are the splits.
 * @throws InputError when a link leads out of the dataset's folder.
 */
export function listClassFolders(
  tree: Tree,
  root: string,
  { folder, split }: { folder: string; split: SplitName | null },
  shown: (full: string) => string,
): Listed[] {
  const prefix = portablePath(root, folder);
  const listing = tree.list(folder);
  const escapes = listing.leaving.map((name) => join(folder, name));
  const listed: Listed[] = [];
  for (const name of listing.folders) {
    const { images, leaving } = imagesBelow(tree, join(folder, name));
    escapes.push(...leaving.map((path) => join(folder, name, path)));
    const place = prefix === '' ? name : `${prefix}/${name}`;
    const label = name.normalize('NFC');
    for (const image of images) listed.push({ path: `${place}/${image}`, label, group: null, split });
  }
  if (escapes.length > 0) throw linksOut(escapes.map(shown));
  return split === null ? withInnerSplits(listed) : listed;
}

function withInnerSplits(listed: Listed[]): Listed[] {
  const inner = listed.map(({ path }) => {
    const [, folder, ...rest] = path.split('/');
    return rest.length > 0 ? splitOf(folder) : null;
  });
  return inner.includes(null) ? listed : listed.map((each, index) => ({ ...each, split: inner[index] }));
}
