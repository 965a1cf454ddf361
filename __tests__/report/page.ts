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

/** Attributes of a page that tables, code and lists do not have. */
export function attributes(page: string): string[] {
  return [...page.matchAll(/<[a-z][\w-]*\s+([^>]*)>/giu)]
    .map(([, text]) => text.replace(/\s*\/$/u, ''))
    .filter((text) => !/^(?:|align="(?:left|right|center)"|class="language-\w+"|start="\d+")$/u.test(text));
}

/** The tags of a page in their order, without those that stress words and set code: how it is built. */
export function skeleton(markdown: string): string {
  const tags = html(markdown).match(/<\/?[a-z][\w-]*/giu) ?? [];
  return tags.filter((tag) => !/^<\/?code$/u.test(tag)).join('');
}

/** The Mermaid blocks of a text. */
export function mermaid(markdown: string): string[] {
  return markdown.match(/^```mermaid$[^]*?^```$/gmu) ?? [];
}
