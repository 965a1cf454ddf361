/**
 * Text from a repository on its way into GitHub's Markdown. Names go into code spans, where GitHub links and pings
 * nothing; sentences go through `prose`, which leaves no character that Markdown, HTML or GitHub would act on.
 */

/** Put behind what GitHub would link; `clean` lets none of the text's own through. */
const zeroWidth = '\u200b';
const longestName = 160;
const longestSentence = 600;
/** Mentions, references, addresses and emoji: each is broken after what matches. */
const linked =
  /@(?=[\p{L}\p{N}])|(?:#|\bGH-)(?=[\p{L}\p{N}])|:(?=:|\/\/|[a-z0-9+_-]+(?::|$))|\b(?:mailto|xmpp)(?=:)|\bwww(?=\.)/giu;
/** What may be the name of a commit: no six digits of it stay together with a seventh. */
const commit = /\b(?=[0-9a-f]*\d)(?=\d*[a-f])[0-9a-f]{7,}\b/giu;
/** What would begin a list, a heading or a rule at the start of a line; `>` is escaped everywhere. */
const blockStart = /^(?:[-+](?=\s|$)|[-=]{2,}|#+(?=\s|$)|\d+(?=[.)](?:\s|$)))/u;

/** One line of visible text: controls, bidirectional overrides and lone surrogates become `�`; cut at `limit` characters. */
export function clean(value: string, limit = longestSentence): string {
  const line = value
    // A string of megabytes is cut before any work is done on it.
    .slice(0, 4 * limit)
    .replace(/\s+/gu, ' ')
    .trim()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Co}]|(?![\u200c\u200d])\p{Cf}/gu, '�');
  const characters = Array.from(line);
  return characters.length <= limit && value.length <= 4 * limit
    ? line
    : `${characters.slice(0, limit - 1).join('')}…`;
}

/** One line for a log or a terminal, in which no runner of GitHub's finds a command, wherever it is broken. */
export function plain(text: string, limit = longestSentence): string {
  return clean(text, limit)
    .replaceAll('##[', '## [')
    .replace(/(^| )(:{2,})/gu, (_, before: string, colons: string) => before + Array.from(colons).join(' '));
}

/** A file, class or setting in a code span that holds in a table cell and in running text. */
export function code(name: string): string {
  const line = clean(name, longestName);
  if (line === '') return '`(empty)`';
  // A pipe ends a cell and a backtick the span; a dollar sign may open a formula, and ##[ a command of the runner that
  // a report is printed on: these go through HTML instead.
  return /[`|\\$]|##\[/u.test(line) ? `<code>${inert(line)}</code>` : `\`${line}\``;
}

/** A sentence in which nothing acts; what stands between backticks in it becomes a code span. */
export function prose(sentence: string, limit = longestSentence): string {
  const parts = clean(sentence, limit).split(/`([^`]+)`/u);
  return parts.map((part, index) => (index % 2 === 1 ? code(part) : inert(part, index === 0))).join('');
}

function inert(text: string, opensLine = false): string {
  const escaped = text
    .replace(linked, `$&${zeroWidth}`)
    .replace(commit, (digits) => digits.replace(/.{6}(?=.)/gu, `$&${zeroWidth}`))
    .replace(/[&<>`*_~[\]|\\$]/gu, entity)
    .replaceAll(zeroWidth, entity);
  return opensLine ? escaped.replace(blockStart, entity) : escaped;
}

function entity(characters: string): string {
  return Array.from(characters, (character) => `&#${character.codePointAt(0)!};`).join('');
}

/** Size of a text in UTF-8 bytes. */
export function utf8Bytes(text: string): number {
  return new TextEncoder().encode(text).length;
}
