/** Writes the files of a commit to a folder, as far as a dataset needs them, and fetches what a partial clone lacks. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { isImageName } from '../../dataset/files/tree.js';
import { git } from './git.js';
import { fetchContents, isPartial, type Remote } from './remote.js';
import type { TreeFile } from './tree.js';

export interface Commit {
  /** Of the repository. */
  folder: string;
  commit: string;
  /** Where missing files of a partial clone come from. */
  remote: Remote;
}

export interface ExtractRequest extends Commit {
  files: readonly TreeFile[];
  target: string;
  /** Whether to write the bytes of images. Empty files are enough to list a dataset. */
  pixels: boolean;
}

const MAX_FILES = 200_000;
const MAX_DESCRIPTION_BYTES = 2 ** 28;
const MAX_IMAGE_BYTES = 2 ** 31;

/** Limits of one call of git. */
const MAX_BATCH_BYTES = 2 ** 26;
const MAX_BATCH_FILES = 1000;

/** Files that may describe a dataset: manifests, tables, lists, cards. */
const DESCRIPTION = /\.(ya?ml|json|jsonl|ndjson|csv|tsv|txt|md|names|data)$/iu;

/**
 * Writes the descriptions and images of a commit to `target`.
 * @throws Error saying what is too large or missing.
 */
export async function extractFiles({ files, target, pixels, ...commit }: ExtractRequest): Promise<void> {
  const safe = files.filter(({ path }) => staysBelow(path));
  const images = safe.filter(({ path }) => isImageName(path));
  const descriptions = safe.filter(({ path }) => !isImageName(path) && DESCRIPTION.test(path));
  const count = images.length + descriptions.length;
  if (count > MAX_FILES) throw new Error(`the base has ${count} images and descriptions`);
  // A manifest may name files up to the folder of the repository.
  mkdirSync(join(target, '.git'), { recursive: true });
  const folders = new Set([...images, ...descriptions].map(({ path }) => dirname(path)));
  for (const each of folders) mkdirSync(join(target, each), { recursive: true });
  const write = ({ path }: TreeFile, bytes: Uint8Array) => {
    writeFileSync(join(target, path), bytes, { flag: 'wx' });
  };
  // The reader of descriptions reports Git LFS pointers itself.
  await readContents(commit, descriptions, { maxBytes: MAX_DESCRIPTION_BYTES, what: 'descriptions' }, write);
  if (!pixels) {
    for (const image of images) write(image, new Uint8Array());
    return;
  }
  const pointers = await readContents(commit, images, { maxBytes: MAX_IMAGE_BYTES, what: 'images' }, write);
  if (pointers.length > 0)
    throw new Error(
      `${pointers.length} of the ${images.length} images of the base are Git LFS pointers without their content in ` +
        `this checkout, for example ${pointers[0]}: set \`lfs: true\` in the checkout step, and also run Headstart on ` +
        'pushes to the base branch, to measure images there that only the base has',
    );
}

/** Device names on Windows, whatever follows a dot. */
const DEVICE = /^(?:con|prn|aux|nul|com[\d¹²³]|lpt[\d¹²³]|conin\$|conout\$)(?:\.|$)/iu;

/**
 * Whether a path stays below the folder that it is joined to. Git forbids other paths, but a crafted tree may contain
 * them. On Windows `\` is a separator, `:` starts a drive or a stream, and trailing dots and spaces are dropped.
 */
