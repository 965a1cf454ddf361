import { dirname } from 'node:path';
import { IMAGE_COLUMNS } from '../describe/columns.js';
import type { GroupTable } from '../describe/manifest-model.js';
import { InputError } from '../../problem.js';
import { findListed } from './image-list.js';
import type { ImageIndex } from './image-index.js';
import { columnList, columnOf, openTable } from './table.js';

/**
 * The group of each image that the table knows, by path. Rows of images that the label table lists and nobody has
 * (`isGone`) are passed over.
 * @throws InputError when a row names an image that is not in the dataset, or names one twice with two groups.
 */
export function readGroups(
  path: string,
  shown: string,
  columns: Omit<GroupTable, 'file'>,
  index: ImageIndex,
  dataset: { has: (path: string) => boolean; isGone: (name: string) => boolean },
): Map<string, string> {
  const table = openTable(path, shown);
  const image = columnOf(table, columns.image, IMAGE_COLUMNS);
  const group = columnOf(table, columns.group, ['group']);
  if (image === null || group === null) {
    const lacking = image === null ? `the image (${IMAGE_COLUMNS.join(', ')})` : 'the group (group)';
    throw new InputError([
      {
        file: shown,
        line: 1,
        message: `has no column for ${lacking}; it has ${columnList(table.columns)}.`,
        remedy: 'Name the columns in a manifest: groups: { file, image, group }.',
      },
    ]);
  }
  const groups = new Map<string, string>();
  const strange: { name: string; line: number }[] = [];
  let rows = 0;
  table.eachRow([image, group], ([name, word], line) => {
    const place = { file: shown, line };
    rows++;
    const found = name === '' ? null : findListed(name, dirname(path), index, place);
    if (found === null) {
      if (!dataset.isGone(name)) strange.push({ name, line });
    } else if ((groups.get(found) ?? word) !== word) {
      throw new InputError([
        {
          ...place,
          message: `gives ${found.slice(0, 120)} a second group, "${word.slice(0, 60)}".`,
          remedy: 'Keep one row an image.',
        },
      ]);
    } else if (word !== '') groups.set(found, word);
  });
  if (strange.length > 0) {
    const [{ name, line }] = strange;
    throw new InputError([
      {
        file: shown,
        line,
        message: `${strange.length} of its ${rows} images are not in the dataset, "${name.slice(0, 120)}" among them.`,
        remedy: 'Write paths relative to the dataset’s root, and remove rows of images that are gone.',
      },
    ]);
  }
  if (![...groups.keys()].some(dataset.has)) {
    throw new InputError([
      {
        file: shown,
        message: 'gives no image of the dataset a group.',
        remedy: 'Write paths relative to the dataset’s root.',
      },
    ]);
  }
  return groups;
}
