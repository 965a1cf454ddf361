/** How much of each list a form of the report shows. */
export interface Depth {
  findings: number;
  evidence: number;
  classes: number;
  reasons: number;
}

/** Columns: `:` text on the left, `-` numbers on the right. Cells must be escaped already. */
export function table(columns: readonly [title: string, side: 'left' | 'right'][], rows: string[][]): string {
  const header = row(columns.map(([title]) => title));
  const rule = `|${columns.map(([, side]) => (side === 'left' ? ':--' : '--:')).join('|')}|`;
  return [header, rule, ...rows.map(row)].join('\n');
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** Lines that GitHub breaks in a comment and in a file alike. */
export function brokenLines(lines: readonly string[]): string {
  return lines.join('\\\n');
}

/** Lines in a cell or an item of a list, the ones below the first small. */
export function stacked(first: string, ...below: (string | null)[]): string {
  return [
    first,
    ...below.filter((line) => line !== null && line !== '').map((line) => `<sub>${line!}</sub>`),
  ].join('<br>');
}

/** A detail behind a summary line, which is text of ours. */
export function fold(title: string, body: string): string {
  return `<details>\n<summary>${title}</summary>\n\n<br>\n\n${body}\n\n</details>`;
}

/** `more` things of which only some are shown. */
export function andMore(shown: number, all: number): string {
  return all > shown ? `, ${all - shown} more` : '';
}
