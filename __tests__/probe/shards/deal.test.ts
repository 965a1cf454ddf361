import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type PlannedTrial } from '../../../src/scheduling/plan.js';
import { keyOf } from '../../../src/scheduling/trial-spec.js';
import { deal, shardsOf } from '../../../src/probe/shards/deal.js';
import type { Arm } from '../../../src/strategy/recipe.js';
import type { TrialSpec } from '../../../src/strategy/trial.js';

const specOf = (arm: Arm, trainExamples: number, seed = 0, rates = [0.1]): TrialSpec => {
  const [strategy, variant] = arm.split('/') as [TrialSpec['strategy'], string];
  return { strategy, variant, trainExamples, seed, epochs: 10, rates, flip: false };
};
const planned = (seconds: readonly number[]): PlannedTrial[] =>
  seconds.map((each, i) => ({ spec: specOf('scratch/small net', 10 + i), seconds: each }));

describe('deal', () => {
  const anyDeal = fc.record({
    seconds: fc.array(fc.double({ min: 0.1, max: 1000, noNaN: true }), { maxLength: 60 }),
    shards: fc.integer({ min: 1, max: 256 }),
    workers: fc.integer({ min: 1, max: 8 }),
  });

  it('gives every trial to one shard that there is', () => {
    fc.assert(
      fc.property(anyDeal, ({ seconds, shards, workers }) => {
        const dealt = deal(planned(seconds), shards, workers);
        const keys = dealt.map(({ spec }) => keyOf(spec)).sort();
        expect(keys).toEqual(
          planned(seconds)
            .map(({ spec }) => keyOf(spec))
            .sort(),
        );
        expect(dealt.every(({ shard }) => shard >= 0 && shard < shards)).toBe(true);
      }),
    );
  });

  it('lets no shard have more to do than the mean and one trial', () => {
    fc.assert(
      fc.property(anyDeal, ({ seconds, shards, workers }) => {
        const total = seconds.reduce((sum, each) => sum + each, 0);
        const fair = total / shards + workers * Math.max(0, ...seconds);
        const dealt = deal(planned(seconds), shards, workers);
        for (const shard of shardsOf(dealt)) {
          const own = dealt.filter((trial) => trial.shard === shard);
          expect(own.reduce((sum, trial) => sum + trial.seconds, 0)).toBeLessThanOrEqual(fair + 1e-9);
        }
      }),
    );
  });

  it('parts trials that are alike, and starts the short ones of a worker first', () => {
    const dealt = deal(planned([8, 8, 8, 2, 2, 2]), 3, 1);
    expect(shardsOf(dealt)).toEqual([0, 1, 2]);
    for (const shard of [0, 1, 2]) {
      expect(dealt.filter((trial) => trial.shard === shard).map(({ seconds }) => seconds)).toEqual([2, 8]);
    }
  });

  it('leaves shards without a trial when there are few', () => {
    expect(shardsOf(deal(planned([3, 1]), 4, 2))).toEqual([0, 1]);
    expect(deal([], 4, 2)).toEqual([]);
  });
});
