import { readdirSync, realpathSync, statSync, type Dirent } from 'node:fs';
import { join, sep } from 'node:path';
import { InputError } from '../manifest/problem.js';

/** Extensions that are offered to the decoder; what the content is, it finds out itself. */
const IMAGE = /\.(jpe?g|jfif|png|webp|gif|bmp|dib|p[pgbn]m|tiff?|hei[cf]|avif|dcm|svg)$/i;
const IGNORED = new Set(['node_modules', '__MACOSX', 'headstart-report']);
const MOST_FILES = 2_000_000;

export function isImageName(name: string): boolean {
  return IMAGE.test(name);
}

/** Sub-folders and files of a folder by name, in the same order on every OS; hidden ones and clutter left out. */
export function listFolder(path: string): { folders: string[]; files: string[] } {
  const entries = readdirSync(path, { withFileTypes: true }).filter(
    ({ name }) => !name.startsWith('.') && !IGNORED.has(name),
  );
  const named = (wanted: (entry: Dirent) => boolean) =>
    entries
      .filter(wanted)
      .map(({ name }) => name)
      .sort(byCodeUnits);
  return {
    folders: named(
      (entry) => entry.isDirectory() || (entry.isSymbolicLink() && isFolder(join(path, entry.name))),
    ),
    files: named((entry) => entry.isFile() || (entry.isSymbolicLink() && !isFolder(join(path, entry.name)))),
  };
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

export function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Images at any depth below `root/folder`, as paths relative to `root`, sorted. */
export function imagesBelow(root: string, folder: string): string[] {
  const found: string[] = [];
  const pending = [folder];
  while (pending.length > 0) {
    const at = pending.pop()!;
    checkInside(root, at);
    const { folders, files } = listFolder(join(root, at));
    for (const name of files) if (isImageName(name)) found.push(at === '' ? name : `${at}/${name}`);
    for (const name of folders) pending.push(at === '' ? name : `${at}/${name}`);
    if (found.length > MOST_FILES) {
      throw new InputError([
        { file: folder, message: `holds over ${MOST_FILES} images.`, remedy: 'Name a part of them.' },
      ]);
    }
  }
  return found.sort(byCodeUnits);
}

/** Whether there is an image within a few folders; stops at the first. */
export function holdsImages(path: string, depth: number): boolean {
  const { folders, files } = listFolder(path);
  return (
    files.some(isImageName) || (depth > 0 && folders.some((name) => holdsImages(join(path, name), depth - 1)))
  );
}

/**
 * Paths from a manifest or a link may not leave the root.
 * @throws InputError
 */
export function checkInside(root: string, path: string): void {
  const full = join(root, path);
  const outside = (place: string, of: string) =>
    place !== of && !place.startsWith(of.endsWith(sep) ? of : of + sep);
  let real: string;
  try {
    real = realpathSync(full);
  } catch {
    throw new InputError([{ file: path === '' ? root : path, message: 'does not exist.' }]);
  }
  if (outside(full, root) || outside(real, realpathSync(root))) {
    throw new InputError([
      {
        file: path,
        message: 'leaves the dataset’s folder.',
        remedy: 'Put the files inside; links and ".." that lead out are not followed.',
      },
    ]);
  }
}
