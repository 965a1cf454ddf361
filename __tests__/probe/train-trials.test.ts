import { describe, expect, it } from '@jest/globals';
import { backboneOf } from '../../src/backbone/contract.js';
import { plainNetwork } from '../../src/engine/network.js';
import { recordOutcome } from '../../src/probe/outcomes.js';
import { predictedSeconds } from '../../src/scheduling/trial-spec.js';
import type { Pool } from '../../src/scheduling/pool.js';
import type { Measured } from '../../src/probe/stages.js';
import { runTrainedTrials, Slowdown } from '../../src/probe/train-trials.js';
import { bitset } from '../../src/strategy/score.js';
import type { TrialResult, TrialSpec } from '../../src/strategy/trial.js';

const TRAIN = 3000;
const TEST = 100;
const classes = ['a', 'b', 'c', 'd'];
const throughput = {
  embedSeconds: 0.0008,
  trainSeconds: {
    'fine-tune/lp-ft': 0.003,
    'hybrid/gradual unfreezing': 0.003,
    'hybrid/fresh module': 0.0025,
    'scratch/small net': 0.0012,
    'scratch/backbone net': 0.0034,
  },
};
const backbone = backboneOf({
  name: 'net',
  sha256: '0'.repeat(64),
  data: '',
  licence: null,
  sizes: { least: 32, most: 32, step: 1 },
  layers: plainNetwork('net', 32, 1, [[8, 2, 0]]).layers,
  weights: new Map(),
});

const state = (): Measured => {
  const samples = Array.from({ length: TRAIN + TEST }, (_, i) => ({
    path: `${i}.png`,
    label: i % classes.length,
    group: null,
    split: null,
  }));
  return {
    dataset: { classes, samples, image: { size: 32 }, plan: {} },
    backbone,
    samples,
    unread: 0,
    hashes: samples.map(({ path }) => path),
    metric: 'accuracy',
    record: { sets: [] },
    train: Int32Array.from({ length: TRAIN }, (_, i) => i),
    test: Int32Array.from({ length: TEST }, (_, i) => TRAIN + i),
    horizon: TRAIN,
    sizes: [TRAIN],
    flip: null,
    source: null,
    novelty: null,
    throughput,
    reused: null,
    outcomes: [],
  } as unknown as Measured;
};

/** As many test images are right as its strategy gets. */
const result = (spec: TrialSpec, accuracy: number): TrialResult => ({
  measurement: {
    strategy: spec.strategy,
    variant: spec.variant,
    trainExamples: spec.trainExamples,
    testExamples: TEST,
    accuracy,
    seed: spec.seed,
    correct: bitset(Array.from({ length: TEST }, (_, i) => i < accuracy * TEST)),
    learning: accuracy > 0.4,
  },
  predicted: new Int32Array(TEST),
  rate: spec.rates[0] ?? null,
  penalty: null,
  held: { examples: 40, accuracy },
  imagePasses: 1,
});

/** One worker whose trials take `pace` times what is predicted. */
async function run(
  deadline: number,
  {
    pace = 1,
    stop = () => false,
    of = state(),
  }: {
    pace?: number;
    stop?: (isDecisive: boolean) => boolean;
    of?: Measured;
  } = {},
) {
  let clock = 0;
  const asked: TrialSpec[] = [];
  const decisive: boolean[] = [];
  const pool = {
    size: 1,
    run: async (_: string, { spec }: { spec: TrialSpec }) => {
      asked.push(spec);
      await Promise.resolve();
      clock += pace * predictedSeconds(spec, { throughput, testExamples: TEST });
      return result(spec, spec.strategy === 'scratch' ? 0.5 : 0.6);
    },
    abandon: () => undefined,
  } as unknown as Pool;
  await runTrainedTrials(of, pool, {
    strategies: ['frozen', 'fine-tune', 'hybrid', 'scratch'],
    now: () => clock,
    deadline,
    lastCall: deadline,
    threads: 1,
    repeat: null,
    onTrial: (end, _, isDecisive) => {
      recordOutcome(of, end);
      decisive.push(isDecisive);
      return stop(isDecisive);
    },
  });
  return { asked, decisive, clock, of };
}

const largest = (asked: readonly TrialSpec[], strategy: string) =>
  Math.max(...asked.filter((spec) => spec.strategy === strategy).map((spec) => spec.trainExamples));

describe('runTrainedTrials', () => {
  it('plans until nothing fits, and uses most of the time', async () => {
    const { asked, clock } = await run(300);
    expect(clock).toBeLessThanOrEqual(300);
    expect(clock).toBeGreaterThan(200);
    expect(new Set(asked.map((spec) => JSON.stringify(spec))).size).toBe(asked.length);
    expect(largest(asked, 'scratch')).toBeGreaterThan(800);
  });

  it('learns from the first pair how long trials really take', async () => {
    const slow = await run(300, { pace: 3 });
    expect(slow.clock).toBeLessThanOrEqual(300);
    expect(largest(slow.asked, 'scratch')).toBeLessThan(largest((await run(300)).asked, 'scratch'));
    expect(largest(slow.asked, 'fine-tune')).toBeGreaterThan(100);
  });

  it('does not stop before the pair that decides has ended', async () => {
    const { decisive, of } = await run(300, { stop: (isDecisive) => isDecisive });
    expect(decisive.at(-1)).toBe(true);
    expect(decisive.filter(Boolean)).toHaveLength(1);
    const pairs = of.outcomes.filter(({ spec }) => spec.strategy === 'fine-tune');
    expect(pairs.length).toBeGreaterThanOrEqual(2);
  });

  it('goes on where an earlier run ended', async () => {
    const first = await run(60);
    const { asked } = await run(400, { of: { ...first.of, outcomes: first.of.outcomes } });
    const known = new Set(first.asked.map((spec) => JSON.stringify(spec)));
    expect(asked.filter((spec) => known.has(JSON.stringify(spec)))).toEqual([]);
    expect(largest(asked, 'fine-tune')).toBeGreaterThan(largest(first.asked, 'fine-tune'));
  });

  it('ends where no trial can be started', async () => {
    expect((await run(0)).asked.filter(({ strategy }) => strategy !== 'frozen')).toEqual([]);
  });
});

describe('Slowdown', () => {
  it('takes what was slower than predicted for the rule, but not what was faster', () => {
    const slowdown = new Slowdown();
    expect(slowdown.factor()).toBe(1);
    // 50 images stay in the caches, and 1,500 do not.
    slowdown.add(4.1, 5.6);
    expect(slowdown.factor()).toBe(1);
    slowdown.add(52.3, 40);
    expect(slowdown.factor()).toBeCloseTo(56.4 / 45.6, 9);
  });

  it('learns nothing from trials that no time was predicted for', () => {
    const slowdown = new Slowdown();
    slowdown.add(3, 0);
    expect(slowdown.factor()).toBe(1);
  });
});
