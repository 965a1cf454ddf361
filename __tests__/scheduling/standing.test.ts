import { describe, expect, it } from '@jest/globals';
import { allLearning, standingOf } from '../../src/scheduling/standing.js';
import type { Measurement } from '../../src/verdict/types.js';
import { aReport } from '../report/fixture.js';

const { verdict, strategies } = aReport();
const measurement = (
  strategy: Measurement['strategy'],
  trainExamples: number,
  learning?: boolean,
): Measurement => ({
  strategy,
  trainExamples,
  accuracy: 0.5,
  ...(learning === undefined ? {} : { learning }),
});

const standing = (pTransfer: number, measurements: Measurement[] = []) =>
  standingOf({ verdict: { ...verdict!, pTransfer }, strategies }, measurements);

describe('standingOf', () => {
  it('is open until one family is nearly sure', () => {
    expect([0.5, 0.94, 0.06, 0.96, 0.04].map((p) => standing(p).open)).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
  });

  it('stays open while a strategy has not started to learn', () => {
    expect(standing(0.999, [measurement('scratch', 100, false)]).open).toBe(true);
  });

  it('says who leads, and whether a third way to transfer may beat the two best', () => {
    expect(standing(0.9).transferLeads).toBe(true);
    expect(standing(0.4).transferLeads).toBe(false);
    expect(standing(0.9).close).toBe(true);
    const apart = strategies.map((one) =>
      one.name === 'fine-tune' ? { ...one, predicted: { mean: 0.95, low: 0.94, high: 0.96 } } : one,
    );
    expect(standingOf({ verdict: verdict!, strategies: apart }, []).close).toBe(false);
  });
});

describe('allLearning', () => {
  it('counts the largest size of each strategy', () => {
    const few = measurement('scratch', 50, false);
    expect(allLearning([few])).toBe(false);
    expect(allLearning([few, measurement('fine-tune', 400, true)])).toBe(false);
    expect(allLearning([few, measurement('scratch', 400, true)])).toBe(true);
    expect(allLearning([few, measurement('scratch', 400, false), measurement('scratch', 400, true)])).toBe(
      true,
    );
    expect(allLearning([measurement('scratch', 50)])).toBe(true);
  });
});
