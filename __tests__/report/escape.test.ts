import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { clean, code, prose, utf8Bytes } from '../../src/report/escape.js';
import { injections } from '../fixtures/injection.js';
import { html } from './page.js';

describe('prose', () => {
  it.each([
    ['A plain sentence, 4.1 against 14.9 points (+3).', 'A plain sentence, 4.1 against 14.9 points (+3).'],
    ['Class `foil` has 61 images.', 'Class `foil` has 61 images.'],
    ['one `tick', 'one &#96;tick'],
    ['a|b', 'a&#124;b'],
    ['$5', '&#36;5'],
    ['@octocat', '@&#8203;octocat'],
    ['fixes #12', 'fixes #&#8203;12'],
    ['- item', '&#45; item'],
    ['1. item', '&#49;. item'],
    ['# title', '&#35; title'],
    ['since 0123abcd', 'since 0123ab&#8203;cd'],
    ['::error::x', ':&#8203;:&#8203;error:&#8203;:&#8203;x'],
  ])('%j becomes %j', (said, written) => {
    expect(prose(said)).toBe(written);
  });

  it('reads back as what was said, whatever it was', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(...injections)), (said) => {
        expect(visible(html(prose(said)))).toBe(
          visible(
            escapeHtml(clean(said).replace(/`([^`]+)`/gu, (_, name: string) => name.trim() || '(empty)')),
          ),
        );
      }),
      { numRuns: 500 },
    );
  });
});

describe('code', () => {
  it('is a code span and nothing else, in a cell as in a line', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(...injections)), (name) => {
        expect(html(code(name))).toMatch(/^<p><code>[^<]*<\/code><\/p>$/u);
        const cells = html(`| a | b |\n|--|--|\n| ${code(name)} | x |`).match(/<td>.*?<\/td>/gu);
        expect(cells).toEqual([expect.stringMatching(/^<td><code>[^<]*<\/code><\/td>$/u), '<td>x</td>']);
      }),
      { numRuns: 500 },
    );
  });

  it('names what is empty', () => {
    expect(code('')).toBe('`(empty)`');
  });
});

describe('clean', () => {
  it('is one line of bounded length without controls', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 2000 }), (text) => {
        const line = clean(text, 100);
        expect(Array.from(line).length).toBeLessThanOrEqual(100);
        expect(line).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
      }),
    );
  });

  it('bounds a name of megabytes', () => {
    expect(utf8Bytes(clean('é'.repeat(5_000_000)))).toBeLessThan(1300);
  });
});

function visible(page: string): string {
  return page
    .replace(/<[^>]*>/gu, '')
    .replace(/\u200b/gu, '')
    .replace(/\s+/gu, ' ')
    .trim();
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
