import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { inputError } from '../../problem.js';
import { isInside, realPath, type Bounds } from './paths.js';

/** Extensions of files that are decoded; the decoder goes by their content. */
const IMAGE = /\.(jpe?g|jpe|jfif|png|webp|gif|bmp|dib|p[pgbn]m|tiff?|hei[cf]|avif|jxl|jp2|dcm|svg)$/i;
const IGNORED = new Set([
  'node_modules',
  '__MACOSX',
  'headstart-report',
  '$RECYCLE.BIN',
  'System Volume Information',
  'lost+found',
  // Thumbnails, deleted files and old versions on network storage.
  '@eaDir',
  '@Recycle',
  '@Recently-Snapshot',
  '#recycle',
  '#snapshot',
  'Thumbs.db',
  'desktop.ini',
]);
const MAX_FILES = 2_000_000;

/** What a folder holds, names in code-unit order, without clutter and hidden files other than manifests. */
export interface Folder {
  folders: string[];
  files: string[];
  /** Links that lead out of the bounds; they are not followed. */
  leaving: string[];
}

/** Lists folders, and reads each of them only once. */
export interface Tree {
  readonly bounds: Bounds;
  list: (path: string) => Folder;
}

/** @throws InputError from `list` after two million files. */
export function openTree(bounds: Bounds): Tree {
  const known = new Map<string, Folder>();
  let files = 0;
  return {
    bounds,
    list(path) {
      const before = known.get(path);
      if (before !== undefined) return before;
      const folder = readFolder(path, bounds);
      files += folder.files.length + folder.folders.length;
      if (files > MAX_FILES) {
        throw inputError(
          { file: path },
          'brings the number of files to over 2,000,000.',
          'Name a smaller folder.',
        );
      }
      known.set(path, folder);
      return folder;
    },
  };
}

export function isImageName(name: string): boolean {
  return IMAGE.test(name);
}

/** `headstart.yaml`, `.headstart.yaml` or `<name>.headstart.yaml`. */
export function isManifestName(name: string): boolean {
  return /^(|\.|[^.].*\.)headstart\.ya?ml$/i.test(name);
}

export function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** What is at any depth, relative to the folder with `/`, in code-unit order. */
export function imagesBelow(
  tree: Tree,
  folder: string,
): { images: string[]; others: string[]; leaving: string[] } {
  const images: string[] = [];
  const others: string[] = [];
  const leaving: string[] = [];
  const pending = [''];
  while (pending.length > 0) {
    const at = pending.pop()!;
    const inside = (name: string) => (at === '' ? name : `${at}/${name}`);
    const listing = tree.list(join(folder, at));
    for (const name of listing.files) (isImageName(name) ? images : others).push(inside(name));
    leaving.push(...listing.leaving.map(inside));
    pending.push(...listing.folders.map(inside));
  }
  for (const paths of [images, others, leaving]) paths.sort(byCodeUnits);
  return { images, others, leaving };
}

/** Whether there is an image at any depth. */
export function holdsImages(tree: Tree, path: string): boolean {
  const { folders, files } = tree.list(path);
  return files.some(isImageName) || folders.some((name) => holdsImages(tree, join(path, name)));
}

function readFolder(path: string, bounds: Bounds): Folder {
  const folder: Folder = { folders: [], files: [], leaving: [] };
  for (const entry of entriesOf(path)) {
    const { name } = entry;
    if (isHidden(name) || IGNORED.has(name)) continue;
    if (entry.isDirectory()) folder.folders.push(name);
    else if (entry.isFile()) folder.files.push(name);
    else if (entry.isSymbolicLink()) {
      const kind = kindOfLink(path, name, bounds);
      if (kind !== null) folder[kind].push(name);
    }
  }
  for (const names of [folder.folders, folder.files, folder.leaving]) names.sort(byCodeUnits);
  return folder;
}

function isHidden(name: string): boolean {
  return name.startsWith('.') && !isManifestName(name);
}

function entriesOf(path: string) {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch (error) {
    const at = { file: path };
    switch ((error as NodeJS.ErrnoException).code) {
      case 'ENOTDIR':
        throw inputError(at, 'is a file, not a folder.', 'Name the folder that holds it.');
      case 'ENOENT':
        throw inputError(at, 'does not exist.', 'Check the path; it is case-sensitive.');
      default:
        throw inputError(
          at,
          `cannot be listed (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'}).`,
          'Check its permissions.',
        );
    }
  }
}

/** A broken link counts as a file, so that it is reported. Null for a link to a folder around it. */
function kindOfLink(path: string, name: string, bounds: Bounds): keyof Folder | null {
  const full = join(path, name);
  const real = realPath(full);
  if (real === null) return 'files';
  if (!isInside(real, bounds.root)) return 'leaving';
  if (!statSync(real).isDirectory()) return 'files';
  return isInside(realPath(path) ?? path, real) || isOnTheWay(path, real) ? null : 'folders';
}

/** Whether a folder on the way to `path` is, with links resolved, `real` or inside it. */
function isOnTheWay(path: string, real: string): boolean {
  for (let at = path, above = join(path, '..'); at !== above; at = above, above = join(above, '..')) {
    if (isInside(realPath(at) ?? at, real)) return true;
  }
  return false;
}
