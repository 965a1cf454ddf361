import { describe, expect, it } from '@jest/globals';
import { allowedDrop, failures } from '../../src/github/failures.js';
import type { Report } from '../../src/report/types.js';
import { aReport } from '../report/fixture.js';
import { reports } from '../report/states.js';

describe('failures', () => {
  it('has none for a verdict, also an inconclusive one', () => {
    for (const state of ['decided', 'scratch', 'equivalent', 'inconclusive']) {
      expect(failures([reports[state]], [])).toEqual([]);
    }
  });

  it('names a run that failed or was stopped by the data', () => {
    expect(failures([reports['failed'], reports['stopped']], [])).toEqual([
      'The run failed: 3 of 3 workers ran out of memory. Try `workers: 1`.',
      'The data stopped the run for recycling: 212 of 420 test images are also in train.',
    ]);
  });

  it('fails on what it is told to', () => {
    expect(failures([reports['inconclusive']], ['inconclusive'])).toHaveLength(1);
    expect(failures([aReport()], ['leak-exact', 'unreadable'])).toEqual([
      'fail-on names the finding leak-exact for recycling.',
    ]);
    expect(failures([aReport()], ['inconclusive', 'stopped'])).toEqual([]);
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
    expect(failures([beside(0, 0, true)], ['verdict-changed'])).toEqual([
      'The verdict for recycling is another one than at the base, and fail-on asks to fail then.',
    ]);
    const alone = aReport();
    delete alone.baseline;
    expect(failures([beside(0, 0, false), alone], ['verdict-changed'])).toEqual([]);
  });

  it('fails on a drop of accuracy only beyond what is allowed and beyond doubt', () => {
    const rule = ['accuracy-drop>1pt'];
    expect(failures([beside(-0.03, -0.01)], rule)).toEqual([
      'Accuracy of hybrid for recycling is 3.0 points lower than at the base, and fail-on asks to fail beyond 1.',
    ]);
    expect(failures([beside(-0.03, 0.002)], rule)).toEqual([]);
    expect(failures([beside(-0.009, -0.001)], rule)).toEqual([]);
    expect(failures([beside(0.03, 0.05)], rule)).toEqual([]);
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
