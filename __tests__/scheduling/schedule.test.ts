import { describe, expect, it } from '@jest/globals';
import { runSchedule, type TrialOutcome } from '../../src/scheduling/schedule.js';
import type { PlannedTrial } from '../../src/scheduling/plan.js';
import type { TrialResult, TrialSpec } from '../../src/strategy/trial.js';

const spec = (variant: 'small net' | 'backbone net', trainExamples: number, rates: number[]): TrialSpec => ({
  strategy: 'scratch',
  variant,
  trainExamples,
  seed: 0,
  epochs: 1,
  rates,
  flip: false,
});

const result = (of: TrialSpec, rate: number): TrialResult => ({
  measurement: { strategy: of.strategy, variant: of.variant, trainExamples: of.trainExamples, accuracy: 0.5 },
  predicted: new Int32Array(),
  rate,
  penalty: null,
  held: null,
  imagePasses: 0,
});

async function schedule(
  planned: PlannedTrial[],
  {
    workers = 2,
    threads = 1,
    deadline = 100,
    stopAfter = Infinity,
    timeUp = new Promise<void>(() => undefined),
    run,
  }: {
    workers?: number;
    threads?: number;
    deadline?: number;
    stopAfter?: number;
    timeUp?: Promise<void>;
    run?: (of: TrialSpec) => Promise<TrialResult>;
  } = {},
) {
  let clock = 0;
  const ends: TrialOutcome[] = [];
  const started: TrialSpec[] = [];
  await runSchedule({
    planned,
    workers,
    threads,
    now: () => clock,
    deadline,
    timeUp,
    run: async (of) => {
      started.push(of);
      await Promise.resolve();
      clock += planned.find((one) => one.spec.trainExamples === of.trainExamples)?.seconds ?? 0;
      return run === undefined ? result(of, 0.03) : run(of);
    },
    onEnd: (end) => ends.push(end) >= stopAfter,
  });
  return { started, ends };
}

describe('runSchedule', () => {
  it('trains every trial at the rates that it names', async () => {
    const { started } = await schedule([
      { spec: spec('small net', 50, [0.1, 0.03]), seconds: 1 },
      { spec: spec('small net', 100, [0.1]), seconds: 1 },
      { spec: spec('backbone net', 60, [0.05]), seconds: 1 },
    ]);
    expect(started.map(({ trainExamples, rates }) => [trainExamples, rates])).toEqual([
      [50, [0.1, 0.03]],
      [100, [0.1]],
      [60, [0.05]],
    ]);
  });

  it('starts nothing that would end after the deadline, but what still fits', async () => {
    const { started } = await schedule(
      [
        { spec: spec('small net', 50, [0.1]), seconds: 4 },
        { spec: spec('small net', 100, [0.1]), seconds: 40 },
        { spec: spec('small net', 60, [0.1]), seconds: 3 },
      ],
      { workers: 1, deadline: 10 },
    );
    expect(started.map(({ trainExamples }) => trainExamples)).toEqual([50, 60]);
  });

  it('loses only the trial that fails', async () => {
    const { ends } = await schedule(
      [
        { spec: spec('small net', 50, [0.1]), seconds: 1 },
        { spec: spec('small net', 100, [0.1]), seconds: 1 },
      ],
      {
        run: (of) =>
          of.trainExamples === 50
            ? Promise.reject(new Error('out of memory'))
            : Promise.resolve(result(of, 0.1)),
      },
    );
    expect(ends.map((end) => ('error' in end ? end.error : 'done')).sort()).toEqual([
      'done',
      'out of memory',
    ]);
  });

  it('does not wait for a trial that takes too long', async () => {
    const { ends } = await schedule([{ spec: spec('small net', 50, [0.1]), seconds: 1 }], {
      run: () => new Promise(() => undefined),
      timeUp: Promise.resolve(),
    });
    expect(ends).toEqual([]);
  });

  describe('with an engine that can use all cores for one trial', () => {
    const timed = (seconds: number[]) =>
      seconds.map((each, index) => ({ spec: spec('small net', 50 + index, [0.1]), seconds: each }));
    const threadsOf = async (seconds: number[], options: { threads?: number; deadline?: number } = {}) =>
      (await schedule(timed(seconds), { threads: 2, ...options })).started.map(({ threads }) => threads);

    it('gives them to the last trial when the others end long before it', async () => {
      expect(await threadsOf([1, 10])).toEqual([undefined, 2]);
      expect(await threadsOf([10])).toEqual([2]);
    });

    it('does not when another runs about as long, or it is over soon', async () => {
      expect(await threadsOf([9, 10])).toEqual([undefined, undefined]);
      expect(await threadsOf([0.1, 2])).toEqual([undefined, undefined]);
    });

    it('does not while another waits that still fits', async () => {
      expect(await threadsOf([1, 10, 10])).toEqual([undefined, undefined, 2]);
      expect(await threadsOf([1, 10, 1000])).toEqual([undefined, 2]);
    });

    it('does not with an engine that computes with one thread', async () => {
      expect(await threadsOf([1, 10], { threads: 1 })).toEqual([undefined, undefined]);
    });
  });

  it('stops when told to, after the trials under way', async () => {
    const trials = [50, 60, 70, 80].map((n) => ({ spec: spec('small net', n, [0.1]), seconds: 1 }));
    const { ends } = await schedule(trials, { workers: 1, stopAfter: 2 });
    expect(ends).toHaveLength(2);
  });
});
