import { ANALYZE } from '../describe/other-task.js';
import { InputError, type Problem } from '../../problem.js';
import type { Table } from './table.js';

const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;
const FRACTION = /^[-+]?\d*\.\d*[1-9]\d*(e[-+]?\d+)?$|^[-+]?\d+(\.\d+)?e-\d+$/i;
const SEPARATORS = [/\|/, /;/, /,\s*/];

/** Counts what a label column holds, to tell classes from the labels of other tasks. */
export interface LabelWatch {
  see: (label: string, line: number) => void;
  /** @throws InputError when the labels are lists, several in a cell, continuous numbers, or almost all different. */
  judge: (file: string, column: string) => void;
}

/** `classes` are labels that the manifest names: whatever they look like, they are classes. */
export function watchLabels(classes: ReadonlySet<string>): LabelWatch {
  const lines = new Map<string, number>();
  let rows = 0;
  let list: number | null = null;
  let fractions = 0;
  let numbers = 0;
  return {
    see(label, line) {
      rows++;
      if (!lines.has(label)) lines.set(label, line);
      if (list === null && /^[[{].*[\]}]$/s.test(label)) list = line;
      if (NUMBER.test(label)) numbers++;
      if (FRACTION.test(label)) fractions++;
    },
    judge(file, column) {
      const refuse = (line: number, what: string) =>
        new InputError([{ file, line, message: `the column "${column}" holds ${what}.`, remedy: ANALYZE }]);
      const first = [...lines.values()][0] ?? 1;
      if (list !== null) throw refuse(list, 'lists: this looks like multi-label or detection');
      const several = severalInACell(lines, classes);
      if (several !== null) throw refuse(several, 'several labels in one cell: this looks like multi-label');
      if (fractions > rows / 2) throw refuse(first, 'continuous numbers: this looks like regression');
      if (numbers === rows && lines.size > 100 && lines.size > rows / 2) {
        throw refuse(first, 'numbers that are almost all different: this looks like regression');
      }
      if (lines.size > 50 && lines.size > rows * 0.9) {
        throw refuse(
          first,
          'texts that are almost all different: this looks like captions or names, not classes',
        );
      }
    },
  };
}

/**
 * The line of a cell with several labels: a part of it stands alone in another row (`cat` and `cat|dog`), or parts
 * turn up in ever new company.
 */
function severalInACell(lines: ReadonlyMap<string, number>, classes: ReadonlySet<string>): number | null {
  for (const separator of SEPARATORS) {
    const joined = [...lines.keys()].filter((label) => separator.test(label) && !classes.has(label));
    const parts = joined.flatMap((label) => partsOf(label, separator));
    const alone = parts.some((part) => part !== '' && lines.has(part));
    const recombined = joined.length > 3 && new Set(parts).size < joined.length;
    if ((alone || recombined) && !areQualified(joined, lines)) return lines.get(joined[0]) ?? 1;
  }
  return null;
}

function partsOf(label: string, separator: RegExp): string[] {
  return label.split(separator).map((part) => part.trim());
}

/**
 * A class called `Apple, healthy` is one label. What comes behind the comma qualifies what is before it, and so
 * neither stands before a comma nor alone; of several labels any may.
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

/** What a table with columns for boxes is for, though it may have a class column, too; null: it has none. */
export function boxTable({ columns, file }: Table): Problem | null {
  const boxes = columns.filter((name) => BOX.test(name));
  const whole = boxes.some((name) => /^(bbox|objects)$/i.test(name));
  if (boxes.length < 2 && !whole) return null;
  const message = `the column "${boxes[0]}" holds boxes: this looks like detection.`;
  return { file, line: 1, message, remedy: ANALYZE };
}

/** What a table without a class column is for, by its columns and first rows; null: nothing says so. */
export function otherTable(table: Table, image: string | null): Problem | null {
  const { columns, file } = table;
  const says = (message: string): Problem => ({ file, line: 1, message, remedy: ANALYZE });
  const named = (pattern: RegExp) => columns.find((name) => pattern.test(name));
  const boxes = boxTable(table);
  if (boxes !== null) return boxes;
  const mask = named(MASK);
  if (mask !== undefined) return says(`the column "${mask}" holds masks: this looks like segmentation.`);
  const several = named(SEVERAL);
  if (several !== undefined)
    return says(`the column "${several}" may hold several labels an image: this looks like multi-label.`);
  const sound = columns.find((name) => /^(audio|wav|sound)/i.test(name));
  if (image === null && sound !== undefined)
    return says(`the column "${sound}" looks like audio, not images.`);
  const caption = named(CAPTION);
  if (caption !== undefined) {
    return says(
      image === null
        ? `the column "${caption}" looks like text, not images.`
        : `the column "${caption}" holds text: this looks like captions.`,
    );
  }
  return byValues(table, image, says);
}

function byValues(table: Table, image: string | null, says: (message: string) => Problem): Problem | null {
  const columns = table.columns.filter((name) => name !== image && !HOUSEKEEPING.test(name));
  const rows: string[][] = [];
  table.eachRow(columns, (cells) => {
    if (rows.length < 200) rows.push(cells);
  });
  const valuesOf = (at: number) => rows.map((cells) => cells[at]).filter((cell) => cell !== '');
  const all = (at: number, test: (cell: string) => boolean) =>
    valuesOf(at).length > 0 && valuesOf(at).every(test);
  const flags = columns.filter((_, at) => all(at, (cell) => /^(0|1|true|false)(\.0)?$/i.test(cell)));
  if (image !== null && flags.length >= 2) {
    const names = flags
      .slice(0, 3)
      .map((name) => `"${name}"`)
      .join(', ');
    return says(
      `has a column of 0 and 1 for each label (${names}${flags.length > 3 ? ', …' : ''}): this looks like multi-label.`,
    );
  }
  const numeric = columns.filter((_, at) => all(at, (cell) => NUMBER.test(cell)));
  if (image === null) {
    return columns.length > 0 && numeric.length >= columns.length / 2
      ? says('looks like a table of numbers, not images.')
      : null;
  }
  const continuous = numeric.find(
    (name) => new Set(valuesOf(columns.indexOf(name))).size > Math.max(10, rows.length / 2),
  );
  return continuous === undefined
    ? null
    : says(`the column "${continuous}" holds continuous numbers: this looks like regression.`);
}
