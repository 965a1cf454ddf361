/** Tells tables of classes from tables of other tasks, such as detection or regression. */
import { inputError, listNames, problemAt, type Problem } from '../../problem.js';
import { USE_ANALYZE } from '../describe/other-tasks.js';
import type { Table } from './table.js';

const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;
const FRACTION = /^[-+]?\d*\.\d*[1-9]\d*(e[-+]?\d+)?$|^[-+]?\d+(\.\d+)?e-\d+$/i;
const SEPARATORS = [/\|/, /;/, /,\s*/];

/** Collects the labels of a table. */
export interface LabelCollector {
  add: (label: string, line: number) => void;
  /** @throws InputError if they are lists, several in a cell, continuous numbers, or almost all different. */
  requireClasses: (file: string, column: string) => void;
}

/** @param classes Labels that the manifest names: they are classes, whatever they look like. */
export function collectLabels(classes: ReadonlySet<string>): LabelCollector {
  const lines = new Map<string, number>();
  let rows = 0;
  let list: number | null = null;
  let fractions = 0;
  let numbers = 0;
  return {
    add(label, line) {
      rows++;
      if (!lines.has(label)) lines.set(label, line);
      if (list === null && /^[[{].*[\]}]$/s.test(label)) list = line;
      if (NUMBER.test(label)) numbers++;
      if (FRACTION.test(label)) fractions++;
    },
    requireClasses(file, column) {
      const refuse = (line: number, what: string) =>
        inputError({ file, line }, `the column "${column}" holds ${what}.`, USE_ANALYZE);
      const first = [...lines.values()][0] ?? 1;
      if (list !== null) throw refuse(list, 'lists: this looks like multi-label or detection');
      const several = severalInACell(lines, classes);
      if (several !== null) throw refuse(several, 'several labels in one cell: this looks like multi-label');
      if (fractions > rows / 2) throw refuse(first, 'continuous numbers: this looks like regression');
      if (numbers === rows && lines.size > 100 && lines.size > rows / 2) {
        throw refuse(first, 'numbers that are almost all different: this looks like regression');
      }
      if (lines.size > 50 && lines.size > rows * 0.9) {
        const what = 'texts that are almost all different';
        throw refuse(first, `${what}: this looks like captions or names, not classes`);
      }
    },
  };
}

/**
 * The line of a cell with several labels: a part of it is the label of another row (`cat` and `cat|dog`), or
 * its parts are combined with others elsewhere.
 */
function severalInACell(lines: ReadonlyMap<string, number>, classes: ReadonlySet<string>): number | null {
  for (const separator of SEPARATORS) {
    const joined = [...lines.keys()].filter((label) => separator.test(label) && !classes.has(label));
    const parts = joined.flatMap((label) => label.split(separator).map((part) => part.trim()));
    const alone = parts.some((part) => part !== '' && lines.has(part));
    const recombined = joined.length > 3 && new Set(parts).size < joined.length;
    if ((alone || recombined) && !areQualified(joined, lines)) return lines.get(joined[0]) ?? 1;
  }
  return null;
}

/**
 * Whether all labels are like `Apple, healthy`, which is one class: what follows the comma only qualifies the
 * rest, so it is never a label itself nor before a comma.
 */
function areQualified(labels: readonly string[], lines: ReadonlyMap<string, number>): boolean {
  const pairs = labels.map((label) => label.split(', '));
  const things = new Set(pairs.map(([thing]) => thing));
  return pairs.every(
    (pair) => pair.length === 2 && !pair[1].includes(',') && !things.has(pair[1]) && !lines.has(pair[1]),
  );
}

const BOX = /^(x_?min|y_?min|x_?max|y_?max|bbox|bbox_?[xywh]|bounding_?box(es)?|boxes|objects)$/i;
const MASK = /^(mask|mask_path|segmentation|encodedpixels|rle)$/i;
const CAPTION = /^(caption|captions|text|description|prompt|sentence|question|answer)$/i;
const SEVERAL = /^(labels|tags|classes|categories|attributes|finding[ _]labels)$/i;
const HOUSEKEEPING = /^(image|file|file_?name|path|split|group|id|index|width|height|license|)$/i;

/** A table with columns for boxes is for detection, even if it has a class column. */
export function findBoxes({ columns, file }: Table): Problem | null {
  const boxes = columns.filter((name) => BOX.test(name));
  const isWhole = boxes.some((name) => /^(bbox|objects)$/i.test(name));
  if (boxes.length < 2 && !isWhole) return null;
  const message = `the column "${boxes[0]}" holds boxes: this looks like detection.`;
  return problemAt({ file, line: 1 }, message, USE_ANALYZE);
}

/** The task of a table without a class column, by its columns and first rows. */
export function findTableTask(table: Table, image: string | null): Problem | null {
  const boxes = findBoxes(table);
  if (boxes !== null) return boxes;
  const message = taskByColumns(table.columns, image) ?? taskByValues(table, image);
  return message === null ? null : problemAt({ file: table.file, line: 1 }, message, USE_ANALYZE);
}

function taskByColumns(columns: readonly string[], image: string | null): string | null {
  const named = (pattern: RegExp) => columns.find((name) => pattern.test(name));
  const mask = named(MASK);
  if (mask !== undefined) return `the column "${mask}" holds masks: this looks like segmentation.`;
  const several = named(SEVERAL);
  if (several !== undefined)
    return `the column "${several}" may hold several labels per image: this looks like multi-label.`;
  const sound = named(/^(audio|wav|sound)/i);
  if (image === null && sound !== undefined) return `the column "${sound}" looks like audio, not images.`;
  const caption = named(CAPTION);
  if (caption === undefined) return null;
  return image === null
    ? `the column "${caption}" looks like text, not images.`
    : `the column "${caption}" holds text: this looks like captions.`;
}

const MAX_ROWS_TRIED = 200;

function taskByValues(table: Table, image: string | null): string | null {
  const columns = table.columns.filter((name) => name !== image && !HOUSEKEEPING.test(name));
  const rows: string[][] = [];
  table.eachRow(columns, (cells) => {
    if (rows.length < MAX_ROWS_TRIED) rows.push(cells);
  });
  const valuesOf = (name: string) =>
    rows.map((cells) => cells[columns.indexOf(name)]).filter((cell) => cell !== '');
  const holding = (pattern: RegExp) =>
    columns.filter((name) => {
      const values = valuesOf(name);
      return values.length > 0 && values.every((cell) => pattern.test(cell));
    });
  const flags = holding(/^(0|1|true|false)(\.0)?$/i);
  if (image !== null && flags.length >= 2) {
    const names = listNames(
      flags.map((name) => `"${name}"`),
      3,
    );
    return `has a column of 0 and 1 for each label (${names}): this looks like multi-label.`;
  }
  const numeric = holding(NUMBER);
  if (image === null) {
    return columns.length > 0 && numeric.length >= columns.length / 2
      ? 'looks like a table of numbers, not images.'
      : null;
  }
  const continuous = numeric.find((name) => new Set(valuesOf(name)).size > Math.max(10, rows.length / 2));
  return continuous === undefined
    ? null
    : `the column "${continuous}" holds continuous numbers: this looks like regression.`;
}
