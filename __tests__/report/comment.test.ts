import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { renderComment } from '../../src/report/comment.js';
import { utf8Bytes } from '../../src/report/escape.js';
import type { Report } from '../../src/report/model.js';
import { aContext, aReport } from './fixture.js';
import { reports } from './states.js';
import { expectGolden } from './golden.js';
import { reportSaying } from './hostile.js';

describe('renderComment', () => {
  it.each(Object.keys(reports))('draws the state %s', (state) => {
    expectGolden(`comment-${state}.md`, renderComment(reports[state], aContext));
  });

  it('says when the control shows that the measurement is broken', () => {
    const controls = aReport().controls!;
    const broken = aReport({
      controls: { ...controls, shuffledLabels: { ...controls.shuffledLabels!, passed: false } },
    });
    expect(renderComment(broken, aContext)).toContain('**The measurement is broken:**');
  });

  it('uses one status sign and the colour keys, and no other emoji', () => {
    for (const report of Object.values(reports)) {
      const pictures = renderComment(report, aContext).match(/\p{Extended_Pictographic}/gu) ?? [];
      expect(pictures.filter((sign) => '🟢🟡🔴'.includes(sign))).toHaveLength(1);
      expect(pictures.filter((sign) => !'🟢🟡🔴🟪🟦🟧⬜'.includes(sign))).toEqual([]);
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
    expect(comment).toContain('| 🟪 Hybrid | – | – | 72.4 | – |');
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
    // 36 trials are the sum over the strategies; 11 more files and 1 more finding are what is not listed.
    expect(stray.filter((number) => ![36, 11].includes(number))).toEqual([]);
  });
});

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
    recipe: { ...report.recipe!, notes: repeat(report.recipe!.notes), stages: repeat(report.recipe!.stages) },
    curves: report.curves.map((curve) => ({
      ...curve,
      measured: Array.from({ length: many }, (_, index) => ({
        ...curve.measured[0],
        trainExamples: 100 + index,
      })),
    })),
  };
}
