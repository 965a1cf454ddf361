import { describe, expect, it } from '@jest/globals';
import { hiddenState, historyLine, nextState, stateIn } from '../../src/report/comment-state.js';
import { aReport } from './fixture.js';

const [first, second] = ['a'.repeat(40), 'b'.repeat(40)];
const withNetwork = (sha256: string) => {
  const report = aReport();
  return aReport({
    receipt: { ...report.receipt!, backbone: { ...report.receipt!.backbone, sha256 } },
    verdict: { ...report.verdict!, choice: 'scratch', family: 'scratch' },
  });
};

describe('what a comment remembers', () => {
  it('tells the verdicts so far, of the same rule and network', () => {
    const known = stateIn(hiddenState(nextState(null, first, aReport())));
    const { sha256 } = aReport().receipt!.backbone;
    expect(historyLine(nextState(known, second, withNetwork(sha256)))).toBe(
      'Verdicts so far: hybrid → scratch',
    );
  });

  it('forgets verdicts of another rule or network: no verdict changes by an upgrade', () => {
    const known = nextState(null, first, aReport());
    const { sha256 } = aReport().receipt!.backbone;
    expect(historyLine(nextState(known, second, withNetwork('c'.repeat(64))))).toBeNull();
    const older = { ...known, rule: 'headstart-rule/1 weights' };
    expect(historyLine(nextState(older, second, withNetwork(sha256)))).toBeNull();
  });

  it('reads what earlier versions wrote, which did not say the rule', () => {
    const { rule, ...older } = nextState(null, first, aReport());
    expect(rule).not.toBeNull();
    const text = `<!-- headstart:state ${JSON.stringify(older)} -->`;
    expect(stateIn(text)).toEqual({ ...older, rule: null });
  });
});
