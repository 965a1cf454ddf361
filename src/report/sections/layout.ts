/** How much of each list a form of the report shows, and whether details are folded. */
export interface Depth {
  findings: number;
  evidence: number;
  classes: number;
  reasons: number;
  folded: boolean;
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

/** A detail behind a summary line (plain text of ours), or under a heading where nothing is folded. */
export function fold(title: string, body: string, folded: boolean): string {
  return folded
    ? `<details>\n<summary>${title}</summary>\n\n<br>\n\n${body}\n\n</details>`
    : `### ${title}\n\n${body}`;
}

/** `more` things of which only some are shown. */
export function andMore(shown: number, all: number): string {
  return all > shown ? `, ${all - shown} more` : '';
}
