import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  planTrials,
  planWhole,
  type EndedTrial,
  type PlanInput,
  type StagedTrial,
} from '../../src/scheduling/plan.js';
import { armOf, keyOf, predictedSeconds } from '../../src/scheduling/trial-spec.js';

/** The speed of the wasm engine at 64 pixels on one core of a small runner. */
const input = (change: Partial<PlanInput> = {}): PlanInput => ({
  strategies: ['frozen', 'fine-tune', 'hybrid', 'scratch'],
  trainExamples: 8000,
  horizon: 8000,
  minExamples: 50,
  testExamples: 1000,
  throughput: {
    embedSeconds: 0.0008,
    trainSeconds: {
      'fine-tune/lp-ft': 0.0031,
      'hybrid/gradual unfreezing': 0.0031,
      'hybrid/fresh module': 0.0025,
      'scratch/small net': 0.0012,
      'scratch/backbone net': 0.0034,
    },
  },
  workers: 2,
  wallSeconds: 200,
  ended: [],
  standing: null,
  replicates: 3,
  flip: false,
  temper: { learningRates: null, trainableFromScratch: true },
  ...change,
});

const open = { open: true, transferLeads: false, close: false };
const settled = { open: false, transferLeads: true, close: true };
const SCRATCH = 'scratch/small net';
const FINE_TUNE = 'fine-tune/lp-ft';

const named = ({ spec }: { spec: StagedTrial['spec'] }) => `${armOf(spec)} ${spec.trainExamples}`;
const sizesOf = (trials: readonly StagedTrial[], arm: string) =>
  trials.filter(({ spec }) => armOf(spec) === arm).map(({ spec }) => spec.trainExamples);
const seconds = (trials: readonly StagedTrial[]) => trials.reduce((sum, one) => sum + one.seconds, 0);

/** When the last ends, each started by the first worker that is free. */
function wallOf(trials: readonly StagedTrial[], workers: number): number {
  const busy = Array.from({ length: workers }, () => 0);
  for (const one of trials) busy[busy.indexOf(Math.min(...busy))] += one.seconds;
  return Math.max(...busy);
}

/** Stage after stage, as a run does that takes exactly as long as predicted. */
function runThrough(change: Partial<PlanInput> = {}, standing = open): StagedTrial[][] {
  const stages: StagedTrial[][] = [];
  let { wallSeconds } = input(change);
  let ended: readonly EndedTrial[] = input(change).ended;
  for (;;) {
    const stage = planTrials(
      input({ ...change, wallSeconds, ended, standing: stages.length === 0 ? null : standing }),
    );
    if (stage.length === 0) return stages;
    stages.push(stage);
    wallSeconds -= wallOf(stage, input(change).workers);
    ended = [...ended, ...stage];
  }
}

