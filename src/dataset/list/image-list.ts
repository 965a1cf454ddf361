import { dirname, join, posix } from 'node:path';
import { isAbsolute, portablePath } from '../describe/confine.js';
import { InputError } from '../../problem.js';
import type { Dataset } from '../dataset.js';
import type { ImageIndex } from './image-index.js';
import { readTextFile } from './text-file.js';

/** Paths of a text file, one a line, as YOLO's `train: train.txt` gives them. */
export interface ImageList {
  /** Paths as the file system spells them, relative to the root. */
  images: { path: string; line: number }[];
  absent: Dataset['absent'];
}

/**
 * @throws InputError when it cannot be read as text, or a path leaves the dataset's folder.
 */
export function readImageList(path: string, shown: string, index: ImageIndex): ImageList {
  const text = readTextFile(path, shown, 'a list of images');
  const list: ImageList = { images: [], absent: [] };
  const lines = text.toString().split(/\r\n|\n|\r/);
  lines.forEach((row, at) => {
    const name = row.trim();
    if (name === '' || name.startsWith('#')) return;
    const place = { file: shown, line: at + 1 };
    const found = findListed(name, dirname(path), index, place);
    if (found === null) list.absent.push({ path: name, ...place });
    else list.images.push({ path: found, line: at + 1 });
  });
  return list;
}

/**
 * A path as a table or list gives it: relative to the root, or to `folder`, the table's, when it is not found there.
 * @throws InputError when it is absolute, an address on the web, or leaves the dataset's folder.
 */
export function findListed(
  name: string,
  folder: string,
  index: ImageIndex,
  place: { file: string; line: number },
): string | null {
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(name)) {
    throw new InputError([
      {
        ...place,
        message: `"${name.slice(0, 120)}" is an address on the web.`,
        remedy: 'Nothing is fetched: put the images into the repository.',
      },
    ]);
  }
  const portable = name.includes('\\') ? name.replaceAll('\\', '/') : name;
  if (isAbsolute(portable)) {
    throw new InputError([
      {
        ...place,
        message: `"${name.slice(0, 120)}" is absolute and leaves the dataset’s folder.`,
        remedy: 'Write paths relative to the dataset.',
      },
    ]);
  }
  const found = leavesRoot(portable) ? null : index.find(portable);
  if (found !== null) return found;
  const beside = portablePath(index.root, join(folder, portable));
  const outside = beside === '..' || beside.startsWith('../') || isAbsolute(beside);
  if (outside && leavesRoot(portable)) {
    throw new InputError([
      {
        ...place,
        message: `"${name.slice(0, 120)}" leaves the dataset’s folder.`,
        remedy: 'Paths are relative and stay inside the dataset.',
      },
    ]);
  }
  return outside ? null : index.find(beside);
}

function leavesRoot(path: string): boolean {
  return posix.normalize(path).split('/').includes('..');
}
