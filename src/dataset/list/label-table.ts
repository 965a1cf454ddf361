import { dirname } from 'node:path';
import { InputError, inputError, type Location } from '../../problem.js';
import type { SplitName } from '../dataset.js';
import type { LabelTable } from '../describe/manifest.js';
import { USE_ANALYZE } from '../describe/other-tasks.js';
import { splitOf } from '../describe/split-names.js';
import { IMAGE_COLUMNS, LABEL_COLUMNS } from '../describe/table-header.js';
import { findListed, type ImageIndex } from './image-index.js';
import type { Listing } from './listing.js';
import { collectLabels, findBoxes, findTableTask } from './table-task.js';
import { columnOf, LINE_BREAK, missingColumn, openTable, type Table } from './table.js';

export interface TableListing extends Pick<Listing, 'images' | 'absent'> {
  /** Line of each image's row. */
  lineOf: ReadonlyMap<string, number>;
}

/**
 * The images and labels of a table.
 * @param classes Labels that the manifest names.
 * @throws InputError if a column or cell is missing, labels are not classes, or an image is listed twice.
 */
export function listTable(
  path: string,
  file: string,
  columns: Omit<LabelTable, 'file'>,
  split: SplitName | null,
  index: ImageIndex,
  classes: ReadonlySet<string>,
): TableListing {
  const table = openTable(path, file);
  const { imageColumn, labelColumn } = requiredColumns(table, columns);
  const groupColumn = columnOf(table, columns.group, ['group']);
  const splitColumn = columnOf(table, columns.split, ['split']);
  const labels = collectLabels(classes);
  const lineOf = new Map<string, number>();
  const listing: TableListing = { images: [], absent: [], lineOf };
  const labelOf = new Map<string, string>();
  const repeats: Repeat[] = [];
  let rows = 0;
  table.eachRow([imageColumn, labelColumn, groupColumn, splitColumn], ([name, label, group, word], line) => {
    const at = { file, line };
    rows++;
    requireCell(name, imageColumn, at, 'Name the image, or remove the row.');
    requireCell(label, labelColumn, at, 'Give the image a class, or remove the row.');
    labels.add(label, line);
    const image = findListed(name, dirname(path), index, at);
    if (image === null) {
      listing.absent.push({ path: name, ...at });
      return;
    }
    const before = lineOf.get(image);
    if (before !== undefined) {
      repeats.push({ path: image, line, before, isOtherLabel: labelOf.get(image) !== label });
      return;
    }
    lineOf.set(image, line);
    labelOf.set(image, label);
    listing.images.push({
      path: image,
      label,
      group: group === '' ? null : group,
      split: word === '' ? split : requireSplit(word, at),
    });
  });
  labels.requireClasses(file, labelColumn);
  if (repeats.length > 0) throw listedTwice(file, repeats, rows);
  return listing;
}

function requiredColumns(
  table: Table,
  columns: Omit<LabelTable, 'file'>,
): { imageColumn: string; labelColumn: string } {
  const imageColumn = columnOf(table, columns.image, IMAGE_COLUMNS);
  const labelColumn = columnOf(table, columns.label, LABEL_COLUMNS);
  if (imageColumn !== null && labelColumn !== null) {
    const boxes = columns.label === undefined ? findBoxes(table) : null;
    if (boxes === null) return { imageColumn, labelColumn };
    const remedy = `${USE_ANALYZE} If every image has only one class, name its column in a manifest: labels: { file, label }.`;
    throw new InputError([{ ...boxes, remedy }]);
  }
  const otherTask = labelColumn === null ? findTableTask(table, imageColumn) : null;
  if (otherTask !== null) throw new InputError([otherTask]);
  throw missingColumn(
    table,
    imageColumn === null
      ? `the image (${IMAGE_COLUMNS.join(', ')})`
      : `the class (${LABEL_COLUMNS.join(', ')})`,
    'Name the columns in a manifest, labels: { file, image, label }, or with "train" the class folders to read instead.',
  );
}

function requireCell(cell: string, column: string, at: Location, remedy: string): void {
  if (cell === '') throw inputError(at, `the column "${column}" is empty here.`, remedy);
  if (!LINE_BREAK.test(cell)) return;
  throw inputError(
    at,
    `the column "${column}" holds a line break: a quote opens here and closes in a later line.`,
    'Close it in its cell, or double quotes that belong to the text.',
  );
}

function requireSplit(word: string, at: Location): SplitName {
  const split = splitOf(word);
  if (split !== null) return split;
  throw inputError(
    at,
    `the split "${word.slice(0, 40)}" is not train, val or test.`,
    'Write train, val or test, or leave all cells empty to have Headstart split the images.',
  );
}

interface Repeat {
  path: string;
  line: number;
  /** Line of the first row with the image. */
  before: number;
  isOtherLabel: boolean;
}

function listedTwice(file: string, repeats: readonly Repeat[], rows: number): InputError {
  const [{ line, path, before }] = repeats;
  const more = repeats.length > 1 ? ` (${repeats.length} such rows)` : '';
  const areSeveral = repeats.some(({ isOtherLabel }) => isOtherLabel) && repeats.length > rows / 20;
  const guess = areSeveral ? ': this looks like multi-label or detection' : '';
  return inputError(
    { file, line },
    `lists ${path.slice(0, 120)} again, after line ${before}${more}${guess}.`,
    areSeveral ? USE_ANALYZE : 'Keep one row per image.',
  );
}
