import { describe, expect, it } from '@jest/globals';
import { renderCheck } from '../../src/report/render/check.js';
import { renderComment } from '../../src/report/render/comment.js';
import { nextState } from '../../src/report/comment-state.js';
import { headline } from '../../src/report/sections/headline.js';
import { renderMarkdown } from '../../src/report/render/markdown.js';
import type { Report } from '../../src/report/types.js';
import { renderTerminal } from '../../src/report/render/terminal.js';
import type { Verdict } from '../../src/verdict/types.js';
import { aContext, aReport } from './fixture.js';
import { reports } from './states.js';

const plain = {
  strong: (text: string) => text,
  sentence: (text: string) => text,
  name: (name: string) => name,
};
const verdictWith = (changes: Partial<Verdict>): Report =>
  aReport({ findings: [], verdict: { ...aReport().verdict!, ...changes } });
const linesOf = (report: Report) => headline(report, plain).lines.join('\n');
const forms: Record<string, (report: Report) => string> = {
  terminal: (report) => renderTerminal(report, { width: 100, color: false }),
  markdown: (report) => renderMarkdown(report),
  comment: (report) => renderComment(report, aContext),
  'check run': (report) => renderCheck([report], []).summary,
};

describe('the headline', () => {
  it.each([
    ['decided', /^Fine-tune, .*· embedded network at 64 px$/u],
    ['scratch', /^Train from scratch · compared with the embedded network at 64 px$/u],
    ['equivalent', /^A tie, so use the cheaper: frozen features · embedded network at 64 px$/u],
    ['inconclusive', /^Cannot tell yet · embedded network at 64 px$/u],
    ['wide-intervals', /· mobilenet_v1_0.25_224 at 224 px$/u],
  ])('of a report that is %s names the network and the input size', (state, title) => {
    expect(headline(reports[state], plain).title).toMatch(title);
  });

  it('says the claim of the strategy, not that of its family', () => {
    expect(linesOf(verdictWith({ claim: 0.91, confidence: 0.97 }))).toMatch(
      /^91 % sure: the hybrid beats scratch or is at most one point behind\./u,
    );
  });

  it.each(['scratch', 'equivalent', 'inconclusive'])(
    'says what a stronger network may do where it is %s',
    (state) => {
      expect(linesOf(reports[state])).toMatch(/stronger pre-trained network may/u);
    },
  );

  it('says what is safe today and what would settle it, while it cannot tell', () => {
    expect(linesOf(reports['inconclusive'])).toMatch(/Safe today: fine-tuning,.* 1\.6 points/u);
    expect(linesOf(reports['inconclusive'])).toMatch(
      /To settle it: train from scratch with 8,000 images \(95 min\)/u,
    );
    expect(linesOf(reports['one-sided'])).toMatch(/Safe today: the frozen network/u);
  });

  it('tells what is measured from what is predicted', () => {
    expect(linesOf(reports['measured-at-full-size'])).toContain('measured, not predicted');
    expect(linesOf(reports['decided'])).not.toMatch(/measured, not predicted|wide/u);
    expect(linesOf(reports['wide-intervals'])).toMatch(/interval is wide.* 7\.6 times/u);
  });

  it('gives a bound in place of a gap while a side has not started to learn', () => {
    const lines = linesOf(reports['not-learning']);
    expect(lines).toContain('At 2,098 images scratch has not started to learn; at the same size');
    expect(lines).not.toMatch(/expected to end/u);
  });

  it('explains a pick that measured lower than another', () => {
    expect(linesOf(reports['decided'])).toContain('which may be chance');
    const { strategies } = aReport();
    const apart = strategies.map((one) =>
      one.name === 'fine-tune'
        ? { ...one, gapToChoice: { mean: 0.05, low: 0.03, high: 0.07, trainExamples: 2098 } }
        : one,
    );
    expect(linesOf(aReport({ strategies: apart }))).toMatch(/the hybrid is expected to overtake/u);
    const higher = apart.map((one) =>
      one.name === 'fine-tune' ? { ...one, predicted: { mean: 0.874, low: 0.83, high: 0.9 } } : one,
    );
    expect(linesOf(aReport({ strategies: higher }))).toContain('worth its price');
  });
});

describe('beyond sixteen times what was measured', () => {
  const far = reports['sizes-apart'];

  it.each(Object.keys(forms))('the %s has a direction and no number', (form) => {
    const text = forms[form](far);
    expect(text).toContain('31 times as many as were measured');
    expect(text).toMatch(/points? to \**the hybrid/u);
    // Of the fixture: claim, confidence of the choice, odds, gap, predictions, crossing.
    for (const number of ['94 %', '71 %', '93 %', '40 %', '20 points', '87.0', '67.3', '31,000'])
      expect(text).not.toContain(number);
    expect(text).not.toContain('8000]');
  });

  it('what the comment remembers has no percentage', () => {
    expect(nextState(null, null, far).verdicts).toEqual([
      { family: 'transfer', choice: 'hybrid', confidence: null },
    ]);
    expect(nextState(null, null, aReport()).verdicts[0].confidence).toBe(0.94);
  });

  it('what was measured at the full size is still shown', () => {
    const strategies = far.strategies.map((one) =>
      one.name === 'frozen' ? { ...one, trainExamples: 8000 } : one,
    );
    expect(renderMarkdown({ ...far, strategies })).toContain('| Measured<br><sub>at 8,000 images</sub> |');
  });

  it('a strategy that lags behind its family is not predicted either', () => {
    const strategies = aReport().strategies.map((one) =>
      one.name === 'frozen' ? { ...one, trainExamples: 262, atCommonSize: null } : one,
    );
    const text = renderMarkdown(aReport({ strategies }));
    expect(text).toContain('too far');
    expect(text).not.toContain('80.9');
  });
});

describe('one gap', () => {
  it('stands in the headline and in no column of the table', () => {
    const text = renderMarkdown(aReport());
    expect(text.split('**about 20 points above**')).toHaveLength(2);
    expect(text.split('### ')[0]).not.toContain('−19.7');
  });
});
