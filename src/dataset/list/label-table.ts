import { dirname } from 'node:path';
import { IMAGE_COLUMNS, LABEL_COLUMNS } from '../describe/columns.js';
import type { LabelTable } from '../describe/manifest-model.js';
import { ANALYZE } from '../describe/other-task.js';
import { InputError } from '../../problem.js';
import { splitOf } from '../describe/split-names.js';
import type { Dataset, SplitName } from '../dataset.js';
import type { ImageIndex } from './image-index.js';
import { findListed } from './image-list.js';
import type { Listed } from './listed.js';
import { boxTable, otherTable, watchLabels } from './not-classes.js';
import { columnList, columnOf, LINE_BREAK, openTable, type Table } from './table.js';

export interface TableListing {
  listed: Listed[];
  absent: Dataset['absent'];
  /** Rows in all. */
  rows: number;
  /** Line of each listed image's row. */
  lineOf: ReadonlyMap<string, number>;
}

/**
 * The images and labels of a table. `classes` are labels that the manifest names.
 * @throws InputError when columns are missing, labels are no classes, a cell is empty, or an image is there twice.
 */
export function listTable(
  path: string,
  shown: string,
  columns: Omit<LabelTable, 'file'>,
  split: SplitName | null,
  index: ImageIndex,
  classes: ReadonlySet<string>,
): TableListing {
  const table = openTable(path, shown);
  const { image, label } = neededColumns(table, columns);
  const group = columnOf(table, columns.group, ['group']);
  const splitColumn = columnOf(table, columns.split, ['split']);
  const labels = watchLabels(classes);
  const lineOf = new Map<string, number>();
  const listing: TableListing = { listed: [], absent: [], rows: 0, lineOf };
  const labelOf = new Map<string, string>();
  const twice: { line: number; path: string; before: number; otherLabel: boolean }[] = [];
  table.eachRow([image, label, group, splitColumn], ([name, word, together, part], line) => {
    const place = { file: shown, line };
    listing.rows++;
    if (name === '') throw emptyCell(place, image, 'Name the image, or remove the row.');
    if (word === '') throw emptyCell(place, label, 'Give the image a class, or remove the row.');
    refuseLineBreaks({ [image]: name, [label]: word }, place);
    labels.see(word, line);
    const found = findListed(name, dirname(path), index, place);
    if (found === null) {
      listing.absent.push({ path: name, ...place });
      return;
    }
    const before = lineOf.get(found);
    if (before !== undefined) {
      twice.push({ line, path: found, before, otherLabel: labelOf.get(found) !== word });
      return;
    }
    lineOf.set(found, line);
    labelOf.set(found, word);
    listing.listed.push({
      path: found,
      label: word,
      group: together === '' ? null : together,
      split: part === '' ? split : splitIn(part, place),
    });
  });
  labels.judge(shown, label);
  if (twice.length > 0) throw listedTwice(shown, twice, listing.rows);
  return listing;
}

function neededColumns(table: Table, columns: Omit<LabelTable, 'file'>): { image: string; label: string } {
  const image = columnOf(table, columns.image, IMAGE_COLUMNS);
  const label = columnOf(table, columns.label, LABEL_COLUMNS);
  if (image !== null && label !== null) {
    const boxes = columns.label === undefined ? boxTable(table) : null;
    if (boxes === null) return { image, label };
    const remedy = `${ANALYZE} If every image has one class nonetheless, name its column in a manifest: labels: { file, label }.`;
    throw new InputError([{ ...boxes, remedy }]);
  }
  const other = label === null ? otherTable(table, image) : null;
  if (other !== null) throw new InputError([other]);
  const lacking =
    image === null ? `the image (${IMAGE_COLUMNS.join(', ')})` : `the class (${LABEL_COLUMNS.join(', ')})`;
  throw new InputError([
    {
      file: table.file,
      line: 1,
      message: `has no column for ${lacking}; it has ${columnList(table.columns)}.`,
      remedy:
        'Name the columns in a manifest, labels: { file, image, label }, or with "train" the class folders to read instead.',
    },
  ]);
}

function emptyCell(place: { file: string; line: number }, column: string, remedy: string): InputError {
  return new InputError([{ ...place, message: `the column "${column}" is empty here.`, remedy }]);
}

function refuseLineBreaks(cells: Record<string, string>, place: { file: string; line: number }): void {
  for (const [column, cell] of Object.entries(cells)) {
    if (!LINE_BREAK.test(cell)) continue;
    throw new InputError([
      {
        ...place,
        message: `the column "${column}" holds a line break: a quote opens here and closes in a later line.`,
        remedy: 'Close it in its cell, or double quotes that belong to the text.',
      },
    ]);
  }
}

function splitIn(word: string, place: { file: string; line: number }): SplitName {
  const split = splitOf(word);
  if (split !== null) return split;
  throw new InputError([
    {
      ...place,
      message: `the split "${word.slice(0, 40)}" is none of train, val, test.`,
      remedy: 'Write train, val or test; where every cell is empty, Headstart deals the split.',
    },
  ]);
}

function listedTwice(
  file: string,
  twice: { line: number; path: string; before: number; otherLabel: boolean }[],
  rows: number,
): InputError {
  const [{ line, path, before }] = twice;
  const more = twice.length > 1 ? ` (${twice.length} such rows)` : '';
  const several = twice.some(({ otherLabel }) => otherLabel) && twice.length > rows / 20;
  return new InputError([
    {
      file,
      line,
      message: `lists ${path.slice(0, 120)} again, after line ${before}${more}${several ? ': this looks like multi-label or detection' : ''}.`,
      remedy: several ? ANALYZE : 'Keep one row an image.',
    },
  ]);
}
