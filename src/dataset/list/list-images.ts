import { basename, join } from 'node:path';
import { inputError, quote } from '../../problem.js';
import type { ListedRow } from '../dataset.js';
import type { Description, Source } from '../describe/description.js';
import { displayPath, folderBounds, leavingLinks } from '../files/paths.js';
import { imagesBelow, openTree, type Tree } from '../files/tree.js';
import { listClassFolders } from './class-folders.js';
import { labelsNamed } from './class-names.js';
import { indexImages, type ImageIndex } from './image-index.js';
import { readImageList, splitByLists } from './image-lists.js';
import { listTable } from './label-table.js';
import type { ListedImage, Listing, ListingContext } from './listing.js';
import { splitTable } from './table-splits.js';

/**
 * All images of a dataset, in the order of its sources.
 * @throws InputError if most images are absent, links lead out, or an image is in two splits or classes.
 */
export function listImages(
  { root, sources, manifest }: Description,
  cwd: string,
): Listing & { index: ImageIndex } {
  const tree = openTree(folderBounds(root));
  const index = indexImages(tree, root);
  const display = (full: string) => displayPath(cwd, full);
  const classes = labelsNamed(manifest.names);
  const listings = sources.map((source) => listSource(source, { tree, root, index, display }, classes));
  if (index.leaving.length > 0) throw leavingLinks(index.leaving.map((path) => display(join(root, path))));
  const images = listings.flatMap((listing) => listing.images);
  const absent = listings.flatMap((listing) => listing.absent);
  refuseMostlyAbsent(tree, root, absent, images.length);
  return {
    images: withoutRepeats(images, display(root)),
    absent,
    leftOut: listings.flatMap((listing) => listing.leftOut),
    skipped: listings.flatMap((listing) => listing.skipped),
    index,
  };
}

const EMPTY: Listing = { images: [], absent: [], leftOut: [], skipped: [] };

function listSource(source: Source, context: ListingContext, classes: ReadonlySet<string>): Listing {
  const { index, display } = context;
  switch (source.kind) {
    case 'class folders': {
      const listing = { ...EMPTY, ...listClassFolders(source, context) };
      return source.lists.length === 0
        ? listing
        : { ...listing, ...splitByLists(listing.images, source.lists, display) };
    }
    case 'image list': {
      const file = display(source.file);
      const { images, absent } = readImageList(source.file, file, index);
      const listed = images.map(({ path }) => ({
        path,
        label: folderOf(path, file),
        group: null,
        split: source.split,
      }));
      return { ...EMPTY, images: listed, absent };
    }
    case 'label table': {
      const { file, columns, split, splits } = source;
      const table = listTable(file, display(file), columns, split, index, classes);
      return splits.length === 0
        ? { ...EMPTY, images: table.images, absent: table.absent }
        : { ...EMPTY, ...splitTable(table, display(file), splits, context) };
    }
  }
}

function folderOf(path: string, file: string): string {
  const folder = path.split('/').at(-2);
  if (folder !== undefined) return folder.normalize('NFC');
  throw inputError(
    { file },
    `${quote(path)} is in no folder that could name its class.`,
    'Put it into a folder of its class, or name a table under "labels".',
  );
}

/** An image that several sources list counts once. In two splits it would be a leak. */
function withoutRepeats(images: ListedImage[], file: string): ListedImage[] {
  const known = new Map<string, ListedImage>();
  for (const image of images) {
    const before = known.get(image.path);
    if (before === undefined) known.set(image.path, image);
    else if (before.split !== image.split || before.label !== image.label) {
      const [what, one, other] =
        before.split !== image.split
          ? ['split', before.split ?? 'none', image.split ?? 'none']
          : ['class', before.label, image.label];
      throw inputError(
        { file },
        `${image.path.slice(0, 120)} is listed twice, in the ${what} ${quote(one, 60)} and in ${quote(other, 60)}.`,
        'Keep it in one of them.',
      );
    }
  }
  return [...known.values()];
}

/** If most listed images are absent, the paths are probably wrong. */
function refuseMostlyAbsent(tree: Tree, root: string, absent: readonly ListedRow[], present: number): void {
  const rows = absent.length + present;
  if (absent.length <= rows / 2) return;
  const [{ path, file, line }] = absent;
  throw inputError(
    { file, line },
    `${absent.length} of its ${rows} images do not exist, for example ${quote(path)}.`,
    likelyMistake(tree, root, path),
  );
}

function likelyMistake(tree: Tree, root: string, path: string): string {
  const { images } = imagesBelow(tree, root);
  if (images.length === 0) return 'There are no images at all: fetch them first.';
  const wanted = basename(path.replaceAll('\\', '/')).normalize('NFC');
  const sameName = images.find((image) => basename(image).normalize('NFC') === wanted);
  if (sameName !== undefined) {
    const folder = sameName.slice(0, -basename(sameName).length - 1);
    const remedy = path.includes('/')
      ? 'write paths relative to the dataset’s folder or the table’s.'
      : `set "path: ${folder.slice(0, 120)}" in a manifest.`;
    return `The file is at ${quote(sameName)}: ${remedy}`;
  }
  const stemOf = (name: string) =>
    basename(name)
      .replace(/\.[^.]+$/, '')
      .normalize('NFC');
  const sameStem = images.find((image) => stemOf(image) === wanted);
  if (sameStem !== undefined) return `There is ${quote(sameStem)}: add the extension to the column.`;
  const sameLetters = images.find((image) => basename(image).toLowerCase() === wanted.toLowerCase());
  if (sameLetters !== undefined) return `There is ${quote(sameLetters)}: names are case-sensitive.`;
  return `Paths are relative to "${basename(root)}" or to the table’s folder, where the first image is ${quote(images[0])}; set "path" in a manifest, or fetch the images.`;
}
