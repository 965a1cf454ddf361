import { basename } from 'node:path';
import { InputError } from '../../problem.js';
import { imagesBelow, type Tree } from '../describe/tree.js';
import type { Dataset } from '../dataset.js';

/**
 * When most of what is listed is not there, the paths are wrong rather than files missing.
 * @throws InputError with the likely mistake.
 */
export function refuseMostlyAbsent(
  tree: Tree,
  root: string,
  absent: Dataset['absent'],
  listed: number,
): void {
  const rows = absent.length + listed;
  if (absent.length <= rows / 2) return;
  const [{ path, file, line }] = absent;
  throw new InputError([
    {
      file,
      line,
      message: `${absent.length} of its ${rows} images are not there, "${path.slice(0, 120)}" among them.`,
      remedy: likelyMistake(tree, root, path),
    },
  ]);
}

function likelyMistake(tree: Tree, root: string, path: string): string {
  const { images } = imagesBelow(tree, root);
  if (images.length === 0) return 'There are no images at all: fetch them first.';
  const wanted = basename(path.replaceAll('\\', '/')).normalize('NFC');
  const named = images.find((image) => basename(image).normalize('NFC') === wanted);
  const folder = named === undefined ? null : named.slice(0, -basename(named).length - 1);
  if (named !== undefined && folder !== null) {
    return `The file is at "${named.slice(0, 120)}": ${
      path.includes('/')
        ? 'write paths relative to the dataset’s folder, or to the table’s.'
        : `set "path: ${folder.slice(0, 120)}" in a manifest.`
    }`;
  }
  const stem = (name: string) =>
    basename(name)
      .replace(/\.[^.]+$/, '')
      .normalize('NFC');
  const ended = images.find((image) => stem(image) === wanted);
  if (ended !== undefined) return `"${ended.slice(0, 120)}" is there: add the ending to the column.`;
  const folded = images.find((image) => basename(image).toLowerCase() === wanted.toLowerCase());
  if (folded !== undefined) return `"${folded.slice(0, 120)}" is there: capitals count.`;
  return `Paths are relative to "${basename(root)}" or to the table’s folder, where the first image is "${images[0].slice(0, 120)}"; set "path" in a manifest, or fetch the images.`;
}
