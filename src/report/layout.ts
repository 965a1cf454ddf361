import { utf8Bytes } from './escape.js';
/** How many items of each list a form of the report shows. */
export interface Depth {
  findings: number;
  evidence: number;
  classes: number;
  reasons: number;
}

/** Cells must be escaped already. */
export function table(columns: readonly [title: string, side: 'left' | 'right'][], rows: string[][]): string {
  const header = row(columns.map(([title]) => title));
  const rule = `|${columns.map(([, side]) => (side === 'left' ? ':--' : '--:')).join('|')}|`;
  return [header, rule, ...rows.map(row)].join('\n');
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** Lines that GitHub breaks both in comments and in files. */
export function brokenLines(lines: readonly string[]): string {
  return lines.join('\\\n');
}

/** Lines in a cell or list item, all but the first in small type. */
export function stacked(first: string, ...below: (string | null)[]): string {
  return [
    first,
    ...below.filter((line) => line !== null && line !== '').map((line) => `<sub>${line!}</sub>`),
  ].join('<br>');
}

/** Details behind a summary line; the title must be escaped already. */
export function fold(title: string, body: string): string {
  return `<details>\n<summary>${title}</summary>\n\n<br>\n\n${body}\n\n</details>`;
}

/** `, 3 more` where not all are shown. */
export function andMore(shown: number, all: number): string {
  return all > shown ? `, ${all - shown} more` : '';
}

/** A part of a page that can be left out. */
export interface Section {
  /** Named to readers when it is left out. */
  name: string;
  markdown: string;
}

/** A page in reading order; the head and the foot are always kept. */
export interface Page {
  head: string;
  sections: Section[];
  foot: string;
}

/**
 * Joins a page to at most `limit` UTF-8 bytes: whole sections are left out in the order of `firstToGo`, and a note lists
 * them. Nothing is cut in the middle, so no table or fold is left open.
 */
export function fit(page: Page, limit: number, firstToGo: readonly string[]): string {
  const missing: string[] = [];
  let text = join(page, missing);
  for (const name of firstToGo) {
    if (utf8Bytes(text) <= limit) break;
    if (!page.sections.some((section) => section.name === name)) continue;
    missing.push(name);
    text = join(page, missing);
  }
  return text;
}

function join({ head, sections, foot }: Page, missing: readonly string[]): string {
  const kept = sections.filter(({ name }) => !missing.includes(name)).map(({ markdown }) => markdown);
  const notice =
    missing.length === 0
      ? []
      : [`> Left out for length: ${missing.join(', ')}. They are in the report files.`];
  return `${[head, ...kept, ...notice, foot].filter((part) => part !== '').join('\n\n')}\n`;
}
