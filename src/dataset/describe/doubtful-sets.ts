import { basename, join } from 'node:path';
import type { Description } from './description.js';
import { shownPath } from './description.js';
import { differInNumbersOnly } from './folder-names.js';
import type { Named, Surroundings } from './inspect-folder.js';
import { InputError } from '../../problem.js';
import { holdsImages, type Tree } from './tree.js';
import { listed } from './unclear-folders.js';

/**
 * Folders that each hold class folders may be datasets; or parts of one dataset, such as folds or patients; or classes,
 * with folders of sources or patients in them. Datasets of their own have classes of their own.
 * @throws InputError when the folders in them say that they are hardly datasets.
 */
export function refuseDoubtfulSets(folder: string, looks: readonly Named[], around: Surroundings): void {
  const sets = looks.flatMap(({ name, seen }) =>
    seen.kind === 'class folders'
      ? [{ name, root: seen.description.root, inner: classNames(seen.description, around.tree) }]
      : [],
  );
  if (sets.length < 2) return;
  const shared = sets.slice(1).some(({ inner }) => overlap(inner, sets[0].inner) > 1);
  const numbered = differInNumbersOnly(sets.flatMap(({ inner }) => inner));
  const called = sets.every(({ root, inner }) => inner.every((name) => contains(name, basename(root))));
  if (!shared && !numbered && !called) return;
  const names = listed(sets.map(({ name }) => name));
  const parts = `[${sets.map(({ name }) => name).join(', ')}]`;
  const train = parts.length < 200 ? `"train: ${parts}"` : '"train" with a list of these folders';
  throw new InputError([
    {
      file: shownPath(around.cwd, folder),
      message: `could be one dataset or several: ${names} each hold folders of images, such as ${listed(sets[0].inner)} in ${sets[0].name}.`,
      remedy:
        `If ${names} are the classes, write a dataset.yaml with "schema: headstart/v1" and "train: ."; ` +
        `if ${listed(sets[0].inner)} are classes and these folders parts of one dataset, write ${train}, and name "groups" where a part is a patient or a source; ` +
        'if they are datasets of their own, name one of them, or give each a dataset.yaml.',
    },
  ]);
}

function classNames({ root, sources }: Description, tree: Tree): string[] {
  const folders = sources.flatMap((source) => (source.kind === 'class folders' ? [source.folder] : []));
  const names = (folders.length === 0 ? [root] : folders).flatMap((place) =>
    tree.list(place).folders.filter((name) => holdsImages(tree, join(place, name))),
  );
  return [...new Set(names)];
}

function overlap(some: readonly string[], others: readonly string[]): number {
  return some.filter((name) => others.includes(name)).length;
}

/** `cats-from-kaggle` in `cats`. */
function contains(name: string, outer: string): boolean {
  return name.toLowerCase().includes(outer.toLowerCase());
}
