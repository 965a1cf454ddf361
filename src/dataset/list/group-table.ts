import { dirname } from 'node:path';
import { inputError, quote } from '../../problem.js';
import type { GroupTable } from '../describe/manifest.js';
import { IMAGE_COLUMNS } from '../describe/table-header.js';
import { findListed, type ImageIndex } from './image-index.js';
import { columnOf, missingColumn, openTable } from './table.js';

/**
 * The group of each image in the table, by path. Rows of images that the label table lists but do not exist
 * (`isAbsent`) are ignored.
 * @throws InputError if an image is not in the dataset, or has two different groups.
 */
export function readGroups(
  path: string,
  file: string,
  columns: Omit<GroupTable, 'file'>,
  index: ImageIndex,
  dataset: { has: (path: string) => boolean; isAbsent: (name: string) => boolean },
): Map<string, string> {
  const table = openTable(path, file);
  const imageColumn = columnOf(table, columns.image, IMAGE_COLUMNS);
  const groupColumn = columnOf(table, columns.group, ['group']);
  if (imageColumn === null || groupColumn === null) {
    throw missingColumn(
      table,
      imageColumn === null ? `the image (${IMAGE_COLUMNS.join(', ')})` : 'the group (group)',
      'Name the columns in a manifest: groups: { file, image, group }.',
    );
  }
  const groups = new Map<string, string>();
  const unknown: { name: string; line: number }[] = [];
  let rows = 0;
  table.eachRow([imageColumn, groupColumn], ([name, group], line) => {
    const at = { file, line };
    rows++;
    const image = name === '' ? null : findListed(name, dirname(path), index, at);
    if (image === null) {
      if (!dataset.isAbsent(name)) unknown.push({ name, line });
    } else if ((groups.get(image) ?? group) !== group) {
      throw inputError(
        at,
        `gives ${image.slice(0, 120)} a second group, ${quote(group, 60)}.`,
        'Keep one row per image.',
      );
    } else if (group !== '') groups.set(image, group);
  });
  if (unknown.length > 0) {
    const [{ name, line }] = unknown;
    throw inputError(
      { file, line },
      `${unknown.length} of its ${rows} images are not in the dataset, for example ${quote(name)}.`,
      'Write paths relative to the dataset’s root, and remove rows of images that do not exist.',
    );
  }
  if (![...groups.keys()].some(dataset.has)) {
    throw inputError(
      { file },
      'gives no image of the dataset a group.',
      'Write paths relative to the dataset’s root.',
    );
  }
  return groups;
}
