/** The files of a commit: listed without reading any, and laid out as far as a dataset's description needs them. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isImageName } from '../manifest/tree.js';
import { git } from './git.js';

export interface TreeFile {
  /** Relative to the repository, with `/`. */
  path: string;
  /** Git's name of the content: the same for the same bytes, or the same pointer of Git LFS. */
  content: string;
  /** Bytes. */
  size: number;
}

/** Regular files of a commit; links and submodules are left out. */
export async function filesOf(folder: string, commit: string): Promise<TreeFile[]> {
  const listed = await git(['ls-tree', '-r', '-l', '-z', '--full-tree', commit], { folder });
  return listed
    .toString('utf8')
    .split('\0')
    .flatMap((line) => {
      const match = /^100\d{3} blob ([0-9a-f]+) +(\d+)\t(.+)$/su.exec(line);
      return match === null ? [] : [{ content: match[1], size: Number(match[2]), path: match[3] }];
    });
}

/** A tree is not laid out when it has more files, or its descriptions or images more bytes. */
const MOST_FILES = 200_000;
const MOST_DESCRIPTION = 2 ** 28;
const MOST_IMAGES = 2 ** 31;

/** What may describe a dataset: manifests, tables, lists, cards. */
const DESCRIBES = /\.(ya?ml|json|jsonl|ndjson|csv|tsv|txt|md|names|data)$/iu;

export interface LaidOut {
  folder: string;
  files: readonly TreeFile[];
  /** Where the files go. */
  target: string;
  /** Whether images come with their bytes; without, a file of that name is all that a listing needs. */
  pixels: boolean;
}

/**
 * Writes the descriptions and images of a commit below `target`.
 * @throws Error saying what is too large.
 */
export async function layOut({ folder, files, target, pixels }: LaidOut): Promise<void> {
  const wanted = files.filter(({ path }) => isSafe(path) && (isImageName(path) || DESCRIBES.test(path)));
  if (wanted.length > MOST_FILES) throw new Error(`the base has ${wanted.length} images and descriptions`);
  const [images, descriptions] = [true, false].map((image) =>
    wanted.filter(({ path }) => isImageName(path) === image),
  );
  if (bytesOf(descriptions) > MOST_DESCRIPTION) throw new Error('the descriptions in the base are too large');
  if (pixels && bytesOf(images) > MOST_IMAGES) throw new Error('the images of the base are too large');
  // What a manifest may name ends at the repository.
  mkdirSync(join(target, '.git'), { recursive: true });
  const folders = new Set(wanted.map(({ path }) => dirname(path)));
  for (const each of folders) mkdirSync(join(target, each), { recursive: true });
  for (const { path } of pixels ? [] : images) writeFileSync(join(target, path), '', { flag: 'wx' });
  await writeContents(folder, [...descriptions, ...(pixels ? images : [])], target);
}

/** Bytes asked of git at a time. */
const AT_A_TIME = 2 ** 26;

async function writeContents(folder: string, files: readonly TreeFile[], target: string): Promise<void> {
  let batch: TreeFile[] = [];
  for (const [index, file] of files.entries()) {
    batch.push(file);
    if (bytesOf(batch) < AT_A_TIME && batch.length < 1000 && index < files.length - 1) continue;
    const input = `${batch.map(({ content }) => content).join('\n')}\n`;
    const printed = await git(['cat-file', '--batch'], { folder, input });
    let at = 0;
    for (const { path, size } of batch) {
      const start = printed.indexOf('\n', at) + 1;
      writeFileSync(join(target, path), printed.subarray(start, start + size), { flag: 'wx' });
      at = start + size + 1;
    }
    batch = [];
  }
}

function bytesOf(files: readonly TreeFile[]): number {
  return files.reduce((sum, { size }) => sum + size, 0);
}

/** Git forbids these, too; a tree that was made by hand might have them. */
function isSafe(path: string): boolean {
  return !path
    .split('/')
    .some((part) => part === '' || part === '.' || part === '..' || /^\.git$/iu.test(part));
}
