import { join } from 'node:path';
import { folderBounds, linksOut } from '../describe/confine.js';
import { shownPath, type Description, type Source } from '../describe/description.js';
import { InputError } from '../../problem.js';
import { openTree } from '../describe/tree.js';
import { refuseMostlyAbsent } from './absent.js';
import { listClassFolders } from './class-folders.js';
import { labelsNamed } from './class-names.js';
import type { Dataset } from '../dataset.js';
import { indexImages, type ImageIndex } from './image-index.js';
import { readImageList } from './image-list.js';
import { listTable } from './label-table.js';
import type { Listed } from './listed.js';
import { splitByLists } from './official-split.js';
import { placeInSplits } from './table-splits.js';
import { placesOfSplits } from './split-places.js';
import type { Where } from './where.js';

/** All images of one dataset, in the order of its sources. */
export interface Listing {
  listed: Listed[];
  absent: Dataset['absent'];
  leftOut: Dataset['leftOut'];
  skipped: Dataset['skipped'];
  index: ImageIndex;
}

/**
 * @throws InputError when most images are absent, links lead out, or an image is in two splits.
 */
export function listImages({ root, sources, manifest }: Description, cwd: string): Listing {
  const tree = openTree(folderBounds(root));
  const index = indexImages(tree, root);
  const shown = (full: string) => shownPath(cwd, full);
  const classes = labelsNamed(manifest.names);
  const parts = sources.map((source) => listSource(source, { tree, root, index, shown }, classes));
  if (index.leaving.length > 0) throw linksOut(index.leaving.map((path) => shown(join(root, path))));
  const listed = parts.flatMap((part) => part.listed);
  const absent = parts.flatMap((part) => part.absent);
  refuseMostlyAbsent(tree, root, absent, listed.length);
  const leftOut = parts.flatMap((part) => part.leftOut);
  const skipped = parts.flatMap((part) => part.skipped);
  return { listed: onceEach(listed, shown(root)), absent, leftOut, skipped, index };
}

type Part = Omit<Listing, 'index'>;

const NOTHING: Part = { listed: [], absent: [], leftOut: [], skipped: [] };

function listSource(source: Source, where: Where, classes: ReadonlySet<string>): Part {
  const { tree, root, index, shown } = where;
  switch (source.kind) {
    case 'class folders': {
      const folders = listClassFolders(tree, root, source, shown);
      const split = source.lists.length === 0 ? {} : splitByLists(folders.listed, source.lists, shown);
      return { ...NOTHING, ...folders, ...split };
    }
    case 'image list': {
      const { images, absent } = readImageList(source.file, shown(source.file), index);
      return {
        ...NOTHING,
        listed: images.map(({ path }) => ({
          path,
          label: labelOf(path, source, shown),
          group: null,
          split: source.split,
        })),
        absent,
      };
    }
    case 'label table': {
      const { file, columns, split, splits } = source;
      const table = listTable(file, shown(file), columns, split, index, classes);
      return splits.length === 0
        ? { ...NOTHING, ...table }
        : { ...NOTHING, ...placeInSplits(table, shown(file), placesOfSplits(splits, where)) };
    }
  }
}

/** The folder that an image is in. */
function labelOf(path: string, { file }: { file: string }, shown: (full: string) => string): string {
  const folder = path.split('/').at(-2);
  if (folder !== undefined) return folder.normalize('NFC');
  throw new InputError([
    {
      file: shown(file),
      message: `"${path.slice(0, 120)}" is in no folder that could name its class.`,
      remedy: 'Put it into a folder of its class, or name a table under "labels".',
    },
  ]);
}

/** An image that several sources list: once is enough in the same split; in two splits it is a leak. */
function onceEach(listed: Listed[], shown: string): Listed[] {
  const seen = new Map<string, Listed>();
  const twice = listed.find((each) => {
    const before = seen.get(each.path);
    if (before === undefined) seen.set(each.path, each);
    return before !== undefined && (before.split !== each.split || before.label !== each.label);
  });
  if (twice !== undefined) {
    const before = seen.get(twice.path)!;
    const [what, one, other] =
      before.split !== twice.split
        ? ['split', before.split ?? 'none', twice.split ?? 'none']
        : ['class', before.label, twice.label];
    throw new InputError([
      {
        file: shown,
        message: `${twice.path.slice(0, 120)} is listed twice, in the ${what} "${one.slice(0, 60)}" and in "${other.slice(0, 60)}".`,
        remedy: 'Keep it in one of them.',
      },
    ]);
  }
  return seen.size === listed.length ? listed : [...seen.values()];
}
