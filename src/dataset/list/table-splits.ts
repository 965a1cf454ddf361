import { statSync } from 'node:fs';
import { inputError, quote } from '../../problem.js';
import type { ListedRow, SplitName } from '../dataset.js';
import { portablePath } from '../files/paths.js';
import { readImageList } from './image-lists.js';
import type { TableListing } from './label-table.js';
import type { Listing, ListingContext } from './listing.js';

/**
 * Gives a table's images the splits that a manifest's `train`, `val` and `test` say. Images in none of them,
 * nor in a split of the table, are left out.
 * @throws InputError if table and manifest contradict each other, or no image is in a split.
 */
export function splitTable(
  table: TableListing,
  file: string,
  splits: readonly { place: string; split: SplitName }[],
  context: ListingContext,
): Pick<Listing, 'images' | 'absent' | 'leftOut'> {
  const places = placesOf(splits, context);
  const images: Listing['images'] = [];
  const leftOut: ListedRow[] = [];
  for (const image of table.images) {
    const place = places.find(image.path);
    const line = table.lineOf.get(image.path)!;
    if (place !== null && image.split !== null && place.split !== image.split) {
      throw inputError(
        { file, line },
        `puts ${quote(image.path)} into ${image.split}, but the manifest puts it into ${place.split} (${[place.file, place.line].filter(Boolean).join(':')}).`,
        'Correct one of them, or remove the splits from the manifest.',
      );
    }
    const split = place?.split ?? image.split;
    if (split === null) leftOut.push({ path: image.path, file, line });
    else images.push({ ...image, split });
  }
  if (images.length === 0 && leftOut.length > 0) {
    const [{ path, line }] = leftOut;
    throw inputError(
      { file, line },
      `none of its ${leftOut.length} images is in the manifest’s train, val or test, for example ${quote(path)}.`,
      'Name the folders or lists that hold them, or remove the splits to have Headstart split the images.',
    );
  }
  const known = new Set(table.absent.map(({ path }) => path));
  return {
    images,
    leftOut,
    absent: [...table.absent, ...places.absent.filter(({ path }) => !known.has(path))],
  };
}

interface SplitPlace {
  split: SplitName;
  /** The folder, or the list and its line, for messages. */
  file: string;
  line?: number;
}

/** @throws InputError if an image is in the lists of two splits, or a folder is two splits. */
function placesOf(
  splits: readonly { place: string; split: SplitName }[],
  { root, index, display }: ListingContext,
) {
  const folders = new Map<string, SplitPlace>();
  const images = new Map<string, SplitPlace>();
  const absent: ListedRow[] = [];
  for (const { place, split } of splits) {
    const file = display(place);
    if (statSync(place).isDirectory()) setOnce(folders, portablePath(root, place), { split, file });
    else {
      const list = readImageList(place, file, index);
      for (const { path, line } of list.images) setOnce(images, path, { split, file, line });
      absent.push(...list.absent);
    }
  }
  const deepestFirst = [...folders].sort(([a], [b]) => b.length - a.length);
  return {
    /** Lists take precedence over folders, and folders over those around them. */
    find: (path: string): SplitPlace | null =>
      images.get(path) ??
      deepestFirst.find(([folder]) => folder === '' || path.startsWith(`${folder}/`))?.[1] ??
      null,
    /** Images that a list names and that do not exist. */
    absent,
  };
}

function setOnce(known: Map<string, SplitPlace>, path: string, { split, ...at }: SplitPlace): void {
  const before = known.get(path);
  if (before !== undefined && before.split !== split) {
    const where = before.line === undefined ? '' : ` (${before.file}:${before.line})`;
    throw inputError(
      at,
      `${quote(path)} is in ${split}, and already in ${before.split}${where}.`,
      'Keep it in one of them.',
    );
  }
  known.set(path, { split, ...at });
}
