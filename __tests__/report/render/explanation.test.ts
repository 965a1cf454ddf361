import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type CommentState, nextState } from '../../../src/report/comment-state.js';
import { utf8Bytes } from '../../../src/report/escape.js';
import { type ReportComment, renderExplanation } from '../../../src/report/render/explanation.js';
import type { Verdict } from '../../../src/verdict/types.js';
import { aReport } from '../fixture.js';

const commit = '0123456789abcdef0123456789abcdef01234567';
const url = 'https://github.com/octo-org/shapes/pull/7#issuecomment-1';
const remembered = (changes: Partial<ReportComment> = {}): ReportComment => ({
  state: nextState(null, commit, aReport()),
  url,
  next: ['probe budget=15m'],
  runUrl: 'https://github.com/octo-org/shapes/actions/runs/42',
  ...changes,
});

describe('renderExplanation', () => {
  it('says what the verdict means, why, what could change it, and where the report is', () => {
    const text = renderExplanation([remembered()]);
    expect(text).toContain('### Hybrid, 94 % sure\n');
    expect(text).toContain(
      '[The report](https://github.com/octo-org/shapes/pull/7#issuecomment-1) for `0123456`',
    );
    for (const reason of aReport().verdict!.reasons) expect(text).toContain(reason.slice(0, 20));
    expect(text).toContain('`/headstart probe budget=15m`');
    expect(text).toContain('[the run](https://github.com/octo-org/shapes/actions/runs/42)');
    expect(text).toContain('None of them is an accuracy');
  });

  it.each<[Verdict['family'], string]>([
    ['transfer', 'starting from the pre-trained network is expected to do better'],
    ['scratch', 'starting from random weights is expected to do better'],
    ['equivalent', 'end within one point of each other'],
    ['inconclusive', 'do not show which side is better'],
  ])('knows what %s means', (family, meaning) => {
    const verdict = { family, choice: null, confidence: 0.8 };
    const state: CommentState = { rule: null, head: null, verdicts: [verdict], reasons: [] };
    const text = renderExplanation([remembered({ state, next: [], runUrl: null })]);
    expect(text).toContain(meaning);
    expect(text).not.toContain('**Why.**');
    expect(text).toContain('`/headstart probe budget=15m`');
  });

  it('explains the latest verdict of each comment', () => {
    const later = nextState(remembered().state, 'f'.repeat(40), aReport());
    const text = renderExplanation([remembered(), remembered({ state: later })]);
    expect(text.match(/^### /gmu)).toHaveLength(2);
    expect(text).toContain('`fffffff`');
  });

  it('says how to get a verdict where there is none', () => {
    expect(renderExplanation([])).toMatch(/has no report.*`\/headstart probe`/u);
    expect(renderExplanation([remembered({ state: null })])).toMatch(/has no verdict.*`\/headstart probe`/u);
  });

  it('links nothing but addresses', () => {
    const text = renderExplanation([
      remembered({ url: 'javascript:alert(1)', runUrl: 'https://a/b) [x](c' }),
    ]);
    expect(text).not.toContain('](');
  });

  it('fits into a comment, whatever is remembered', () => {
    const state = fc.record({
      rule: fc.constant(null),
      head: fc.constant(commit),
      verdicts: fc.constant<CommentState['verdicts']>([
        { family: 'transfer', choice: 'hybrid', confidence: 0.5 },
      ]),
      reasons: fc.array(fc.string({ unit: 'binary', maxLength: 300 }), { maxLength: 6 }),
    });
    fc.assert(
      fc.property(fc.array(state, { maxLength: 40 }), (all) => {
        const text = renderExplanation(all.map((one) => remembered({ state: one })));
        expect(utf8Bytes(text)).toBeLessThan(65_000);
      }),
      { numRuns: 20 },
    );
  });
});
