import { CsvError, parse } from 'csv-parse/sync';
import { inputError, listNames, nearestWord, type InputError } from '../../problem.js';
import { delimiterOf, isSameColumn, usualColumn } from '../describe/table-header.js';
import { readTextFile } from '../files/read-file.js';

/** A CSV, TSV or JSONL file with named columns, read row by row. */
export interface Table {
  /** The path for messages. */
  file: string;
  columns: string[];
  /**
   * Calls `row` for each row, with the cells of the wanted columns and the line that the row begins on. An
   * absent cell is '', and a list or an object is JSON.
   * @throws InputError with the line that cannot be read.
   */
  eachRow: (wanted: readonly (string | null)[], row: (cells: string[], line: number) => void) => void;
}

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
/** Paths and classes have none: a cell that does is several rows joined by a stray quote. */
export const LINE_BREAK = /[\n\r]/;

/** @throws InputError if it cannot be read as text, or has no header or rows. */
export function openTable(path: string, file: string): Table {
  const text = readTextFile(path, file, 'a table');
  const head = text.subarray(0, 65536).toString();
  if (head.startsWith('version https://git-lfs'))
    throw inputError({ file }, 'is a Git LFS pointer.', 'Fetch it with "git lfs pull".');
  return /\.(jsonl|ndjson)$/i.test(path)
    ? jsonTable(text, file)
    : delimitedTable(text, file, delimiterOf(path, head));
}

/**
 * The column with the given name, or else the first of the usual names, in any case; null if there is none.
 * @throws InputError if the given column does not exist, or the column exists twice.
 */
export function columnOf(table: Table, given: string | undefined, usual: readonly string[]): string | null {
  const { columns, file } = table;
  const at = { file, line: 1 };
  const name = given ?? usualColumn(columns, usual);
  if (name === null) return null;
  const same = columns.filter((each) => each === name || (given === undefined && isSameColumn(each, name)));
  if (same.length > 1)
    throw inputError(at, `has the column "${name}" twice.`, 'Give each column its own name.');
  if (columns.includes(name)) return name;
  const nearest = nearestWord(name, columns);
  throw inputError(
    at,
    `has no column "${name}".`,
    nearest === null ? `Its columns are ${listNames(columns, 12)}.` : `Did you mean "${nearest}"?`,
  );
}

/** @param what What the column would be for. */
export function missingColumn({ file, columns }: Table, what: string, remedy: string): InputError {
  return inputError(
    { file, line: 1 },
    `has no column for ${what}; it has ${listNames(columns, 12)}.`,
    remedy,
  );
}

function delimitedTable(text: Buffer, file: string, delimiter: string): Table {
  const columns = headerOf(text, file, delimiter);
  return {
    file,
    columns,
    eachRow(wanted, row) {
      const positions = wanted.map((name) => (name === null ? -1 : columns.indexOf(name)));
      let isHeader = true;
      let rows = 0;
      eachRecord(text, file, delimiter, (cells, line) => {
        if (isHeader) isHeader = false;
        else {
          rows++;
          const values = positions.map((at) => (at === -1 ? '' : cells[at].trim()));
          row(values, line);
        }
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
  maxRecords?: number,
): void {
  const lines = lineCounter(text);
  try {
    parse(text, {
      delimiter,
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_quotes: true,
      skip_empty_lines: true,
      ...(maxRecords === undefined ? {} : { to: maxRecords }),
      on_record: (cells: string[], { bytes }) => {
        const { line, start, end } = lines.next(bytes);
        if (joinsRows(cells, text.subarray(start, end))) {
          throw inputError(
            { file, line },
            'opens a quote here that closes in another row, so the rows between would be lost.',
            'Double quotes that belong to the text, and put the cell in quotes.',
          );
        }
        each(cells, line);
        return null;
      },
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw unreadableRecord(error, { file, line: lines.next(text.length).line });
  }
}

/**
 * Whether a quote that opened in one row closed in another. Quotes within a line may be careless; a cell of
 * several lines must be quoted as a whole.
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

function unreadableRecord({ code, message }: CsvError, at: { file: string; line: number }): InputError {
  const cells = /expect (\d+), got (\d+)/.exec(message);
  if (cells !== null) {
    return inputError(
      at,
      `has ${cells[2]} instead of ${cells[1]} cells here.`,
      'Put cells that contain the delimiter in quotes.',
    );
  }
  return code === 'CSV_QUOTE_NOT_CLOSED'
    ? inputError(at, 'opens a quote here that never closes.', 'Double quotes that belong to the text.')
    : inputError(at, `cannot be read here: ${message.split('\n')[0]}.`);
}

function jsonTable(text: Buffer, file: string): Table {
  const columns = new Set<string>();
  let rows = 0;
  eachJsonRow(text, file, (row) => {
    for (const name of Object.keys(row)) columns.add(name);
    return ++rows < 100;
  });
  if (rows === 0) throw noRows(file);
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
    // Refused below, like any value that is not an object.
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw inputError(
    { file, line },
    'is not a JSON object on one line.',
    'Write one {"image": …, "label": …} per line.',
  );
}

function cellOf(value: unknown): string {
  if (typeof value === 'string') return value.trim();
  return value === null || value === undefined ? '' : JSON.stringify(value);
}

function noRows(file: string): InputError {
  return inputError({ file, line: 1 }, 'has no rows.', 'It needs a header and one row per image.');
}
