import { describe, expect, it } from '@jest/globals';
import { allowedDrop, failureCauses } from '../../src/github/fail-on.js';
import type { Report } from '../../src/report/types.js';
import { aReport } from '../report/fixture.js';
import { reports } from '../report/states.js';

describe('failureCauses', () => {
  it('has none for a verdict, also an inconclusive one', () => {
    for (const state of ['decided', 'scratch', 'equivalent', 'inconclusive']) {
      expect(failureCauses([reports[state]], [])).toEqual([]);
    }
  });

  it('names a run that failed or was stopped by the data', () => {
    expect(failureCauses([reports['failed'], reports['stopped']], [])).toEqual([
      expect.stringMatching(/run failed: 3 of 3 workers/u),
      expect.stringMatching(/stopped .*recycling: 212 of 420/u),
    ]);
  });

  it('fails on what it is told to', () => {
    expect(failureCauses([reports['inconclusive']], ['inconclusive'])).toHaveLength(1);
    expect(failureCauses([aReport()], ['leak-exact', 'unreadable'])).toEqual([
      expect.stringMatching(/leak-exact .*recycling.*fail-on/u),
    ]);
    expect(failureCauses([aReport()], ['inconclusive', 'stopped'])).toEqual([]);
  });

  const beside = (mean: number, high: number, verdictChanged = false): Report => ({
    ...aReport(),
    baseline: {
      from: 'cache',
      base: {
        createdAt: '2026-01-01T00:00:00.000Z',
        family: 'transfer',
        choice: 'hybrid',
        leaning: 'hybrid',
        confidence: 0.9,
        accuracy: 0.8,
        conditions: '',
      },
      sameConditions: true,
      commonTest: 300,
      differences: [
        { strategy: 'hybrid', trainExamples: 100, baseExamples: 100, mean, low: mean - 0.01, high },
      ],
      noise: 0.01,
      verdictChanged,
    },
  });

  it('fails on a verdict that is another one than at the base', () => {
    expect(failureCauses([beside(0, 0, true)], ['verdict-changed'])).toEqual([
      expect.stringMatching(/recycling .*verdict-changed/u),
    ]);
    const alone = aReport();
    delete alone.baseline;
    expect(failureCauses([beside(0, 0, false), alone], ['verdict-changed'])).toEqual([]);
  });

  it('fails on a drop of accuracy only beyond what is allowed and beyond doubt', () => {
    const rule = ['accuracy-drop>1pt'];
    expect(failureCauses([beside(-0.03, -0.01)], rule)).toEqual([
      expect.stringMatching(/hybrid for recycling is 3\.0 points lower .*allows 1\./u),
    ]);
    expect(failureCauses([beside(-0.03, 0.002)], rule)).toEqual([]);
    expect(failureCauses([beside(-0.009, -0.001)], rule)).toEqual([]);
    expect(failureCauses([beside(0.03, 0.05)], rule)).toEqual([]);
  });

  it.each([
    ['accuracy-drop>1pt', 0.01],
    ['accuracy-drop>0.5pt', 0.005],
    ['accuracy-drop>pt', null],
    ['accuracy-drop>1', null],
    ['leak-exact', null],
  ])('reads the rule %s as %p', (rule, allowed) => {
    expect(allowedDrop(rule)).toBe(allowed);
  });
});
