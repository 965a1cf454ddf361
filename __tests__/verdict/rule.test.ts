import { describe, expect, it } from '@jest/globals';
import { analyze } from '../../src/verdict/analyze.js';
import { DECISION_RULE } from '../../src/verdict/decide.js';
import { aFile, measured } from './made.js';

const file = aFile(
  [
    measured('frozen', 250, 0.7),
    measured('frozen', 1000, 0.74),
    measured('fine-tune', 250, 0.68),
    measured('fine-tune', 1000, 0.77),
    measured('scratch', 250, 0.52),
    measured('scratch', 1000, 0.67),
  ],
  { horizon: 4000, classes: 10 },
);

describe('DECISION_RULE', () => {
  // When this fails, the rule has changed. If a release has the old figures, raise the number of DECISION_RULE, so that
  // no verdict of that release is compared with a new one; then write the new figures here.
  it('names the rule that gives these figures', () => {
    const { family, choice, pTransfer, gap, expectedRegret } = analyze(file).verdict;
    const rounded = (value: number) => Number(value.toFixed(3));
    expect(DECISION_RULE).toBe('headstart-rule/2');
    expect({
      family,
      choice,
      pTransfer: rounded(pTransfer),
      gap: rounded(gap!.mean),
      regret: rounded(expectedRegret),
    }).toEqual({ family: 'transfer', choice: 'fine-tune', pTransfer: 0.92, gap: 0.063, regret: 0.002 });
  });
});
