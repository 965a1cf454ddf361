import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { armOf, planTrials, predictedSeconds, type PlanInput } from '../../src/probe/plan.js';

const input = (change: Partial<PlanInput> = {}): PlanInput => ({
  sizes: [50, 100, 200, 400, 800],
  testExamples: 300,
  strategies: ['frozen', 'fine-tune', 'hybrid', 'scratch'],
  throughput: {
    embedSeconds: 0.002,
    trainSeconds: {
      'fine-tune/lp-ft': 0.005,
      'hybrid/gradual unfreezing': 0.005,
      'hybrid/fresh module': 0.004,
      'scratch/small net': 0.002,
      'scratch/backbone net': 0.005,
    },
  },
  workerSeconds: 600,
  wallSeconds: Infinity,
  isDone: () => false,
  replicates: 3,
  flip: false,
  temper: { rates: null, learnsAnew: true },
  ...change,
});

const seconds = (trials: ReturnType<typeof planTrials>) =>
  trials.reduce((sum, trial) => sum + trial.seconds, 0);

describe('planTrials', () => {
  it('stays within the budget whenever the smallest ladder fits', () => {
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 20_000 }), (workerSeconds) => {
        const trials = planTrials(input({ workerSeconds }));
        const least = seconds(planTrials(input({ workerSeconds: 0 })));
        expect(seconds(trials)).toBeLessThanOrEqual(Math.max(workerSeconds, least));
      }),
    );
  });

  it('reaches no lower with a larger budget', () => {
    const top = (workerSeconds: number) =>
      Math.max(...planTrials(input({ workerSeconds })).map(({ spec }) => spec.trainExamples));
    const reached = [50, 100, 200, 400, 800, 1600, 3200].map(top);
    expect(reached).toEqual([...reached].sort((a, b) => a - b));
    expect(reached.at(-1)).toBe(800);
  });

  it('gives scratch as many rates and at least as many passes as fine-tuning at every size', () => {
    for (const { spec } of planTrials(input()).filter((trial) => armOf(trial.spec) === 'fine-tune/lp-ft')) {
      const twin = planTrials(input()).find(
        (trial) =>
          armOf(trial.spec) === 'scratch/small net' &&
          trial.spec.trainExamples === spec.trainExamples &&
          trial.spec.seed === spec.seed,
      );
      expect(twin?.spec.epochs).toBeGreaterThanOrEqual(spec.epochs);
      expect(twin?.spec.rates).toHaveLength(spec.rates.length);
    }
  });

  it('starts no architecture anew that does not learn so, and takes the rates that the backbone asks for', () => {
    const trials = planTrials(
      input({ workerSeconds: 3000, temper: { rates: [0.03, 0.01], learnsAnew: false } }),
    );
    expect([...new Set(trials.map(({ spec }) => armOf(spec)))].sort()).toEqual([
      'fine-tune/lp-ft',
      'hybrid/gradual unfreezing',
      'scratch/small net',
    ]);
    const tuned = trials.filter(({ spec }) => spec.rates.length > 1);
    expect(tuned.map(({ spec }) => [armOf(spec), spec.rates])).toEqual([
      ['scratch/small net', [0.1, 0.03]],
      ['fine-tune/lp-ft', [0.03, 0.01]],
    ]);
  });

  it('climbs from small sizes to large ones before anything is repeated', () => {
    const trials = planTrials(input({ workerSeconds: 3000 }));
    const top = Math.max(...trials.map(({ spec }) => spec.trainExamples));
    const reachesTop = trials.findIndex(({ spec }) => spec.trainExamples === top);
    const ladder = trials.slice(0, reachesTop + 3).map(({ spec }) => spec.trainExamples);
    expect(ladder).toEqual([...ladder].sort((a, b) => a - b));
    expect(trials.slice(0, reachesTop).every(({ spec }) => spec.seed === 0)).toBe(true);
    expect(trials.some(({ spec }) => spec.seed > 0)).toBe(true);
  });

  it('leaves little of the budget unused while there is more to measure', () => {
    const everything = seconds(planTrials(input({ workerSeconds: 1e9 })));
    const least = seconds(planTrials(input({ workerSeconds: 0 })));
    fc.assert(
      fc.property(fc.double({ min: least, max: everything, noNaN: true }), (workerSeconds) => {
        expect(seconds(planTrials(input({ workerSeconds })))).toBeGreaterThan(0.7 * workerSeconds);
      }),
    );
  });

  it('lets one of each family climb a rung further where all together cannot', () => {
    const climbs = (workerSeconds: number) => {
      const top = (arm: string) =>
        Math.max(
          ...planTrials(input({ workerSeconds }))
            .filter(({ spec }) => armOf(spec) === arm)
            .map(({ spec }) => spec.trainExamples),
        );
      expect(top('scratch/small net')).toBe(top('fine-tune/lp-ft'));
      return top('fine-tune/lp-ft') > top('hybrid/gradual unfreezing');
    };
    expect([100, 200, 300, 400, 500, 600].some(climbs)).toBe(true);
  });

  it('plans only what was asked for, and nothing that trains for frozen alone', () => {
    expect(planTrials(input({ strategies: ['frozen'] }))).toEqual([]);
    const only = planTrials(input({ strategies: ['scratch'] }));
    expect(new Set(only.map(({ spec }) => spec.strategy))).toEqual(new Set(['scratch']));
  });

  it('plans again without what is done, and nothing that takes longer than the time left', () => {
    const first = planTrials(input({ workerSeconds: 300 }));
    const done = new Set(first.slice(0, 4).map(({ spec }) => JSON.stringify(spec)));
    const again = planTrials(
      input({ workerSeconds: 60, wallSeconds: 12, isDone: (spec) => done.has(JSON.stringify(spec)) }),
    );
    expect(again.length).toBeGreaterThan(0);
    expect(again.filter(({ spec }) => done.has(JSON.stringify(spec)))).toEqual([]);
    expect(Math.max(...again.map((trial) => trial.seconds))).toBeLessThanOrEqual(12);
    expect(seconds(again)).toBeLessThanOrEqual(60);
  });

  it('predicts more seconds for more rates', () => {
    const [{ spec }] = planTrials(input());
    const one = predictedSeconds({ ...spec, rates: [0.1] }, input());
    expect(predictedSeconds({ ...spec, rates: [0.1, 0.03] }, input())).toBeGreaterThan(1.5 * one);
  });
});
