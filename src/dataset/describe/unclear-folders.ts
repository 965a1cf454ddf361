/** Why folders of images are not clearly classes, splits or datasets. Every remedy is safe when it is followed to the letter. */
import type { Named } from './inspect-folder.js';
import type { Problem } from '../../problem.js';
import { splitsAmong } from './folder-names.js';
import type { SplitWord } from './split-names.js';

const MANIFEST = 'a dataset.yaml with "schema: headstart/v1"';

/** `"train: seg_train" and "test: seg_test"`: the keys of a manifest, each split under its own. */
export function splitKeys(splits: ReadonlyMap<string, SplitWord>): string {
  const keys = (['train', 'val', 'test'] as const).flatMap((split) => {
    const folders = [...splits.keys()].filter((name) => splits.get(name) === split);
    if (folders.length === 0) return [];
    return [`"${split}: ${folders.length === 1 ? folders[0] : `[${folders.join(', ')}]`}"`];
  });
  const training = [...splits.values()].includes('train') ? [] : ['"train: FOLDER"'];
  return [...training, ...keys].join(' and ');
}

export function besideSplits(folder: string, splits: readonly Named[], others: readonly Named[]): Problem {
  const known = splitsAmong([...splits, ...others].map(({ name }) => name));
  const unlabelled = others.every(({ name, seen }) => known.has(name) && seen.kind === 'images');
  const keys = new Map(splits.map(({ name }) => [name, known.get(name)!]));
  return {
    file: folder,
    message: unlabelled
      ? `holds class folders in ${namesOf(splits)}, but images without classes in ${namesOf(others)}.`
      : `holds class folders in the splits ${namesOf(splits)}, and other images in ${namesOf(others)}.`,
    remedy: `Write ${MANIFEST} that names the splits to use: ${splitKeys(keys)}.`,
  };
}

export function besideSets(folder: string, inside: readonly Named[], images: readonly Named[]): Problem {
  const seen = inside.some((each) => each.seen.kind === 'described')
    ? `a description in ${namesOf(inside)}, images in ${namesOf(images)}`
    : `${namesOf(inside)} hold class folders, ${namesOf(images)} images`;
  return {
    file: folder,
    message: `could be one dataset or several: ${seen}.`,
    remedy: `Name the folder that is the dataset, or, if all of them are classes, write ${MANIFEST} and "train: .".`,
  };
}

/** Split folders of several sets, or several of one split. */
export function severalSplits(folder: string, splits: readonly Named[]): Problem {
  return {
    file: folder,
    message: `holds class folders in several folders of one split, or in splits of several datasets: ${namesOf(splits)}.`,
    remedy: `Write ${MANIFEST} that says which folders are "train" and which "test"; a copy in another size is neither.`,
  };
}

export function inPieces(folder: string, names: readonly string[]): Problem {
  return {
    file: folder,
    message: `holds images in ${listed(names)}, which are called after pieces of one dataset, not after classes.`,
    remedy: `Put the images into one folder a class, or add a labels.csv. If these are the classes, write ${MANIFEST} and "train: .".`,
  };
}

/** Folders called after splits among folders that look like classes. */
export function besideClasses(folder: string, strays: readonly string[]): Problem {
  const [are, they] = strays.length === 1 ? ['is', 'it is a class'] : ['are', 'they are classes'];
  return {
    file: folder,
    message: `holds images without classes in ${listed(strays)}, which ${are} called after a split, beside folders that look like classes.`,
    remedy: `Move ${listed(strays)} out of this folder; or, if ${they}, write ${MANIFEST} and "train: .".`,
  };
}

export function mixed(folder: string, having: readonly Named[], others: readonly Named[]): Problem {
  return {
    file: folder,
    message: `holds images without classes in the parts or splits of ${namesOf(having)}, beside the images in ${namesOf(others)}.`,
    remedy: `Name the folder that is the dataset, or, if all of them are classes, write ${MANIFEST} and "train: .".`,
  };
}

const namesOf = (looks: readonly Named[]) => listed(looks.map(({ name }) => name));

export function listed(names: readonly string[]): string {
  return `${names.slice(0, 5).join(', ')}${names.length > 5 ? ', …' : ''}`;
}
