import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { renderComment } from '../../../src/report/render/comment.js';
import { utf8Bytes } from '../../../src/report/escape.js';
import type { Report } from '../../../src/report/types.js';
import { aContext, aReport } from '../fixture.js';
import { reports, states } from '../states.js';
import { expectGolden } from '../golden.js';
import { reportSaying } from '../hostile.js';
import { foreignTags, html } from '../page.js';

describe('renderComment', () => {
  it.each(Object.keys(states))('draws the state %s', (state) => {
    expectGolden(`comment-${state}.md`, states[state].markdown);
  });

  it.each(Object.keys(reports).filter((name) => !Object.hasOwn(states, name)))(
    'draws a report that is %s',
    (name) => {
      expectGolden(`comment-${name}.md`, renderComment(reports[name], aContext));
    },
  );

  it('has the nine states', () => {
    expect(Object.keys(states)).toHaveLength(9);
  });

  it.each([
    ['data', undefined, '`recycling`'],
    ['.', undefined, '`recycling`'],
    ['packages/a/recycling/', undefined, '`packages/a/recycling`'],
    ['./packages/a/images', undefined, '`recycling` in `packages/a/images`'],
    ['.', 'packages/a/recycling', '`packages/a/recycling`'],
    ['packages', 'packages/b/recycling', '`packages/b/recycling`'],
  ])('calls a dataset at %s, found in %s, %s', (path, folder, title) => {
    const dataset = { ...aReport().dataset!, path, ...(folder === undefined ? {} : { folder }) };
    for (const status of ['complete', 'unchanged'] as const) {
      const comment = renderComment(aReport({ dataset, status }), aContext);
      expect(comment).toMatch(
        status === 'complete' ? /^## 🟢 .* · `[^\n]+$/mu : /^⚪ \*\*Headstart\*\* \(/mu,
      );
      expect(comment).toContain(status === 'complete' ? ` · ${title}\n` : `(${title}):`);
    }
  });

  it('names the backbone of the workflow where it is another than the default, in title and boxes', () => {
    const comment = renderComment(aReport(), { ...aContext, backbone: 'auto', listens: true });
    expect(comment).toMatch(/^## .* · `recycling` · backbone `auto`$/mu);
    const boxes = [...comment.matchAll(/headstart:do (.*) -->/gu)].map(([, command]) => command);
    expect(boxes.length).toBeGreaterThan(0);
    for (const box of boxes) expect(box).toMatch(/^probe budget=\w+ backbone=auto$/u);
  });

  it('withholds the verdict when the control knows test images, and says what to do', () => {
    const comment = renderComment(reports['withheld'], aContext);
    expect(comment).toContain('## 🔴 Headstart withholds its verdict');
    expect(comment).toMatch(/shuffled labels.*\n\*\*Fix first:\*\* Remove the copies/u);
  });

  it('has each control on a line of its own, in its metric', () => {
    const { dataset } = aReport();
    const report = aReport({ dataset: { ...dataset!, metric: 'balanced-accuracy' } });
    const lines = renderComment(report, aContext).split(/<br>|\n/u);
    expect(lines).toContain('Always guessing the largest class: balanced accuracy 55.1 %.');
    expect(lines.filter((line) => line.startsWith('With labels shuffled 20 times: 47.9 %'))).toHaveLength(1);
  });

  it('uses one status sign and the colour keys, and no other emoji', () => {
    for (const report of Object.values(reports)) {
      const pictures = renderComment(report, aContext).match(/\p{Extended_Pictographic}/gu) ?? [];
      expect(pictures.filter((sign) => '🟢🟡🔴⚪'.includes(sign))).toHaveLength(1);
      expect(pictures.filter((sign) => !'🟢🟡🔴⚪🟪🟦🟧⬜'.includes(sign))).toEqual([]);
    }
  });

  it('leaves the chart out when the strategies share no two sizes, and keeps the numbers', () => {
    const report = aReport({
      curves: aReport().curves.map((curve, index) => ({
        ...curve,
        measured: [curve.measured[index]],
        predicted: [],
      })),
    });
    const comment = renderComment(report, aContext);
    expect(comment).not.toContain('mermaid');
    expect(comment).toContain('**Frozen features**: 60.3 % at 131 images');
  });

  it('tells no spread of a full run that reads alike at both ends', () => {
    expect(renderComment(reports['sizes-apart'], aContext)).toContain(
      'Full run with this network: **under 1 s, 0 USD** on this runner.',
    );
  });

  it('says once why the data stopped it, and then what to do', () => {
    const [head] = states['stopped'].markdown.split('###');
    expect(head.split(reports['stopped'].statusReason!)).toHaveLength(2);
    expect(head).toContain(`**Fix first:** ${reports['stopped'].findings[0].remedy}`);
  });

  it('compares no scores where there is none', () => {
    expect(states['stopped'].markdown).toMatch(/verdict for the base is frozen features/u);
    expect(states['stopped'].markdown).not.toMatch(/cannot be compared|Accuracy compared/u);
  });

  it.each(Object.keys(states))('is no wider than a phone in the state %s', (state) => {
    const tables = states[state].markdown.match(/(?:^\|.*\n)+/gmu) ?? [];
    expect(Math.max(0, ...tables.map(narrowest))).toBeLessThanOrEqual(PHONE);
    // Blocks of code scroll, but for the chart, which is drawn.
    expect(states[state].markdown.match(/^```(?!mermaid$).+$/gmu)).toBeNull();
  });

  it('links nothing when the place of the run is not known or not an address', () => {
    const nowhere = { ...aContext, headSha: null, repository: null, runUrl: null, serverUrl: '' };
    expect(renderComment(aReport(), nowhere)).not.toContain('](');
    const forged = {
      ...aContext,
      repository: 'a/b) [x](//evil',
      runUrl: 'javascript:alert(1)',
      headSha: 'z',
    };
    expect(renderComment(aReport(), forged)).not.toContain('](');
  });

  it('links the evidence to the file of the commit, whatever the file is called', () => {
    const page = `https://github.com/octo-org/shapes/blob/${aContext.headSha!}`;
    expect(renderComment(aReport(), aContext)).toContain(
      `[\`test/glass/0412.jpg = train/glass/0031.jpg\`](${page}/data/test/glass/0412.jpg)`,
    );
    fc.assert(
      fc.property(fileNames, fc.nat(2000), (file, line) => {
        const [finding] = aReport().findings.slice(-1);
        const found = { ...finding, evidence: [file], places: [{ file, line: line + 1 }] };
        const comment = html(renderComment(aReport({ findings: [found] }), aContext));
        const pages = [...comment.matchAll(/href="([^"]*\/blob\/[^"]*)"/gu)].map(([, href]) => href);
        expect(foreignTags(comment).filter((tag) => !['a', 'input'].includes(tag))).toEqual([]);
        for (const href of pages) {
          expect(new URL(href).pathname.startsWith(new URL(page).pathname)).toBe(true);
          expect(decodeURIComponent(new URL(href).pathname)).toBe(
            decodeURIComponent(
              `${new URL(page).pathname}/${file.split('/').map(encodeURIComponent).join('/')}`,
            ),
          );
          expect(href).toMatch(/^[\w:/.%-]+#L\d+$/u);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('links no file of data that is not in the repository', () => {
    const { change, ...elsewhere } = aReport();
    expect(change).toBeDefined();
    expect(renderComment(elsewhere, aContext)).not.toContain('/blob/');
  });

  it('keeps a hostile key inside its marker', () => {
    const comment = renderComment(aReport(), { ...aContext, key: 'x --> @me <b>' });
    expect(comment.split('\n')[0]).toBe('<!-- headstart:report key=x_me_b_ schema=1 -->');
  });
});

describe('the size of a comment', () => {
  it('stays under 60,000 bytes for any report, and keeps every table and fold whole', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 3000 }),
        fc.integer({ min: 0, max: 400 }),
        (text, many) => {
          const comment = renderComment(crowded(text, many), aContext);
          expect(utf8Bytes(comment)).toBeLessThanOrEqual(60_000);
          expect(comment.match(/<details>/gu)?.length).toBe(comment.match(/<\/details>/gu)?.length);
          expect(comment.match(/^```/gmu)?.length ?? 0).toBe(2 * (comment.match(/^```\w+$/gmu)?.length ?? 0));
          expect(comment.startsWith('<!-- headstart:report key=default schema=1 -->\n\n## 🟢')).toBe(true);
          expect(comment).toContain('**Hybrid** (pick)');
          expect(comment).toMatch(/has the complete report\.<\/sub>\n<!-- headstart:state [^\n]* -->\n$/u);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('drops whole sections in a fixed order and says which', () => {
    const full = renderComment(aReport(), aContext);
    const long = renderComment(crowded('|'.repeat(3000), 400), aContext);
    expect(full).not.toContain('Left out for length');
    expect(long).toMatch(/> Left out for length: the receipt, the classes, /u);
    expect(long).not.toContain('<summary><b>Receipt</b></summary>');
  });
});

describe('the numbers of a comment', () => {
  it('all come from the report', () => {
    const shown = renderComment({ ...aReport(), receipt: null }, { ...aContext, headSha: null, runUrl: null })
      .replace(/<!--.*?-->|#[0-9a-f]{6}/gu, '')
      .replace(/0 --> 100|80 % intervals/gu, '')
      .match(/\d[\d,]*(?:\.\d+)?/gu)!
      .map((number) => Number(number.replaceAll(',', '')));
    const known = numbersIn(aReport());
    const stray = shown.filter((number) => !known.some((value) => sameNumber(number, value)));
    // 36 trials are the sum over the strategies, 12 the files that are not listed, 23 those that were relabelled; 400
    // and 270 are the size of the chart and 14 and 12 that of its letters.
    expect(stray.filter((number) => ![36, 12, 23, 400, 270, 14].includes(number))).toEqual([]);
  });
});

/** Pixels of a comment's text on a phone that is 400 wide. */
const PHONE = 334;

/** Pixels that a table takes however it wraps, at 14 pixels a letter's height, about. */
function narrowest(table: string): number {
  const rows = table
    .trim()
    .split('\n')
    .filter((_, index) => index !== 1)
    .map((row) => row.split('|').slice(1, -1));
  const columns = rows[0].map((_, column) =>
    Math.max(...rows.flatMap((row) => row[column].split('<br>').map(longestWord))),
  );
  return columns.reduce((sum, width) => sum + 26 + width, 0);
}

function longestWord(line: string): number {
  const letter = line.includes('<sub>') ? 5.8 : 7.7;
  const words = line.replace(/<\/?\w+>|[*`]/gu, '').split(/[\s-]+/u);
  return letter * Math.max(...words.map((word) => Array.from(word).length));
}

const fileNames = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc
    .array(
      fc.constantFrom(
        'data',
        'a b',
        '[x](y)',
        '`',
        '"',
        "'",
        '<b>',
        '#1',
        '?q',
        '%2e%2e',
        'é',
        '日本',
        '&',
        '\\',
        '.jpg',
        ')',
      ),
      {
        minLength: 1,
        maxLength: 5,
      },
    )
    .map((parts) => parts.join('/')),
);

/** Numbers and numbers in sentences, as fractions, points, minutes and counts. */
function numbersIn(value: unknown): number[] {
  if (typeof value === 'number') return [value, value * 100, value / 60];
  if (typeof value === 'string') {
    return (value.match(/\d[\d,]*(?:\.\d+)?/gu) ?? []).map((number) => Number(number.replaceAll(',', '')));
  }
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(numbersIn) : [];
}

function sameNumber(shown: number, known: number): boolean {
  return Math.abs(shown - Math.abs(known)) <= (Number.isInteger(shown) ? 0.5 : 0.0501) + 1e-9;
}

/** A report with `many` of everything, each of them saying `text`. */
function crowded(text: string, many: number): Report {
  const report = reportSaying(text);
  const repeat = <T>(list: T[]): T[] => Array.from({ length: many }, (_, index) => list[index % list.length]);
  return {
    ...report,
    verdict: { ...report.verdict!, reasons: repeat(report.verdict!.reasons) },
    findings: repeat(report.findings),
    classes: repeat(report.classes),
    recipe: { ...report.recipe!, notes: repeat(report.recipe!.notes) },
    curves: report.curves.map((curve) => ({
      ...curve,
      measured: Array.from({ length: many }, (_, index) => ({
        ...curve.measured[0],
        trainExamples: 100 + index,
      })),
    })),
  };
}