export function staysBelow(path: string, platform: NodeJS.Platform = process.platform): boolean {
  return path.split('/').every((part) => {
    if (part === '' || part === '.' || part === '..' || /^\.git$/iu.test(part) || part.includes('\0'))
      return false;
    return platform !== 'win32' || !(/[\\:<>"|?*]|[. ]$/u.test(part) || DEVICE.test(part));
  });
}

/**
 * Passes each file and its bytes to `take`. Follows Git LFS pointers whose content was downloaded.
 * @returns the paths of the other pointers; `take` got the pointer itself for these.
 * @throws Error saying what is too large, or what is missing and why.
 */
async function readContents(
  commit: Commit,
  files: readonly TreeFile[],
  { maxBytes, what }: { maxBytes: number; what: string },
  take: (file: TreeFile, bytes: Uint8Array) => void,
): Promise<string[]> {
  if (files.length === 0) return [];
  const { folder } = commit;
  await fetchMissing(commit, files);
  const sizes = await sizesOf(folder, files);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total > maxBytes) throw new Error(`the ${what} of the base are too large`);
  const [gitFolder] = await linesFrom(folder, ['rev-parse', '--git-common-dir']);
  const lfsStore = resolve(folder, gitFolder, 'lfs', 'objects');
  let bytesLeft = maxBytes - total;
  const pointers: string[] = [];
  for (const batch of batchesOf(files, sizes)) {
    const output = await git(['cat-file', '--batch'], {
      folder,
      input: idsOf(batch.map(({ file }) => file)),
    });
    let at = 0;
    for (const { file, size } of batch) {
      const start = output.indexOf('\n', at) + 1;
      const bytes = output.subarray(start, start + size);
      at = start + size + 1;
      const pointer = parsePointer(bytes);
      const content = pointer && downloadedContent(lfsStore, pointer, bytesLeft);
      if (pointer !== null && content === null) pointers.push(file.path);
      bytesLeft -= content?.length ?? 0;
      take(file, content ?? bytes);
    }
  }
  return pointers;
}

function batchesOf(files: readonly TreeFile[], sizes: readonly number[]) {
  const batches: { file: TreeFile; size: number }[][] = [];
  let bytes = Infinity;
  files.forEach((file, i) => {
    if (bytes + sizes[i] > MAX_BATCH_BYTES || batches.at(-1)!.length === MAX_BATCH_FILES) {
      batches.push([]);
      bytes = 0;
    }
    batches.at(-1)!.push({ file, size: sizes[i] });
    bytes += sizes[i];
  });
  return batches;
}

async function sizesOf(folder: string, files: readonly TreeFile[]): Promise<number[]> {
  const lines = await linesFrom(folder, ['cat-file', '--batch-check=%(objectsize)'], idsOf(files));
  const missing = lines.find((line) => !/^\d+$/u.test(line));
  if (missing !== undefined) throw new Error(`the checkout lacks files of the base: git says "${missing}"`);
  return lines.map(Number);
}

async function fetchMissing({ folder, commit, remote }: Commit, files: readonly TreeFile[]): Promise<void> {
  if (!(await isPartial(folder))) return;
  const wanted = new Set(files.map(({ content }) => content));
  // Prints the ids of missing objects after a question mark, and fetches nothing.
  const lines = await linesFrom(folder, ['rev-list', '--objects', '--no-walk', '--missing=print', commit]);
  const missing = lines
    .filter((line) => line.startsWith('?'))
    .map((line) => line.slice(1))
    .filter((id) => wanted.has(id));
  if (missing.length === 0) return;
  try {
    await fetchContents(folder, missing, remote);
  } catch (error) {
    throw new Error(
      `${missing.length} files of the base are not in this partial clone and could not be fetched ` +
        `(${(error as Error).message}); check out without \`filter\` and \`sparse-checkout\` to have them`,
      { cause: error },
    );
  }
}

function idsOf(files: readonly TreeFile[]): string {
  return files.map(({ content }) => `${content}\n`).join('');
}

async function linesFrom(folder: string, args: string[], input = ''): Promise<string[]> {
  const output = await git(args, { folder, input });
  return output.toString('utf8').split('\n').filter(Boolean);
}

interface LfsPointer {
  /** SHA-256 of the content. */
  oid: string;
  size: number;
}

/** https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md */
function parsePointer(bytes: Uint8Array): LfsPointer | null {
  if (bytes.length > 1024) return null;
  const text = Buffer.from(bytes).toString('latin1');
  const match =
    /^version https:\/\/git-lfs\.github\.com\/spec\/v1\n(?:.*\n)*?oid sha256:([0-9a-f]{64})\nsize (\d+)\n/u.exec(
      text,
    );
  return match === null ? null : { oid: match[1], size: Number(match[2]) };
}

/** Null when Git LFS has not stored it, or when the stored bytes differ. */
function downloadedContent(store: string, { oid, size }: LfsPointer, maxBytes: number): Buffer | null {
  const file = join(store, oid.slice(0, 2), oid.slice(2, 4), oid);
  if (size > maxBytes || !existsSync(file) || statSync(file).size !== size) return null;
  const bytes = readFileSync(file);
  return createHash('sha256').update(bytes).digest('hex') === oid ? bytes : null;
}
