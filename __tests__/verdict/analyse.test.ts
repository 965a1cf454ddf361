import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { analyse } from '../../src/verdict/analyse.js';
import type { Analysis, Measurement, MeasurementsHeader } from '../../src/verdict/model.js';
import { fileOf, simulated, trueAccuracy, type TrueCurve } from './simulate.js';
import { seeded } from '../../src/verdict/random.js';

const SIZES = [250, 500, 1000, 2000];

describe('analyse', () => {
  it.each([1, 2, 3, 4, 5])('risks next to nothing between two equal strategies (seed %i)', (seed) => {
    const same = { level: 0.8, slope: 0.5 };
    const { verdict } = analyse(fileOf(simulated({ 'fine-tune': same, scratch: same }, SIZES, { seed })));
    expect(Math.max(verdict.pTransfer, 1 - verdict.pTransfer)).toBeLessThan(0.97);
    expect(verdict.expectedRegret).toBeLessThan(0.01);
  });

  it.each([0.3, 0.8, 0.99])('names no side when both reach %f', (accuracy) => {
    const { verdict } = analyse(fileOf([bare('fine-tune', accuracy), bare('scratch', accuracy)]));
    expect(['equivalent', 'inconclusive']).toContain(verdict.family);
    expect(Math.abs(verdict.pTransfer - 0.5)).toBeLessThan(0.05);
  });

  it('names a side that is probably ahead by little, for little is what it risks', () => {
    const pair = [0.943, 0.955].map((accuracy, i) => ({
      ...bare(i === 0 ? 'fine-tune' : 'scratch', accuracy),
      testExamples: 2000,
    }));
    const { verdict } = analyse(fileOf(pair, { horizon: 4000 }));
    expect(verdict).toMatchObject({ family: 'scratch', choice: 'scratch' });
    expect(verdict.confidence).toBeGreaterThan(0.9);
    expect(verdict.expectedRegret).toBeLessThan(0.005);
  });

  it('names transfer where it is far ahead, though its strategies are close to each other', () => {
    const { verdict } = analyse(
      fileOf([bare('frozen', 0.7), bare('fine-tune', 0.69), bare('scratch', 0.3)], { horizon: 8000 }),
    );
    expect(verdict.family).toBe('transfer');
    expect(verdict.nextExperiment).not.toBeNull();
  });

  it('calls strategies equivalent that differ by less than a point on many images', () => {
    const measurements: Measurement[] = (['fine-tune', 'scratch'] as const).flatMap((strategy, i) =>
      [0, 1, 2].map((seed) => ({
        strategy,
        seed,
        trainExamples: 2000,
        testExamples: 20000,
        accuracy: 0.98 + i / 1000,
      })),
    );
    const { verdict } = analyse(fileOf(measurements));
    expect(verdict.family).toBe('equivalent');
    expect(verdict.choice).toBe('fine-tune');
    expect(verdict.confidence).toBeGreaterThan(0.8);
  });

  it.each(['transfer', 'scratch'] as const)('is sure of a clear lead of %s', (family) => {
    const ahead = { level: 1.5, slope: 0.5 };
    const behind = { level: 0.2, slope: 0.5 };
    const curves =
      family === 'transfer'
        ? { 'fine-tune': ahead, scratch: behind }
        : { 'fine-tune': behind, scratch: ahead };
    const { verdict } = analyse(fileOf(simulated(curves, SIZES), { horizon: 4000 }));
    expect(verdict.family).toBe(family);
    expect(verdict.choice).toBe(family === 'transfer' ? 'fine-tune' : 'scratch');
    expect(verdict.confidence).toBeGreaterThan(0.9);
    expect(verdict.crossing === null || verdict.crossing.examples > 4000).toBe(true);
  });

  it('finds where scratch catches up', () => {
    const curves = { 'fine-tune': { level: 0.8, slope: 0.3 }, scratch: { level: 0.2, slope: 0.7 } };
    const crossing = 1000 * Math.exp(0.6 / 0.4);
    const measured = simulated(curves, [250, 500, 1000, 2000, 4000], { replicates: 3, testExamples: 4000 });
    const found = analyse(fileOf(measured, { horizon: 16000 })).verdict;
    expect(found.crossing!.examples).toBeGreaterThan(crossing / 1.5);
    expect(found.crossing!.examples).toBeLessThan(crossing * 1.5);
    expect(found.crossing!.low!).toBeLessThan(crossing);
    expect(found.crossing!.high ?? Infinity).toBeGreaterThan(crossing);
    expect(found.pTransfer).toBeLessThan(0.3);
  });

  it('mirrors the probability when the families change places and nothing is foretold', () => {
    for (const gap of [0, 0.01, 0.03, 0.08]) {
      const stated = (transfer: number, scratch: number) =>
        analyse(fileOf([bare('fine-tune', transfer), bare('scratch', scratch)])).verdict.pTransfer;
      expect(Math.abs(stated(0.7 + gap, 0.7) + stated(0.7, 0.7 + gap) - 1)).toBeLessThan(0.03);
    }
  });

  it('rises with the accuracy of transfer', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.05, max: 0.85, noNaN: true }),
        fc.double({ min: 0.02, max: 0.14, noNaN: true }),
        fc.double({ min: 0.05, max: 0.95, noNaN: true }),
        (accuracy, more, scratch) => {
          const stated = (transfer: number) =>
            analyse(fileOf([bare('fine-tune', transfer), bare('scratch', scratch)], { horizon: 8000 }), {
              draws: 400,
            }).verdict.pTransfer;
          expect(stated(accuracy + more)).toBeGreaterThanOrEqual(stated(accuracy) - 0.01);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('says the same of the same file', () => {
    const file = fileOf(
      simulated({ frozen: { level: 0, slope: 0.2 }, scratch: { level: 0, slope: 0.6 } }, SIZES),
    );
    expect(analyse(file, { horizon: 9000 })).toEqual(analyse(file, { horizon: 9000 }));
  });

  it('holds the truth in four of five 80 % intervals at four times the largest size', () => {
    const random = seeded(99);
    let inside = 0;
    const runs = 100;
    for (let run = 0; run < runs; run++) {
      const shared = Math.max(0.1, 0.5 + 0.25 * random.normal());
      const curve = (): TrueCurve => ({
        level: 0.5 + 0.6 * random.normal(),
        slope: Math.max(0, shared + 0.12 * random.normal()),
      });
      const curves = { 'fine-tune': curve(), scratch: curve() };
      const file = fileOf(simulated(curves, [250, 1000], { seed: run, testExamples: 600 }), {
        horizon: 4000,
      });
      const gap = analyse(file, { draws: 300 }).verdict.gap!;
      const truth = trueAccuracy(curves['fine-tune'], 4000) - trueAccuracy(curves.scratch, 4000);
      if (truth >= gap.low && truth <= gap.high) inside++;
    }
    expect(inside / runs).toBeGreaterThan(0.7);
    expect(inside / runs).toBeLessThan(0.92);
  });

  it('cannot tell with one side only, and says what is missing', () => {
    const { verdict, scorecard } = analyse(fileOf([bare('frozen', 0.7)]));
    expect(verdict).toMatchObject({ family: 'inconclusive', choice: null, pTransfer: 0.5, gap: null });
    expect(verdict.reasons[0]).toContain('no measurement of scratch');
    expect(verdict.nextExperiment?.strategy).toBe('scratch');
    expect(scorecard.performance.pushes).toBe('neither');
  });

  it('takes scratch where the architecture is one’s own, and names the price', () => {
    const { verdict } = analyse(
      fileOf([bare('fine-tune', 0.8), bare('scratch', 0.7)], { plan: { architecture: 'custom' } }),
    );
    expect(verdict).toMatchObject({ family: 'scratch', choice: 'scratch' });
    expect(verdict.confidence).toBeLessThan(0.1);
    expect(verdict.reasons[0]).toMatch(/cost (9|10)\.\d points/u);
  });

  it('expects more of a backbone with a good record, the more the longer it is', () => {
    const stated = (sets: number) =>
      analyse(
        fileOf([bare('fine-tune', 0.7), bare('scratch', 0.7)], {
          horizon: 8000,
          record: {
            sets: Array.from({ length: sets }, (_, i) => ({
              name: `set ${i}`,
              trainExamples: 1000,
              logitGap: 0.8,
            })),
          },
        }),
      ).verdict.pTransfer;
    expect(stated(1)).toBeGreaterThan(stated(0));
    expect(stated(6)).toBeGreaterThan(stated(1));
  });

  it('says how much a record moves, or that it moves nothing', () => {
    const said = (frozen: number, scratch: number) =>
      analyse(
        fileOf([bare('frozen', frozen), bare('scratch', scratch)], {
          horizon: 8000,
          record: { sets: [{ name: 'pets', trainExamples: 1000, logitGap: 0.8 }] },
        }),
      ).verdict.reasons.find((reason) => reason.includes('record'));
    expect(said(0.7, 0.7)).toMatch(/on 1 other dataset moves .* from \d+ % to \d+ %\./u);
    expect(said(0.2, 0.95)).toBe(
      "The backbone's record on 1 other dataset does not move the probability that transfer is better.",
    );
  });

  it('counts a set of the record once, whatever number of sizes it was measured at', () => {
    const stated = (names: string[]) =>
      analyse(
        fileOf([bare('fine-tune', 0.7), bare('scratch', 0.7)], {
          horizon: 8000,
          record: {
            sets: names.map((name, size) => ({ name, trainExamples: 100 * (size + 1), logitGap: 0.8 })),
          },
        }),
      ).verdict.pTransfer;
    expect(stated(['a', 'a', 'a'])).toBe(stated(['a']));
    expect(stated(['a', 'b', 'c'])).toBeGreaterThan(stated(['a', 'a', 'a']));
  });

  it('widens scratch upward while its loss was still falling', () => {
    const predicted = (converged: boolean) =>
      analyse(fileOf([bare('fine-tune', 0.7), { ...bare('scratch', 0.6), converged }])).strategies.find(
        ({ name }) => name === 'scratch',
      )!.predicted.mean;
    expect(predicted(false)).toBeGreaterThan(predicted(true) + 0.02);
  });

  it('prefers the cheaper of two that are as good', () => {
    const cost = (trainMacs: number) => ({ trainMacs, onceMacs: 0, epochs: 10, parameters: 1000 });
    const header: MeasurementsHeader = {
      costs: {
        secondsPerGmac: 0.1,
        strategies: {
          frozen: cost(1e6),
          hybrid: cost(9e8),
          'fine-tune': cost(3e7),
          scratch: cost(1e8),
        },
      },
    };
    const { verdict, cost: table } = analyse(
      fileOf([bare('hybrid', 0.8), bare('fine-tune', 0.799), bare('scratch', 0.6)], header),
    );
    expect(verdict.choice).toBe('fine-tune');
    expect(table.fullRun.map(({ strategy }) => strategy)).toEqual([
      'frozen',
      'fine-tune',
      'hybrid',
      'scratch',
    ]);
    expect(table.fullRun[1].seconds.mean).toBeCloseTo(30, 6);
    expect(table.fullRun[1].kwh).toBeNull();
  });

  it('answers every file with finite numbers', () => {
    const measurement = fc.record(
      {
        strategy: fc.constantFrom('frozen', 'fine-tune', 'hybrid', 'scratch'),
        variant: fc.constantFrom('a', 'b'),
        trainExamples: fc.integer({ min: 1, max: 10_000_000 }),
        testExamples: fc.integer({ min: 1, max: 1_000_000 }),
        accuracy: fc.double({ min: 0, max: 1, noNaN: true }),
        macroF1: fc.double({ min: 0, max: 1, noNaN: true }),
        trainAccuracy: fc.double({ min: 0, max: 1, noNaN: true }),
        trainSeconds: fc.double({ min: 0, max: 1e6, noNaN: true }),
        converged: fc.boolean(),
      },
      { requiredKeys: ['strategy', 'trainExamples', 'accuracy'] },
    );
    fc.assert(
      fc.property(
        fc.array(measurement, { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 100_000_000 }),
        (measurements, horizon) => {
          const analysis = analyse(fileOf(measurements), { horizon, draws: 60 });
          expect(everyNumber(analysis).every(Number.isFinite)).toBe(true);
          expectFractions(analysis);
        },
      ),
      { numRuns: 150 },
    );
  });
});

function bare(strategy: Measurement['strategy'], accuracy: number): Measurement {
  return { strategy, trainExamples: 1000, accuracy };
}

function everyNumber(value: unknown): number[] {
  if (typeof value === 'number') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(everyNumber) : [];
}

function expectFractions({ verdict, strategies, curves }: Analysis): void {
  const { confidence, choiceConfidence, pTransfer, expectedRegret } = verdict;
  const points = curves.flatMap(({ measured, predicted }) => [...measured, ...predicted]);
  const intervals = [...strategies.flatMap(({ accuracy, predicted }) => [accuracy, predicted]), ...points];
  const fractions = [
    confidence,
    choiceConfidence,
    pTransfer,
    expectedRegret,
    ...strategies.map(({ pBest }) => pBest),
    ...intervals.flatMap(({ mean, low, high }) => [mean, low, high]),
  ];
  expect(Math.min(...fractions)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...fractions)).toBeLessThanOrEqual(1 + 1e-9);
  for (const { low, high } of intervals) expect(low).toBeLessThanOrEqual(high);
}
