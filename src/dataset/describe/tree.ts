import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isInside, realPath, type Bounds } from './confine.js';
import { isManifestName } from './manifest-name.js';
import { InputError } from '../../problem.js';

/** Extensions that are offered to the decoder; what the content is, it finds out itself. */
const IMAGE = /\.(jpe?g|jpe|jfif|png|webp|gif|bmp|dib|p[pgbn]m|tiff?|hei[cf]|avif|jxl|jp2|dcm|svg)$/i;
const IGNORED = new Set([
  'node_modules',
  '__MACOSX',
  'headstart-report',
  '$RECYCLE.BIN',
  'System Volume Information',
  'lost+found',
  // Of network storage and file managers: thumbnails, deleted files, old versions.
  '@eaDir',
  '@Recycle',
  '@Recently-Snapshot',
  '#recycle',
  '#snapshot',
]);
const JUNK = new Set(['Thumbs.db', 'desktop.ini']);
const MOST_FILES = 2_000_000;

/** What a folder holds, names in code-unit order; hidden ones but `.headstart.yaml`, and clutter left out. */
export interface Folder {
  folders: string[];
  files: string[];
  /** Links that lead out of the bounds; they are not followed. */
  leaving: string[];
}

/** Folders as they are listed, each of them read once. */
export interface Tree {
  readonly bounds: Bounds;
  list: (path: string) => Folder;
}

/**
 * @throws InputError from `list`, when over two million files were listed.
 */
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
      if (files > MOST_FILES) {
        throw new InputError([
          {
            file: path,
            message: 'holds, with what was listed before it, over 2,000,000 files.',
            remedy: 'Name a smaller folder.',
          },
        ]);
      }
      known.set(path, folder);
      return folder;
    },
  };
}

export function isImageName(name: string): boolean {
  return IMAGE.test(name);
}

export function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * Images at any depth below a folder, relative to it with `/`, in code-unit order; files without an image's ending, and
 * links that leave.
 */
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
    const listed = tree.list(join(folder, at));
    for (const name of listed.files) (isImageName(name) ? images : others).push(inside(name));
    for (const name of listed.leaving) leaving.push(inside(name));
    for (const name of listed.folders) pending.push(inside(name));
  }
  for (const paths of [images, others, leaving]) paths.sort(byCodeUnits);
  return { images, others, leaving };
}

/** Whether there is an image at any depth; stops at the first. */
export function holdsImages(tree: Tree, path: string): boolean {
  const { folders, files } = tree.list(path);
  return files.some(isImageName) || folders.some((name) => holdsImages(tree, join(path, name)));
}

function readFolder(path: string, bounds: Bounds): Folder {
  const folder: Folder = { folders: [], files: [], leaving: [] };
  for (const entry of entriesOf(path)) {
    const { name } = entry;
    if (isHidden(name) || IGNORED.has(name) || JUNK.has(name)) continue;
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
    const { code } = error as NodeJS.ErrnoException;
    const [message, remedy] =
      code === 'ENOTDIR'
        ? ['is a file, not a folder.', 'Name the folder that holds it.']
        : code === 'ENOENT'
          ? ['does not exist.', 'Check the path; capitals count.']
          : [`cannot be listed (${code ?? 'unknown reason'}).`, 'Check its permissions.'];
    throw new InputError([{ file: path, message, remedy }]);
  }
}

/** A link to a folder that holds the link leads round in circles: it is left out. A broken link counts as a file. */
function kindOfLink(path: string, name: string, bounds: Bounds): keyof Folder | null {
  const full = join(path, name);
  const real = realPath(full);
  if (real === null) return 'files';
  if (!isInside(real, bounds.root)) return 'leaving';
  if (!statSync(real).isDirectory()) return 'files';
  return isInside(realPath(path) ?? path, real) || passedBefore(path, real) ? null : 'folders';
}

/** Whether a folder on the way to `path` is, links resolved, the folder `real` or inside it. */
function passedBefore(path: string, real: string): boolean {
  for (let at = path, above = join(path, '..'); at !== above; at = above, above = join(above, '..')) {
    if (isInside(realPath(at) ?? at, real)) return true;
  }
  return false;
}
