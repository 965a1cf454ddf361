import { readTextHead } from '../files/read-head.js';

/** Names of the image column, in order of preference. */
export const IMAGE_COLUMNS = ['image', 'file', 'file_name', 'filename', 'path'] as const;
/** Names of the class column, in order of preference. */
export const LABEL_COLUMNS = ['label', 'class', 'category'] as const;

/** The first of the usual names that a table has, as the table spells it. */
export function usualColumn(columns: readonly string[], usual: readonly string[]): string | null {
  const exact = usual.find((name) => columns.includes(name));
  const similar = usual.map((name) => columns.find((each) => isSameColumn(each, name)));
  return exact ?? similar.find((column) => column !== undefined) ?? null;
}

/** Spreadsheets write `Image` and `Label`. */
export function isSameColumn(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

/** Spreadsheets of some countries write semicolons. */
export function delimiterOf(path: string, text: string): string {
  if (/\.(tsv|tab)$/i.test(path)) return '\t';
  const header = headerLine(text);
  return !header.includes(',') && header.includes(';') ? ';' : ',';
}

function headerLine(text: string): string {
  return text.split(/[\r\n]+/).find((line) => line !== '') ?? '';
}

/** Whether the first line of a table names a column for the image. */
export function hasImageColumn(path: string): boolean {
  const head = readTextHead(path);
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
