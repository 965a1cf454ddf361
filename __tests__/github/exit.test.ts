import { describe, expect, it } from '@jest/globals';
import { failures } from '../../src/github/exit.js';
import { aReport, states } from '../report/fixture.js';

describe('failures', () => {
  it('has none for a verdict, also an inconclusive one', () => {
    for (const state of ['decided', 'scratch', 'equivalent', 'inconclusive']) {
      expect(failures([states[state]], [])).toEqual([]);
    }
  });

  it('names a run that failed or was stopped by the data', () => {
    expect(failures([states['failed'], states['stopped']], [])).toEqual([
      'The run failed: 3 of 3 workers ran out of memory. Try `workers: 1`.',
      'The data stopped the run for recycling: 212 of 420 test images are also in train, so no score would mean anything.',
    ]);
  });

  it('fails on what it is told to', () => {
    expect(failures([states['inconclusive']], ['inconclusive'])).toHaveLength(1);
    expect(failures([aReport()], ['leak-exact', 'unreadable'])).toEqual([
      'fail-on names the finding leak-exact for recycling.',
    ]);
    expect(failures([aReport()], ['inconclusive', 'stopped'])).toEqual([]);
  });
});
