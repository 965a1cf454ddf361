import { CsvError, parse } from 'csv-parse/sync';
import { isSameColumn, usualColumn } from '../describe/columns.js';
import { delimiterOf } from '../describe/delimiter.js';
import { nearest } from '../describe/nearest.js';
import { InputError, type Problem } from '../../problem.js';
import { readTextFile } from './text-file.js';

/** A CSV, TSV or JSONL file with named columns; its rows pass by one at a time. */
export interface Table {
  /** As the user knows the file. */
  file: string;
  columns: string[];
  /**
   * Calls `row` for each row, with the cells of the wanted columns and the line that the row begins on. A cell is ''
   * where there is nothing, and JSON where it holds a list or an object.
   * @throws InputError with the line that cannot be read.
   */
  eachRow: (wanted: readonly (string | null)[], row: (cells: string[], line: number) => void) => void;
}

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
/** No path and no class has one: a cell that does is several rows that a stray quote has joined. */
export const LINE_BREAK = /[\n\r]/;

/**
 * @throws InputError when it cannot be read as text, or has no header or rows.
 */
export function openTable(path: string, file: string): Table {
  const text = readTextFile(path, file, 'a table');
  if (text.subarray(0, 40).toString().startsWith('version https://git-lfs')) {
    throw new InputError([
      { file, message: 'is a Git LFS pointer.', remedy: 'Fetch it with "git lfs pull".' },
    ]);
  }
  return /\.(jsonl|ndjson)$/i.test(path)
    ? jsonTable(text, file)
    : delimitedTable(text, file, delimiterOf(path, text.subarray(0, 65536).toString()));
}

/**
 * The column that is asked for, or the first of the usual names that there is, in any case; null when none is.
 * @throws InputError when the column that is asked for is not there, or there twice.
 */
export function columnOf(table: Table, asked: string | undefined, usual: readonly string[]): string | null {
  const { columns, file } = table;
  const name = asked ?? usualColumn(columns, usual);
  if (name === null) return null;
  if (
    columns.filter((each) => each === name || (asked === undefined && isSameColumn(each, name))).length > 1
  ) {
    throw new InputError([
      {
        file,
        line: 1,
        message: `has the column "${name}" twice.`,
        remedy: 'Give each column a name of its own.',
      },
    ]);
  }
  if (columns.includes(name)) return name;
  const near = nearest(name, columns);
  throw new InputError([
    {
      file,
      line: 1,
      message: `has no column "${name}".`,
      remedy: near === null ? `Its columns are ${columnList(columns)}.` : `Did you mean "${near}"?`,
    },
  ]);
}

export function columnList(columns: readonly string[]): string {
  return columns.slice(0, 12).join(', ') + (columns.length > 12 ? ', …' : '');
}

function delimitedTable(text: Buffer, file: string, delimiter: string): Table {
  const columns = headerOf(text, file, delimiter);
  return {
    file,
    columns,
    eachRow(wanted, row) {
      const positions = wanted.map((name) => (name === null ? -1 : columns.indexOf(name)));
      let header = true;
      let rows = 0;
      eachRecord(text, file, delimiter, (cells, line) => {
        if (!header)
          row(
            positions.map((at) => (at === -1 ? '' : cells[at].trim())),
            line,
          );
        rows += Number(!header);
        header = false;
      });
      if (rows === 0) throw noRows(file);
    },
  };
}

function headerOf(text: Buffer, file: string, delimiter: string): string[] {
  let header: string[] | undefined;
  eachRecord(text, file, delimiter, (cells) => (header ??= cells.map((cell) => cell.trim())), 1);
  if (header === undefined) throw noRows(file);
  return header;
}

