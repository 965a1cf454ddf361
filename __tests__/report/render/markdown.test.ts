import { describe, expect, it } from '@jest/globals';
import { utf8Bytes } from '../../../src/report/escape.js';
import { renderMarkdown } from '../../../src/report/render/markdown.js';
import { aReport } from '../fixture.js';
import { reports } from '../states.js';
import { expectGolden } from '../golden.js';
import { reportSaying } from '../hostile.js';

describe('renderMarkdown', () => {
  it('is the complete report, with what only some readers want folded at its end', () => {
    const text = renderMarkdown(aReport());
    expectGolden('report.md', text);
    expect(text.match(/<summary><b>(\w+)<\/b>/gu)).toEqual([
      '<summary><b>Receipt</b>',
      '<summary><b>Trials</b>',
    ]);
    for (const { evidence } of aReport().findings) {
      for (const name of evidence) expect(text).toContain(`\`${name}\``);
    }
    for (const { seed } of aReport().receipt!.trials) expect(text).toContain(`| ${seed} |`);
  });

  it('has something to say in every state', () => {
    for (const report of Object.values(reports))
      expect(renderMarkdown(report)).toMatch(/^## (?:🟢|🟡|🔴|⚪) \S/u);
  });

  it('fits into a job summary with thousands of classes and trials', () => {
    const many = <T>(list: T[]): T[] =>
      Array.from({ length: 20_000 }, (_, index) => list[index % list.length]);
    const report = reportSaying('a|`<b>'.repeat(100));
    const text = renderMarkdown({
      ...report,
      classes: many(report.classes),
      findings: many(report.findings),
      receipt: { ...report.receipt!, trials: many(report.receipt!.trials) },
    });
    expect(utf8Bytes(text)).toBeLessThanOrEqual(1_000_000);
    expect(text).toContain('Left out for length: Trials, Per class');
  });
});
