/**
 * Makes text from a repository safe in GitHub's Markdown. Names go into code spans, where GitHub links and pings nothing;
 * sentences go through `prose`, which leaves no character that Markdown, HTML or GitHub would act on.
 */

/** Breaks what GitHub would link; `clean` removes those that the text brings along. */
const zeroWidth = '\u200b';
const MAX_NAME_LENGTH = 160;
const MAX_SENTENCE_LENGTH = 600;
/** Mentions, references, addresses and emoji: each is broken after the match. */
const linked =
  /@(?=[\p{L}\p{N}])|(?:#|\bGH-)(?=[\p{L}\p{N}])|:(?=:|\/\/|[a-z0-9+_-]+(?::|$))|\b(?:mailto|xmpp)(?=:)|\bwww(?=\.)/giu;
/** What may be a commit SHA: it is broken after every six digits. */
const commit = /\b(?=[0-9a-f]*\d)(?=\d*[a-f])[0-9a-f]{7,}\b/giu;
/** The start of a list, heading or rule at the beginning of a line; `>` is escaped everywhere. */
const blockStart = /^(?:[-+](?=\s|$)|[-=]{2,}|#+(?=\s|$)|\d+(?=[.)](?:\s|$)))/u;

/** One line of visible text: control characters, bidirectional overrides and lone surrogates become `�`; cut at `limit`. */
export function clean(value: string, limit = MAX_SENTENCE_LENGTH): string {
  const line = value
    // Cuts strings of megabytes before any work is done on them.
    .slice(0, 4 * limit)
    .replace(/\s+/gu, ' ')
    .trim()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Co}]|(?![\u200c\u200d])\p{Cf}/gu, '�');
  const characters = Array.from(line);
  return characters.length <= limit && value.length <= 4 * limit
    ? line
    : `${characters.slice(0, limit - 1).join('')}…`;
}

/** One line for a log or terminal, in which GitHub's runner finds no command, wherever the line is broken. */
export function plain(text: string, limit = MAX_SENTENCE_LENGTH): string {
  return clean(text, limit)
    .replaceAll('##[', '## [')
    .replace(/(^| )(:{2,})/gu, (_, before: string, colons: string) => before + Array.from(colons).join(' '));
}

/** A file, class or setting in a code span that is safe in a table cell and in running text. */
export function code(name: string): string {
  const line = clean(name, MAX_NAME_LENGTH);
  if (line === '') return '`(empty)`';
  // A pipe ends a cell, a backtick ends the span, a dollar sign may open a formula, and ##[ is a command to the runner
  // that prints the report: these go through HTML instead.
  return /[`|\\$]|##\[/u.test(line) ? `<code>${inert(line)}</code>` : `\`${line}\``;
}

/** A sentence in which no character acts; text between backticks becomes a code span. */
export function prose(sentence: string, limit = MAX_SENTENCE_LENGTH): string {
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
