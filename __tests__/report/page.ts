import { micromark } from 'micromark';
import { gfm, gfmHtml } from 'micromark-extension-gfm';

/** Markdown as a GFM parser reads it. */
export function html(markdown: string): string {
  return micromark(markdown, {
    allowDangerousHtml: true,
    extensions: [gfm()],
    htmlExtensions: [gfmHtml()],
  });
}

/** The tags of a page, without those that tables, lists and our own folds are made of. */
export function foreignTags(page: string): string[] {
  const ours =
    /^(?:h[1-6]|p|strong|em|code|pre|table|thead|tbody|tr|t[hd]|ul|ol|li|sub|br|details|summary|b|blockquote)$/u;
  return [...page.matchAll(/<\/?([a-z][\w-]*)/giu)]
    .map(([, tag]) => tag.toLowerCase())
    .filter((tag) => !ours.test(tag));
}

/** What GitHub would look for mentions, references and addresses in: text outside code, entities read. */
export function runningText(page: string): string {
  return page
    .replace(/<pre>[\s\S]*?<\/pre>|<code[^>]*>[\s\S]*?<\/code>/gu, '')
    .replace(/<!--[\s\S]*?-->|<[^>]+>/gu, ' ')
    .replace(/&#(\d+);/gu, (_, code: string) => String.fromCodePoint(Number(code)))
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&');
}

/** Cells of every row of every table. */
export function cellCounts(page: string): number[] {
  return [...page.matchAll(/<tr>([\s\S]*?)<\/tr>/gu)].map(([, row]) => (row.match(/<t[hd]/gu) ?? []).length);
}
