/** What stands between the cells of a table, by its ending and its first line; spreadsheets of some countries write semicolons. */
export function delimiterOf(path: string, text: string): string {
  if (/\.(tsv|tab)$/i.test(path)) return '\t';
  const header = headerLine(text);
  return !header.includes(',') && header.includes(';') ? ';' : ',';
}

/** The first line of a table that is not empty. */
export function headerLine(text: string): string {
  return text.split(/[\r\n]+/).find((line) => line !== '') ?? '';
}
