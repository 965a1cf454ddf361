import { delimiterOf, headerLine } from './delimiter.js';
import { peekText } from './peek.js';

/** Columns that are taken for the image's path when none is named. */
export const IMAGE_COLUMNS = ['image', 'file', 'file_name', 'filename', 'path'] as const;
/** Columns that are taken for the class when none is named. */
export const LABEL_COLUMNS = ['label', 'class', 'category'] as const;

/** The first of the usual names that a table has, as the table spells it; null when it has none. */
export function usualColumn(columns: readonly string[], usual: readonly string[]): string | null {
  const exact = usual.find((name) => columns.includes(name));
  const alike = usual.map((name) => columns.find((each) => isSameColumn(each, name)));
  return exact ?? alike.find((column) => column !== undefined) ?? null;
}

/** Capitals do not count in the usual names: spreadsheets write `Image` and `Label`. */
export function isSameColumn(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

/** Whether a table's first line names a column for the image. */
export function namesImages(path: string): boolean {
  const { head } = peekText(path);
  const header = headerLine(head);
  const columns = /\.(jsonl|ndjson)$/i.test(path)
    ? keysOf(header)
    : header.split(delimiterOf(path, head)).map((name) => name.replaceAll('"', '').trim());
  return usualColumn(columns, IMAGE_COLUMNS) !== null;
}

function keysOf(line: string): string[] {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? Object.keys(value) : [];
  } catch {
    return [];
  }
}
