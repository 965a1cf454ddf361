/** Text files with one image path per line. */
import { dirname } from 'node:path';
import { inputError, quote, type Location } from '../../problem.js';
import type { ListedRow, SplitName } from '../dataset.js';
import type { SplitList } from '../describe/description.js';
import { readTextFile } from '../files/read-file.js';
import { findListed, type ImageIndex } from './image-index.js';
import type { ListedImage, Listing } from './listing.js';

export interface ImageList {
  /** Paths as the file system spells them, relative to the root. */
  images: { path: string; line: number }[];
  absent: ListedRow[];
}

/**
 * Images of a list such as YOLO's `train: train.txt`.
 * @throws InputError if it cannot be read as text, or a path leaves the dataset's folder.
 */
export function readImageList(path: string, file: string, index: ImageIndex): ImageList {
  const list: ImageList = { images: [], absent: [] };
  for (const { text, line } of linesOf(path, file)) {
    const image = findListed(text, dirname(path), index, { file, line });
    if (image === null) list.absent.push({ path: text, file, line });
    else list.images.push({ path: image, line });
  }
  return list;
}

/** Without empty lines and comments. */
function linesOf(path: string, file: string): { text: string; line: number }[] {
  const lines = readTextFile(path, file, 'a list of images')
    .toString()
    .split(/\r\n|\n|\r/);
  return lines.flatMap((row, index) => {
    const text = row.trim();
    return text === '' || text.startsWith('#') ? [] : [{ text, line: index + 1 }];
  });
}

/**
 * Gives images of class folders the splits of the lists beside them. A list may leave out the extensions.
 * @throws InputError if an image is in two lists or none: the split would not be the official one.
 */
export function splitByLists(
  images: readonly ListedImage[],
  lists: readonly SplitList[],
  display: (full: string) => string,
): Pick<Listing, 'images' | 'absent'> {
  const known = new Set(images.map(({ path }) => keyOf(path)));
  const splits = new Map<string, SplitName>();
  const absent: ListedRow[] = [];
  for (const { file: full, split } of lists) {
    const file = display(full);
    for (const { text, line } of linesOf(full, file)) {
      const path = text.replaceAll('\\', '/');
      const key = spellings(path).find((each) => known.has(each));
      if (key === undefined) absent.push({ path, file, line });
      else if ((splits.get(key) ?? split) === split) splits.set(key, split);
      else
        throw notOfficial(
          { file, line },
          `${quote(path)} is in ${split}, and already in ${splits.get(key)}.`,
        );
    }
  }
  const files = lists.map(({ file }) => display(file));
  const without = images.find(({ path }) => !splits.has(keyOf(path)));
  if (without !== undefined)
    throw notOfficial({ file: files[0] }, `${quote(without.path)} is in none of ${files.join(', ')}.`);
  return { images: images.map((image) => ({ ...image, split: splits.get(keyOf(image.path))! })), absent };
}

function notOfficial(at: Location, message: string) {
  return inputError(
    at,
    message,
    'Name each image in one list; or, to have the images split again, write a dataset.yaml with "schema: headstart/v1" and "train: ." beside the class folders.',
  );
}

/** A line may have the class number after the path, and leave out the extension. */
function spellings(line: string): string[] {
  return [line, line.replace(/\s+\d+$/, '')].flatMap((path) => [lastTwoParts(path), keyOf(path)]);
}

/** The class and the file without its extension. */
function keyOf(path: string): string {
  return lastTwoParts(path.replace(/\.[^./]+$/, ''));
}

function lastTwoParts(path: string): string {
  return path.split('/').slice(-2).join('/').normalize('NFC');
}
