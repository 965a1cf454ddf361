import { dirname, join, posix, relative, sep } from 'node:path';
import { existsSync } from 'node:fs';
import type { LabelTable } from '../manifest/model.js';
import { InputError } from '../manifest/problem.js';
import type { Dataset, SplitName } from './dataset.js';
import { splitOf } from './split-names.js';
import { cellText, columnOf, IMAGE_COLUMNS, LABEL_COLUMNS, readTable, type Table } from './table.js';

/** One labelled image as a table or folder tells of it. */
export interface Labelled {
  path: string;
  label: string;
  group: string | null;
  split: SplitName | null;
}

export interface TableLabels {
  labelled: Labelled[];
  absent: Dataset['absent'];
}

const ANALYZE =
  'Only single-label image classification is probed; for other tasks run "headstart analyze measurements.json".';

/**
 * The images and labels of a table; paths are tried relative to `root`, then to the table's folder.
 * @throws InputError when columns are missing, labels are no classes, or most images are not there.
 */
export function readLabels(
  path: string,
  shown: string,
  root: string,
  columns: Omit<LabelTable, 'file'>,
  split: SplitName | null,
): TableLabels {
  const table = readTable(path, shown);
  const image = columnOf(table, columns.image, IMAGE_COLUMNS);
  const label = columnOf(table, columns.label, LABEL_COLUMNS);
  if (image === null || label === null) {
    throw new InputError([
      {
        file: shown,
        line: 1,
        message: `has no column for ${image === null ? `the image (${IMAGE_COLUMNS.join(', ')})` : `the class (${LABEL_COLUMNS.join(', ')})`}; it has ${table.columns.slice(0, 12).join(', ')}.`,
        remedy: 'Name the columns in a manifest: labels: { file, image, label }.',
      },
    ]);
  }
  const group = columnOf(table, columns.group, ['group']);
  const splitColumn = columnOf(table, columns.split, ['split']);
  refuseOtherTasks(table, label);
  const labelled: Labelled[] = [];
  const absent: TableLabels['absent'] = [];
  const seen = new Map<string, number>();
  for (const { line, values } of table.rows) {
    const name = cellText(values[image]);
    const place = name === '' ? null : placeOf(name, root, dirname(path));
    if (place === null) {
      absent.push({ path: name, file: shown, line });
      continue;
    }
    const earlier = seen.get(place);
    if (earlier !== undefined) {
      throw new InputError([
        {
          file: shown,
          line,
          message: `lists ${place} again, after line ${earlier}.`,
          remedy: `Keep one row an image. ${ANALYZE}`,
        },
      ]);
    }
    seen.set(place, line);
    labelled.push({
      path: place,
      label: cellText(values[label]),
      group: group === null || cellText(values[group]) === '' ? null : cellText(values[group]),
      split: split ?? (splitColumn === null ? null : splitIn(values[splitColumn], shown, line)),
    });
  }
  if (absent.length > table.rows.length / 2) throw mostlyAbsent(absent, table, root);
  return { labelled, absent };
}

function mostlyAbsent(absent: Dataset['absent'], table: Table, root: string): InputError {
  const [{ path, line }] = absent;
  return new InputError([
    {
      file: table.file,
      line,
      message: `${absent.length} of its ${table.rows.length} images are not there, "${path.slice(0, 120)}" among them.`,
      remedy: `Paths are relative to the folder "${root.split(sep).at(-1) ?? ''}" or the table; set "path" in a manifest, or fetch the images.`,
    },
  ]);
}

/** Relative to the root with forward slashes; null when there is no such file. Leaving the root is an error. */
function placeOf(name: string, root: string, tableFolder: string): string | null {
  const portable = name.replaceAll('\\', '/');
  if (posix.isAbsolute(portable) || /^[a-z]:\//i.test(portable) || portable.split('/').includes('..')) {
    checkInsideOrThrow(portable);
  }
  for (const folder of [root, tableFolder]) {
    for (const form of [portable, portable.normalize('NFC'), portable.normalize('NFD')]) {
      const full = join(folder, form);
      if (existsSync(full)) return relative(root, full).split(sep).join('/');
    }
  }
  return null;
}

function checkInsideOrThrow(path: string): never {
  throw new InputError([
    {
      file: path,
      message: 'leaves the dataset’s folder.',
      remedy: 'Paths in tables are relative and stay inside the dataset.',
    },
  ]);
}

function splitIn(value: unknown, file: string, line: number): SplitName | null {
  const word = cellText(value);
  const split = splitOf(word);
  if (split !== null || word === '') return split;
  throw new InputError([
    { file, line, message: `the split "${word.slice(0, 40)}" is none of train, val, test.` },
  ]);
}

/** Lists, separated lists and continuous numbers are labels of other tasks. */
function refuseOtherTasks(table: Table, label: string): void {
  const values = table.rows.map(({ values: row }) => row[label]);
  const refuse = (line: number, what: string) =>
    new InputError([
      { file: table.file, line, message: `the column "${label}" holds ${what}.`, remedy: ANALYZE },
    ]);
  const list = values.findIndex((value) => typeof value === 'object' && value !== null);
  if (list !== -1) throw refuse(table.rows[list].line, 'lists: this looks like multi-label or detection');
  const texts = values.map(cellText);
  const empty = texts.indexOf('');
  if (empty !== -1)
    throw new InputError([
      { file: table.file, line: table.rows[empty].line, message: `the column "${label}" is empty here.` },
    ]);
  const separated = texts.filter((text) => /[|;]/.test(text)).length;
  if (separated > texts.length / 10) {
    const first = texts.findIndex((text) => /[|;]/.test(text));
    throw refuse(table.rows[first].line, 'several labels in one cell: this looks like multi-label');
  }
  const fractions = texts.filter((text) => /^-?\d+\.\d*[1-9]\d*$/.test(text)).length;
  const distinct = new Set(texts).size;
  if (
    fractions > texts.length / 2 ||
    (distinct > 100 && distinct > texts.length / 2 && texts.every((text) => /^-?\d+(\.\d+)?$/.test(text)))
  ) {
    throw refuse(table.rows[0].line, 'continuous numbers: this looks like regression');
  }
}
