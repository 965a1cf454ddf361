import { readFileSync, statSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { nearest } from '../manifest/nearest.js';
import { InputError } from '../manifest/problem.js';

/** One row, with the line that it begins on. */
export interface TableRow {
  line: number;
  values: Record<string, unknown>;
}

export interface Table {
  /** As the user knows the file. */
  file: string;
  columns: string[];
  rows: TableRow[];
}

const MOST_BYTES = 200 * 2 ** 20;

/**
 * A CSV, TSV or JSONL file with named columns.
 * @throws InputError with the line that cannot be read.
 */
export function readTable(path: string, file: string): Table {
  if (statSync(path).size > MOST_BYTES) {
    throw new InputError([
      { file, message: 'is larger than 200 MiB.', remedy: 'Split it, or leave out columns.' },
    ]);
  }
  const text = readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
  const rows = /\.jsonl$/i.test(path)
    ? jsonRows(text, file)
    : delimitedRows(text, file, /\.tsv$/i.test(path) ? '\t' : ',');
  if (rows.length === 0) throw new InputError([{ file, line: 1, message: 'has no rows.' }]);
  return {
    file,
    columns: [...new Set(rows.slice(0, 100).flatMap(({ values }) => Object.keys(values)))],
    rows,
  };
}

function delimitedRows(text: string, file: string, delimiter: string): TableRow[] {
  try {
    const records = parse(text, {
      columns: (header: string[]) => header.map((name) => name.trim()),
      delimiter,
      info: true,
      skip_empty_lines: true,
      relax_quotes: true,
    }) as unknown as { record: Record<string, unknown>; info: { lines: number } }[];
    return records.map(({ record, info }) => ({ line: info.lines, values: record }));
  } catch (error) {
    const { lines, message } = error as { lines?: number; message: string };
    throw new InputError([
      { file, ...(lines === undefined ? {} : { line: lines }), message: `cannot be read: ${message}.` },
    ]);
  }
}

function jsonRows(text: string, file: string): TableRow[] {
  return text.split('\n').flatMap((row, index) => {
    if (row.trim() === '') return [];
    const values = parseRow(row);
    if (values === null)
      throw new InputError([{ file, line: index + 1, message: 'is not a JSON object on one line.' }]);
    return [{ line: index + 1, values }];
  });
}

function parseRow(row: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(row);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

/** The name of the column that is asked for, or the first of the usual names that there is; null when none is. */
export function columnOf(table: Table, asked: string | undefined, usual: readonly string[]): string | null {
  if (asked === undefined) return usual.find((name) => table.columns.includes(name)) ?? null;
  if (table.columns.includes(asked)) return asked;
  const near = nearest(asked, table.columns);
  throw new InputError([
    {
      file: table.file,
      line: 1,
      message: `has no column "${asked}".`,
      remedy:
        near === null
          ? `Its columns are ${table.columns.slice(0, 20).join(', ')}.`
          : `Did you mean "${near}"?`,
    },
  ]);
}

/** A cell as trimmed text; '' for what is neither text nor number. */
export function cellText(value: unknown): string {
  if (typeof value === 'string') return value.trim();
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

export const IMAGE_COLUMNS = ['image', 'file', 'file_name', 'filename', 'path'] as const;
export const LABEL_COLUMNS = ['label', 'class', 'category'] as const;