describe('planTrials', () => {
  it('begins with one pair for at most a tenth of the time, and frozen features at its size', () => {
    const [first] = runThrough();
    expect(first.map(named)).toEqual([
      expect.stringMatching(/^frozen/),
      expect.stringMatching(/^fine-tune\/lp-ft/),
      expect.stringMatching(/^scratch\/small net/),
    ]);
    expect(new Set(first.map(({ spec }) => spec.trainExamples)).size).toBe(1);
    expect(wallOf(first, 2)).toBeLessThanOrEqual(20);
    expect(first.every(({ stage }) => stage === 'first')).toBe(true);
  });

  it('trains both families on all images where the decision is for these and there is time', () => {
    const [, pair, ...rest] = runThrough({ trainExamples: 1500, horizon: 1500, wallSeconds: 400 }, settled);
    expect(pair.map(named)).toEqual(['frozen/joined depths 1500', `${FINE_TUNE} 1500`, `${SCRATCH} 1500`]);
    expect(rest.flat().map(named)).toContain('hybrid/gradual unfreezing 1500');
    expect(rest.flat().some(({ spec }) => spec.seed === 1 && spec.trainExamples === 1500)).toBe(true);
  });

  it('trains on no more images than the decision is for', () => {
    const stages = runThrough({ trainExamples: 8000, horizon: 1000 });
    expect(Math.max(...stages.flat().map(({ spec }) => spec.trainExamples))).toBe(1000);
    expect(stages[1].map(named)).toContain(`${SCRATCH} 1000`);
  });

  it('takes no sample of the images for all of them', () => {
    const [, pair] = runThrough({ trainExamples: 1500, horizon: 60_000 });
    expect(new Set(sizesOf(pair, SCRATCH)).size).toBe(2);
  });

  it('else trains the pair at one size, with an anchor at a quarter of it, as large as there is time for', () => {
    const [, pair] = runThrough({}, settled);
    const [anchor, size] = sizesOf(pair, SCRATCH);
    expect(sizesOf(pair, FINE_TUNE)).toEqual([anchor, size]);
    expect(size / anchor).toBeCloseTo(4, 0);
    expect(size).toBeGreaterThanOrEqual(2000);
  });

  it('takes scratch a step further than the pair while the family is open', () => {
    const [, pair] = runThrough();
    const common = Math.max(...sizesOf(pair, FINE_TUNE));
    expect(sizesOf(pair, SCRATCH)).toContain(common);
    expect(Math.max(...sizesOf(pair, SCRATCH)) / common).toBeCloseTo(2, 0);
    expect(Math.max(...sizesOf(pair, SCRATCH))).toBeGreaterThanOrEqual(2000);
  });

  it('spends what is left on the second rate, for both alike, and on hybrid where it may be the pick', () => {
    const change = { trainExamples: 1500, horizon: 1500, wallSeconds: 400 };
    const [, , ...rest] = runThrough(change, settled);
    const second = rest.flat().filter(({ spec }) => spec.rates[0] === 0.03);
    expect(second.map(({ spec }) => spec.strategy).sort()).toEqual(['fine-tune', 'scratch']);
    expect(new Set(second.map(({ spec }) => spec.trainExamples))).toEqual(new Set([1500]));
    const hybridAt = (standing: typeof settled) =>
      runThrough(change, standing)
        .flat()
        .findIndex(({ spec }) => spec.strategy === 'hybrid');
    expect(hybridAt(settled)).toBeGreaterThan(0);
    expect(hybridAt(settled)).toBeLessThan(hybridAt({ ...settled, close: false }) >>> 0);
  });

  it('lets an earlier pair serve as the anchor', () => {
    const stages = runThrough({ trainExamples: 1500, horizon: 8000, wallSeconds: 30 });
    const sizes = sizesOf(stages.slice(0, 2).flat(), SCRATCH);
    expect(sizes).toHaveLength(2);
    expect(sizes[1]).toBeGreaterThanOrEqual(1.5 * sizes[0]);
  });

  it('stays within the time, trial by trial and stage by stage', () => {
    const workers = fc.integer({ min: 1, max: 8 });
    const wall = fc.integer({ min: 12, max: 3000 });
    const images = fc.integer({ min: 60, max: 20_000 });
    fc.assert(
      fc.property(workers, wall, images, fc.boolean(), (of, wallSeconds, trainExamples, isOpen) => {
        const change = { workers: of, wallSeconds, trainExamples };
        const stages = runThrough(change, isOpen ? open : settled);
        const walls = stages.map((stage) => wallOf(stage, of));
        const least = wallOf(planTrials(input({ ...change, wallSeconds: 0 })), of);
        expect(walls.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(Math.max(wallSeconds, least));
        const keys = stages.flat().map(({ spec }) => keyOf(spec));
        expect(new Set(keys).size).toBe(keys.length);
      }),
      { numRuns: 40 },
    );
  });

  it('compares the families at a size of their own whatever the time, with fewer passes only where that is all it buys', () => {
    for (const wallSeconds of [1, 5, 10, 20, 40, 80]) {
      const [stage] = runThrough({ wallSeconds, minExamples: 100 });
      expect(sizesOf(stage, SCRATCH)).toEqual(sizesOf(stage, FINE_TUNE));
    }
    const passes = (wallSeconds: number) => runThrough({ wallSeconds, minExamples: 100 })[0][1].spec.epochs;
    expect(passes(8)).toBeLessThan(passes(80));
  });

  it('leaves little time unused while there is more to measure', () => {
    for (const wallSeconds of [60, 120, 200, 400]) {
      const used = seconds(runThrough({ wallSeconds }).flat());
      expect(used).toBeGreaterThan(0.75 * 2 * wallSeconds);
    }
  });

  it('gives scratch as many rates and at least as many passes as fine-tuning at every size', () => {
    const trials = runThrough({ wallSeconds: 600 }).flat();
    const tuned = (arm: string) =>
      trials.filter(({ spec }) => armOf(spec) === arm && spec.rates[0] === 0.03 && spec.seed === 0).length;
    for (const { spec } of trials.filter((one) => armOf(one.spec) === FINE_TUNE)) {
      const twin = trials.find(
        (one) =>
          armOf(one.spec) === SCRATCH &&
          one.spec.halfSchedule === undefined &&
          one.spec.trainExamples === spec.trainExamples,
      );
      expect(twin?.spec.epochs).toBeGreaterThanOrEqual(spec.epochs);
    }
    expect(tuned(SCRATCH)).toBeGreaterThanOrEqual(tuned(FINE_TUNE));
  });

  it('carries the rate that did better on held-back images to later trials and to hybrid', () => {
    const [first, pair] = runThrough();
    const size = sizesOf(pair, FINE_TUNE).at(-1)!;
    const ended: EndedTrial[] = [...first, ...pair].map(({ spec }) => ({
      spec,
      rate: spec.rates[0],
      holdAccuracy: 0.5,
    }));
    const better: EndedTrial[] = ended
      .filter(({ spec }) => spec.trainExamples === size && spec.strategy !== 'frozen')
      .map(({ spec }) => ({ spec: { ...spec, rates: [0.03] }, rate: 0.03, holdAccuracy: 0.6 }));
    const next = planTrials(input({ wallSeconds: 80, ended: [...ended, ...better], standing: settled }));
    expect(next[0].spec).toMatchObject({ strategy: 'hybrid', trainExamples: size, rates: [0.03] });
  });

  it('compares the largest training from scratch with one of half the passes', () => {
    const half = runThrough({ wallSeconds: 500 }, settled)
      .flat()
      .filter(({ spec }) => spec.halfSchedule === true);
    expect(half).toHaveLength(1);
    const full = runThrough({ wallSeconds: 500 }, settled)
      .flat()
      .find(({ spec }) => named({ spec }) === named(half[0]) && spec.halfSchedule === undefined)!;
    expect(half[0].spec.epochs).toBe(Math.round(full.spec.epochs / 2));
  });

  it('goes on where an earlier run ended', () => {
    const earlier = runThrough({ wallSeconds: 60 }).flat();
    const known = Math.max(...sizesOf(earlier, FINE_TUNE));
    const next = planTrials(input({ wallSeconds: 600, ended: earlier, standing: open }));
    expect(Math.max(...sizesOf(next, FINE_TUNE))).toBeGreaterThan(4 * known);
    const done = new Set(earlier.map(({ spec }) => keyOf(spec)));
    expect(next.filter(({ spec }) => done.has(keyOf(spec)))).toEqual([]);
  });

  it('plans only what was asked for, and nothing that trains for frozen alone', () => {
    expect(planTrials(input({ strategies: ['frozen'] }))).toEqual([]);
    const of = (strategies: PlanInput['strategies']) =>
      new Set(
        runThrough({ strategies })
          .flat()
          .map(({ spec }) => spec.strategy),
      );
    expect(of(['scratch'])).toEqual(new Set(['scratch']));
    expect(of(['hybrid', 'scratch'])).toEqual(new Set(['hybrid', 'scratch']));
  });

  it('starts no architecture anew that does not learn so, and takes the rates that the backbone asks for', () => {
    const trials = runThrough({
      wallSeconds: 3000,
      temper: { learningRates: [0.03, 0.01], trainableFromScratch: false },
    }).flat();
    const arms = new Set(
      trials.filter(({ spec }) => spec.strategy !== 'frozen').map(({ spec }) => armOf(spec)),
    );
    expect([...arms].sort()).toEqual([FINE_TUNE, 'hybrid/gradual unfreezing', SCRATCH]);
    const rates = (arm: string) =>
      new Set(trials.filter(({ spec }) => armOf(spec) === arm).flatMap(({ spec }) => spec.rates));
    expect(rates(SCRATCH)).toEqual(new Set([0.1, 0.03]));
    expect(rates(FINE_TUNE)).toEqual(new Set([0.03, 0.01]));
  });
});

describe('planWhole', () => {
  it('lists everything that the workers have time for, at once', () => {
    const trials = planWhole(input({ workers: 8 }));
    expect(wallOf(trials, 8)).toBeLessThanOrEqual(200);
    expect(seconds(trials)).toBeGreaterThan(0.6 * 8 * 200);
    expect(new Set(trials.map(({ spec }) => spec.strategy)).size).toBe(4);
    const keys = trials.map(({ spec }) => keyOf(spec));
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('gives no more when what it gave has ended and no time is left', () => {
    const ended = planWhole(input());
    expect(planWhole(input({ ended, wallSeconds: 0 }))).toEqual([]);
  });
});

describe('predictedSeconds', () => {
  it('grow with rates and passes', () => {
    const { spec } = planTrials(input())[1];
    const one = predictedSeconds(spec, input());
    expect(predictedSeconds({ ...spec, rates: [0.1, 0.03] }, input())).toBeGreaterThan(1.5 * one);
    expect(predictedSeconds({ ...spec, epochs: 2 * spec.epochs }, input())).toBeGreaterThan(1.5 * one);
  });
});
