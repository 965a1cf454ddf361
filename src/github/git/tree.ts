/** The files of a commit: listed without reading any, and laid out as far as a dataset's description needs them. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isImageName } from '../../dataset/files/tree.js';
import { type Commit, readContents } from './contents.js';
import { git } from './git.js';

export interface TreeFile {
  /** Relative to the repository, with `/`. */
  path: string;
  /** Git's name of the content: the same for the same bytes, or the same pointer of Git LFS. */
  content: string;
}

/** Regular files of a commit; links and submodules are left out. Sizes are not asked for: they would be fetched. */
export async function filesOf(folder: string, commit: string): Promise<TreeFile[]> {
  const listed = await git(['ls-tree', '-r', '-z', '--full-tree', commit], { folder });
  return listed
    .toString('utf8')
    .split('\0')
    .flatMap((line) => {
      const match = /^100\d{3} blob ([0-9a-f]+)\t(.+)$/su.exec(line);
      return match === null ? [] : [{ content: match[1], path: match[2] }];
    });
}

/** A tree is not laid out when it has more files, or its descriptions or images more bytes. */
const MOST_FILES = 200_000;
const MOST_DESCRIPTION = 2 ** 28;
const MOST_IMAGES = 2 ** 31;

/** What may describe a dataset: manifests, tables, lists, cards. */
const DESCRIBES = /\.(ya?ml|json|jsonl|ndjson|csv|tsv|txt|md|names|data)$/iu;

export interface LaidOut extends Commit {
  files: readonly TreeFile[];
  /** Where the files go. */
  target: string;
  /** Whether images come with their bytes; without, a file of that name is all that a listing needs. */
  pixels: boolean;
}

/**
 * Writes the descriptions and images of a commit below `target`.
 * @throws Error saying what is too large or missing.
 */
export async function layOut({ files, target, pixels, ...commit }: LaidOut): Promise<void> {
  const wanted = files.filter(({ path }) => staysBelow(path) && isNeeded(path));
  if (wanted.length > MOST_FILES) throw new Error(`the base has ${wanted.length} images and descriptions`);
  const [images, descriptions] = [true, false].map((image) =>
    wanted.filter(({ path }) => isImageName(path) === image),
  );
  // What a manifest may name ends at the repository.
  mkdirSync(join(target, '.git'), { recursive: true });
  const folders = new Set(wanted.map(({ path }) => dirname(path)));
  for (const each of folders) mkdirSync(join(target, each), { recursive: true });
  const write = ({ path }: TreeFile, bytes: Uint8Array) => {
    writeFileSync(join(target, path), bytes, { flag: 'wx' });
  };
  // Whoever reads a description knows a pointer of Git LFS, and says so.
  await readContents(commit, descriptions, { most: MOST_DESCRIPTION, what: 'descriptions' }, write);
  if (!pixels) {
    for (const image of images) write(image, new Uint8Array());
    return;
  }
  const pointers = await readContents(commit, images, { most: MOST_IMAGES, what: 'images' }, write);
  if (pointers.length > 0)
    throw new Error(
      `${pointers.length} of the ${images.length} images of the base are pointers of Git LFS whose content is not in ` +
        `this checkout, for example ${pointers[0]}: set \`lfs: true\` in its step, and run Headstart on pushes to the ` +
        'base branch as well, where images that only the base has are measured',
    );
}

/** Whether a file describes datasets or is an image. */
function isNeeded(path: string): boolean {
  return isImageName(path) || DESCRIBES.test(path);
}

/** Names that Windows takes for devices, whatever follows a dot. */
const DEVICE = /^(?:con|prn|aux|nul|com[\d¹²³]|lpt[\d¹²³]|conin\$|conout\$)(?:\.|$)/iu;

/**
 * Whether a path stays below the folder that it is joined to. Git forbids the others, too; a tree that was made by hand
 * might have them. On Windows `\` separates, `:` names a drive or a stream, and dots and spaces at the end are dropped.
 */
export function staysBelow(path: string, platform: NodeJS.Platform = process.platform): boolean {
  return path.split('/').every((part) => {
    if (part === '' || part === '.' || part === '..' || /^\.git$/iu.test(part) || part.includes('\0'))
      return false;
    return platform !== 'win32' || !(/[\\:<>"|?*]|[. ]$/u.test(part) || DEVICE.test(part));
  });
}
