/** Compares a dataset at two commits. Images are matched by content first and by path second. */
import type { SplitName } from './dataset.js';

export interface ComparedImage {
  /** Relative to the repository, with `/`. */
  path: string;
  /** Equal for equal bytes. */
  content: string;
  /** Name of its class. */
  label: string;
  /** The user's own split; null if Headstart splits the images. */
  split: SplitName | null;
  /** Images of one group stay in one split. */
  group: string | null;
}

export interface ComparedDataset {
  images: readonly ComparedImage[];
  /** The other settings that the verdict depends on: image size, metric, plan. */
  settings: string;
}

/** How many images moved from one class, or split, to another. */
export interface Passage {
  from: string;
  to: string;
  /**
   * @asType integer
   * @minimum 1
   */
  count: number;
}

export interface DataChange {
  /** Commit of the earlier state. */
  base: string;
  /** Images before and now; 0 before if the dataset is new. */
  before: number;
  now: number;
  added: number;
  removed: number;
  /** Same path, other bytes. */
  edited: number;
  /** Same bytes, label and split, other path. */
  renamed: number;
  /** Between classes, the most frequent first. */
  relabelled: Passage[];
  /** Between the user's own splits, the most frequent first; `none` means no split. */
  moved: Passage[];
  /** Images in another group than before. */
  regrouped: number;
  /** Whether image size, metric or plan changed. */
  settings: boolean;
  /** Whether the test set changed, so that scores do not compare; null if Headstart's own split decides. */
  testChanged: boolean | null;
}

/** @param base the commit of `before`. */
export function compareDatasets(
  before: ComparedDataset | null,
  now: ComparedDataset,
  base: string,
): DataChange {
  const old = before?.images ?? [];
  const { pairs, added, removed } = matchImages(old, now.images);
  const relabelled = countPassages(pairs, ({ label }) => label);
  const moved = countPassages(pairs, ({ split }) => split ?? 'none');
  const isAltered = ([was, is]: Pair) =>
    was.label !== is.label || was.split !== is.split || was.content !== is.content;
  const touched = [...added, ...removed, ...pairs.filter(isAltered).flat()];
  const ownTest = [...old, ...now.images].some(({ split }) => split === 'test');
  return {
    base,
    before: old.length,
    now: now.images.length,
    added: added.length,
    removed: removed.length,
    edited: pairs.filter(([was, is]) => was.content !== is.content).length,
    renamed: pairs.filter((pair) => !isAltered(pair) && pair[0].path !== pair[1].path).length,
    relabelled,
    moved,
    regrouped: pairs.filter(([was, is]) => was.group !== is.group).length,
    settings: before !== null && before.settings !== now.settings,
    testChanged: ownTest
      ? touched.some(({ split }) => split === 'test')
      : touched.length === 0
        ? false
        : null,
  };
}

/** Whether nothing changed that a verdict depends on. Renaming is not a change. */
export function isUnchanged(change: DataChange): boolean {
  const { added, removed, edited, relabelled, moved, regrouped, settings } = change;
  return added + removed + edited + relabelled.length + moved.length + regrouped === 0 && !settings;
}

type Pair = [was: ComparedImage, is: ComparedImage];

interface Matching {
  pairs: Pair[];
  added: ComparedImage[];
  removed: ComparedImage[];
}

/** Pairs equal content and path, then equal content, then equal paths. */
function matchImages(old: readonly ComparedImage[], now: readonly ComparedImage[]): Matching {
  const pairs: Pair[] = [];
  let rest = { old: [...old], now: [...now] };
  for (const key of [
    ({ content, path }: ComparedImage) => JSON.stringify([content, path]),
    ({ content }: ComparedImage) => content,
    ({ path }: ComparedImage) => path,
  ]) {
    const candidates = groupedBy(rest.old, key);
    const left = rest.now.filter((image) => {
      const was = candidates.get(key(image))?.shift();
      if (was !== undefined) pairs.push([was, image]);
      return was === undefined;
    });
    const taken = new Set(pairs.map(([was]) => was));
    rest = { old: rest.old.filter((image) => !taken.has(image)), now: left };
  }
  return { pairs, added: rest.now, removed: rest.old };
}

function groupedBy(
  images: readonly ComparedImage[],
  key: (image: ComparedImage) => string,
): Map<string, ComparedImage[]> {
  const groups = new Map<string, ComparedImage[]>();
  for (const image of images) {
    const group = groups.get(key(image));
    if (group === undefined) groups.set(key(image), [image]);
    else group.push(image);
  }
  return groups;
}

function countPassages(pairs: readonly Pair[], of: (image: ComparedImage) => string): Passage[] {
  const counts = new Map<string, Passage>();
  for (const [was, is] of pairs) {
    const [from, to] = [of(was), of(is)];
    if (from === to) continue;
    const key = JSON.stringify([from, to]);
    const passage = counts.get(key) ?? { from, to, count: 0 };
    counts.set(key, { ...passage, count: passage.count + 1 });
  }
  return [...counts.values()].sort((a, b) => b.count - a.count || (a.from + a.to < b.from + b.to ? -1 : 1));
}