function eachRecord(
  text: Buffer,
  file: string,
  delimiter: string,
  each: (cells: string[], line: number) => void,
  most?: number,
): void {
  const lines = lineCounter(text);
  try {
    parse(text, {
      delimiter,
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_quotes: true,
      skip_empty_lines: true,
      ...(most === undefined ? {} : { to: most }),
      on_record: (cells: string[], { bytes }) => {
        const { line, start, end } = lines.next(bytes);
        if (joinsRows(cells, text.subarray(start, end))) {
          throw new InputError([{ file, line, ...STRAY_QUOTE }]);
        }
        each(cells, line);
        return null;
      },
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new InputError([{ file, line: lines.next(text.length).line, ...explain(error) }]);
  }
}

const STRAY_QUOTE = {
  message: 'opens a quote here that closes in another row, so the rows between would be lost.',
  remedy: 'Double quotes that belong to the text, and put the cell in quotes.',
};

/**
 * Whether a quote that opened in one row closed in another. Within a line quotes may be careless; a cell of several
 * lines has to be in quotes as a whole, or it is made of rows that belong to nobody.
 */
function joinsRows(cells: readonly string[], record: Buffer): boolean {
  return cells.some((cell) => LINE_BREAK.test(cell) && !record.includes(`"${cell.replaceAll('"', '""')}"`));
}

/** The parser's own count of lines is off after a quoted CRLF. */
function lineCounter(text: Buffer): {
  next: (end: number) => { line: number; start: number; end: number };
} {
  let at = 0;
  let line = 1;
  const isBreak = () => text[at] === LINE_FEED || text[at] === CARRIAGE_RETURN;
  const step = () => {
    if (text[at] === LINE_FEED || (text[at] === CARRIAGE_RETURN && text[at + 1] !== LINE_FEED)) line++;
    at++;
  };
  return {
    /** Line and byte at which the record that ends before byte `end` begins. */
    next(end) {
      while (at < end && isBreak()) step();
      const began = { line, start: at, end };
      while (at < end) step();
      return began;
    },
  };
}

function explain({ code, message }: CsvError): Pick<Problem, 'message' | 'remedy'> {
  const cells = /expect (\d+), got (\d+)/.exec(message);
  if (cells !== null) {
    return {
      message: `has ${cells[2]} instead of ${cells[1]} cells here.`,
      remedy: 'Put cells that hold the delimiter in quotes.',
    };
  }
  if (code === 'CSV_QUOTE_NOT_CLOSED') {
    return {
      message: 'opens a quote here that never closes.',
      remedy: 'Double quotes that belong to the text.',
    };
  }
  return { message: `cannot be read here: ${message.split('\n')[0]}.` };
}

function jsonTable(text: Buffer, file: string): Table {
  const columns = new Set<string>();
  let peeked = 0;
  eachJsonRow(text, file, (row) => {
    for (const name of Object.keys(row)) columns.add(name);
    return ++peeked < 100;
  });
  if (peeked === 0) throw noRows(file);
  return {
    file,
    columns: [...columns],
    eachRow(wanted, row) {
      eachJsonRow(text, file, (values, line) => {
        row(
          wanted.map((name) => (name === null || !Object.hasOwn(values, name) ? '' : cellOf(values[name]))),
          line,
        );
        return true;
      });
    },
  };
}

/** Until `each` returns false. */
function eachJsonRow(
  text: Buffer,
  file: string,
  each: (row: Record<string, unknown>, line: number) => boolean,
): void {
  let line = 0;
  for (let start = 0; start < text.length;) {
    const feed = text.indexOf(LINE_FEED, start);
    const end = feed === -1 ? text.length : feed;
    const row = text.toString('utf8', start, end).trim();
    line++;
    start = end + 1;
    if (row !== '' && !each(parseRow(row, file, line), line)) return;
  }
}

function parseRow(row: string, file: string, line: number): Record<string, unknown> {
  let value: unknown = null;
  try {
    value = JSON.parse(row);
  } catch {
    // Told below, as for any other value that is no object.
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw new InputError([
    {
      file,
      line,
      message: 'is not a JSON object on one line.',
      remedy: 'Write one {"image": …, "label": …} a line.',
    },
  ]);
}

function cellOf(value: unknown): string {
  if (typeof value === 'string') return value.trim();
  return value === null || value === undefined ? '' : JSON.stringify(value);
}

function noRows(file: string): InputError {
  return new InputError([
    { file, line: 1, message: 'has no rows.', remedy: 'It needs a header and one row an image.' },
  ]);
}
