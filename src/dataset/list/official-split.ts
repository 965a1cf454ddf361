import type { SplitList } from '../describe/split-lists.js';
import { InputError } from '../../problem.js';
import type { Dataset, SplitName } from '../dataset.js';
import type { Listed } from './listed.js';
import { readTextFile } from './text-file.js';

/**
 * Gives images of class folders the splits that lists beside them name. A list may leave the images' endings out.
 * @throws InputError when an image is in two lists or in none: the split would not be the official one.
 */
export function splitByLists(
  listed: readonly Listed[],
  lists: readonly SplitList[],
  shown: (full: string) => string,
): { listed: Listed[]; absent: Dataset['absent'] } {
  const known = new Set(listed.map(({ path }) => keyOf(path)));
  const splits = new Map<string, SplitName>();
  const absent: Dataset['absent'] = [];
  for (const { file, split } of lists) {
    for (const { path, line } of linesOf(file, shown(file))) {
      const key = spellings(path).find((each) => known.has(each));
      if (key === undefined) absent.push({ path, file: shown(file), line });
      else if ((splits.get(key) ?? split) !== split)
        throw problem(
          shown(file),
          line,
          `"${path.slice(0, 120)}" is in ${split}, and already in ${splits.get(key)}.`,
        );
      else splits.set(key, split);
    }
  }
  const files = lists.map(({ file }) => shown(file));
  const without = listed.find(({ path }) => !splits.has(keyOf(path)));
  if (without !== undefined)
    throw problem(files[0], undefined, `"${without.path.slice(0, 120)}" is in none of ${files.join(', ')}.`);
  return { listed: listed.map((each) => ({ ...each, split: splits.get(keyOf(each.path))! })), absent };
}

function problem(file: string, line: number | undefined, message: string): InputError {
  const remedy =
    'Name each image in one list; or, to have the images split again, write a dataset.yaml with "schema: headstart/v1" and "train: ." beside the class folders.';
  return new InputError([{ file, ...(line === undefined ? {} : { line }), message, remedy }]);
}

function linesOf(file: string, shown: string): { path: string; line: number }[] {
  const lines = readTextFile(file, shown, 'a list of images')
    .toString()
    .split(/\r\n|\n|\r/);
  return lines.flatMap((text, at) => {
    const path = text.trim().replaceAll('\\', '/');
    return path === '' || path.startsWith('#') ? [] : [{ path, line: at + 1 }];
  });
}

/** What a line may mean: a path, without its ending, and without the number of a class behind it. */
function spellings(line: string): string[] {
  return [line, line.replace(/\s+\d+$/, '')].flatMap((path) => [lastTwo(path), keyOf(path)]);
}

/** The class and the file without its ending: what the lists of a class folder have in common. */
function keyOf(path: string): string {
  return lastTwo(withoutEnding(path));
}

function lastTwo(path: string): string {
  return path.split('/').slice(-2).join('/').normalize('NFC');
}

function withoutEnding(path: string): string {
  return path.replace(/\.[^./]+$/, '');
}
