import { statSync } from 'node:fs';
import { portablePath } from '../describe/confine.js';
import { InputError } from '../../problem.js';
import type { Dataset, SplitName } from '../dataset.js';
import { readImageList } from './image-list.js';
import type { Where } from './where.js';

/** What a manifest's `train`, `val` and `test` say beside a table of labels. */
export interface SplitPlaces {
  /** The split of an image and what says so; a list goes before a folder, a folder before one around it. */
  of: (path: string) => SplitPlace | null;
  /** Images that a list names and nobody has. */
  absent: Dataset['absent'];
}

interface SplitPlace {
  split: SplitName;
  /** The folder, or the list and its line, as the user knows them. */
  file: string;
  line?: number;
}

/**
 * @throws InputError when an image is in the lists of two splits, or a folder is two splits.
 */
export function placesOfSplits(
  splits: readonly { place: string; split: SplitName }[],
  where: Where,
): SplitPlaces {
  const { root, index, shown } = where;
  const folders = new Map<string, SplitPlace>();
  const images = new Map<string, SplitPlace>();
  const absent: Dataset['absent'] = [];
  for (const { place, split } of splits) {
    const file = shown(place);
    if (statSync(place).isDirectory()) setOnce(folders, portablePath(root, place), { split, file });
    else {
      const list = readImageList(place, file, index);
      for (const { path, line } of list.images) setOnce(images, path, { split, file, line });
      absent.push(...list.absent);
    }
  }
  const byDepth = [...folders].sort(([a], [b]) => b.length - a.length);
  return {
    of: (path) =>
      images.get(path) ??
      byDepth.find(([prefix]) => prefix === '' || path.startsWith(`${prefix}/`))?.[1] ??
      null,
    absent,
  };
}

function setOnce(known: Map<string, SplitPlace>, path: string, now: SplitPlace): void {
  const before = known.get(path);
  if (before !== undefined && before.split !== now.split) {
    const { split, ...at } = now;
    const already = before.line === undefined ? '' : ` (${before.file}:${before.line})`;
    throw new InputError([
      {
        ...at,
        message: `"${path.slice(0, 120)}" is in ${split}, and already in ${before.split}${already}.`,
        remedy: 'Keep it in one of them.',
      },
    ]);
  }
  known.set(path, now);
}
