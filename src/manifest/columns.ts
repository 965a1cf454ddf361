import { peekText } from './peek.js';

/** Columns that are taken for the image's path when none is named. */
export const IMAGE_COLUMNS = ['image', 'file', 'file_name', 'filename', 'path'] as const;
/** Columns that are taken for the class when none is named. */
export const LABEL_COLUMNS = ['label', 'class', 'category'] as const;

/** Whether a table's first line names a column for the image. */
export function namesImages(path: string): boolean {
  const [first] = peekText(path).head.split(/\r?\n/, 1);
  const names = /\.jsonl$/i.test(path)
    ? keysOf(first)
    : first.split(/[,\t]/).map((name) => name.replaceAll('"', '').trim());
  return IMAGE_COLUMNS.some((name) => names.includes(name));
}

function keysOf(line: string): string[] {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? Object.keys(value) : [];
  } catch {
    return [];
  }
}
