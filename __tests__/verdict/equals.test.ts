import { describe, expect, it } from '@jest/globals';
import { analyze } from '../../src/verdict/analyze.js';
import { readMeasurements } from '../../src/verdict/read-measurements.js';
import type { StrategyName } from '../../src/verdict/types.js';
import { aFile, measured } from './made.js';
import { fileOf, simulated } from './simulate.js';

const SIZES = [125, 250, 500];
const same = { level: 1, slope: 0.4 };

describe('equal strategies', () => {
  // The best of three strategies is more often than not above a fourth that is as good as each of them.
  it.each<[string, StrategyName[], number]>([
    ['two', ['fine-tune', 'scratch'], 0.5],
    ['four', ['frozen', 'fine-tune', 'hybrid', 'scratch'], 0.65],
  ])('favor a side by no more than the number of its strategies: %s of them', (_, names, fair) => {
    const curves = Object.fromEntries(names.map((name) => [name, same]));
    const runs = Array.from({ length: 40 }, (_, seed) => {
      const trials = simulated(curves, SIZES, { seed: seed + 1, testExamples: 400, replicates: 1 });
      return analyze(fileOf(trials, { horizon: 500 }), { draws: 300 }).verdict;
    });
    const mean = runs.reduce((sum, { pTransfer }) => sum + pTransfer, 0) / runs.length;
    expect(Math.abs(mean - fair)).toBeLessThan(0.1);
    const sure = runs.filter(({ pTransfer }) => Math.abs(pTransfer - 0.5) > 0.45);
    expect(sure.length).toBeLessThanOrEqual(4);
  });
});

describe('variants', () => {
  const small = (trainExamples: number, accuracy: number) =>
    measured('scratch', trainExamples, accuracy, { variant: 'small net', testExamples: 400 });
  const ladder = [
    ...[0.45, 0.55, 0.63, 0.69, 0.73].map((value, i) => measured('fine-tune', 100 * 2 ** i, value)),
    ...[0.25, 0.4, 0.55, 0.66, 0.73].map((value, i) => small(100 * 2 ** i, value)),
  ];

  it('are not replaced by one lucky trial at the smallest size', () => {
    const lucky = measured('scratch', 100, 0.3, { variant: 'backbone net', testExamples: 400 });
    const without = analyze(aFile(ladder, { horizon: 6400 }));
    const found = analyze(aFile([...ladder, lucky], { horizon: 6400 }));
    const scratch = found.strategies.find(({ name }) => name === 'scratch')!;
    expect(scratch).toMatchObject({ variant: 'small net', trainExamples: 1600 });
    expect(found.verdict.pTransfer).toBeCloseTo(without.verdict.pTransfer, 1);
  });

  it('are replaced by one that is clearly better nearly as far up', () => {
    const better = [0.5, 0.65, 0.75, 0.83].map((value, i) =>
      measured('scratch', 100 * 2 ** i, value, { variant: 'backbone net', testExamples: 400 }),
    );
    const { strategies } = analyze(aFile([...ladder, ...better], { horizon: 6400 }));
    expect(strategies.find(({ name }) => name === 'scratch')).toMatchObject({ variant: 'backbone net' });
  });
});

describe('what the file does not say', () => {
  const bare = [
    { strategy: 'fine-tune', trainExamples: 500, accuracy: 0.7 },
    { strategy: 'scratch', trainExamples: 500, accuracy: 0.66 },
  ];

  it('is said by the verdict, and widens the intervals', () => {
    const found = analyze(readMeasurements(bare)).verdict;
    expect(found.reasons.join(' ')).toMatch(
      /do not say how many test images .*which of them were.*with the seed/u,
    );
    const told = bare.map((one) => ({ ...one, testExamples: 2000 }));
    const { gap, reasons } = analyze(readMeasurements(told)).verdict;
    expect(reasons.join(' ')).not.toMatch(/how many test images/u);
    expect(gap!.high - gap!.low).toBeLessThan(found.gap!.high - found.gap!.low);
  });

  it('does not count the same trial twice', () => {
    const repeated = Array.from({ length: 10 }, () => bare).flat();
    expect(analyze(readMeasurements(repeated)).verdict).toEqual(analyze(readMeasurements(bare)).verdict);
  });

  it('may be null anywhere', () => {
    const header = { horizon: 1000, plan: { hardware: null, examples: null }, facts: null };
    const file = readMeasurements({ header, measurements: bare });
    expect(analyze(file).verdict.horizon).toBe(1000);
  });

  it('names no crossing for level curves', () => {
    const level = (strategy: StrategyName) =>
      [250, 500, 1000, 2000].map((n) => measured(strategy, n, 0.8, { testExamples: 2000 }));
    expect(
      analyze(aFile([...level('fine-tune'), ...level('scratch')], { horizon: 2000 })).verdict.crossing,
    ).toBeNull();
  });
});
