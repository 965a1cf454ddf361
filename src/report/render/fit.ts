import { utf8Bytes } from './escape.js';

/** A part of a page that can be left out as a whole. */
export interface Section {
  /** As readers call it when it is missing. */
  name: string;
  markdown: string;
}

/** A page in its reading order: the head and the foot always stay. */
export interface Page {
  head: string;
  sections: Section[];
  foot: string;
}

/**
 * Joins a page to at most `limit` UTF-8 bytes: whole sections are left out, in the order of `firstToGo`, and the page
 * says which. Nothing is cut in the middle, so no table or fold is left open.
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
      : [`> Left out for length: ${missing.join(', ')}. The report's files hold them.`];
  return `${[head, ...kept, ...notice, foot].filter((part) => part !== '').join('\n\n')}\n`;
}
