import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { analyze } from '../../src/verdict/analyze.js';
import type { Analysis, Measurement, MeasurementsHeader } from '../../src/verdict/types.js';
import { fileOf, simulated } from './simulate.js';

const SIZES = [250, 500, 1000, 2000];
const tenClasses: MeasurementsHeader = { horizon: 8000, classes: 10 };

describe('analyze', () => {
  it.each([1, 2, 3, 4, 5])('risks next to nothing between two equal strategies (seed %i)', (seed) => {
    const same = { level: 0.8, slope: 0.5 };
    const { verdict } = analyze(fileOf(simulated({ 'fine-tune': same, scratch: same }, SIZES, { seed })));
    expect(Math.max(verdict.pTransfer, 1 - verdict.pTransfer)).toBeLessThan(0.97);
    expect(verdict.expectedRegret).toBeLessThan(0.01);
  });

  it.each([0.3, 0.8, 0.99])('names no side when both reach %f', (accuracy) => {
    const { verdict } = analyze(fileOf([bare('fine-tune', accuracy), bare('scratch', accuracy)]));
    expect(['equivalent', 'inconclusive']).toContain(verdict.family);
    expect(Math.abs(verdict.pTransfer - 0.5)).toBeLessThan(0.05);
  });

  it('names a side that is probably ahead by little, for little is what it risks', () => {
    const pair = [0.943, 0.955].map((accuracy, i) => ({
      ...bare(i === 0 ? 'fine-tune' : 'scratch', accuracy),
      testExamples: 2000,
    }));
    const { verdict } = analyze(fileOf(pair, { horizon: 4000 }));
    expect(verdict).toMatchObject({ family: 'scratch', choice: 'scratch' });
    expect(verdict.confidence).toBeGreaterThan(0.9);
    expect(verdict.expectedRegret).toBeLessThan(0.005);
  });

  it('names transfer where it is far ahead, though its strategies are close to each other', () => {
    const { verdict } = analyze(
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
    const { verdict } = analyze(fileOf(measurements));
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
    const { verdict } = analyze(fileOf(simulated(curves, SIZES), { horizon: 4000 }));
    expect(verdict.family).toBe(family);
    expect(verdict.choice).toBe(family === 'transfer' ? 'fine-tune' : 'scratch');
    expect(verdict.confidence).toBeGreaterThan(0.9);
    expect(verdict.crossing === null || verdict.crossing.examples > 4000).toBe(true);
  });

  it('finds where scratch catches up', () => {
    const curves = { 'fine-tune': { level: 0.8, slope: 0.3 }, scratch: { level: 0.2, slope: 0.7 } };
    const crossing = 1000 * Math.exp(0.6 / 0.4);
    const measured = simulated(curves, [250, 500, 1000, 2000, 4000], { replicates: 3, testExamples: 4000 });
    const found = analyze(fileOf(measured, { horizon: 16000 })).verdict;
    expect(found.crossing!.examples).toBeGreaterThan(crossing / 1.5);
    expect(found.crossing!.examples).toBeLessThan(crossing * 1.5);
    expect(found.crossing!.low!).toBeLessThan(crossing);
    expect(found.crossing!.high ?? Infinity).toBeGreaterThan(crossing);
    expect(found.pTransfer).toBeLessThan(0.3);
  });

  it('mirrors the probability when the families change places and nothing is foretold', () => {
    for (const gap of [0, 0.01, 0.03, 0.08]) {
      const stated = (transfer: number, scratch: number) =>
        analyze(fileOf([bare('fine-tune', transfer), bare('scratch', scratch)])).verdict.pTransfer;
      expect(Math.abs(stated(0.7 + gap, 0.7) + stated(0.7, 0.7 + gap) - 1)).toBeLessThan(0.06);
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
            analyze(fileOf([bare('fine-tune', transfer), bare('scratch', scratch)], { horizon: 8000 }), {
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
    expect(analyze(file, { horizon: 9000 })).toEqual(analyze(file, { horizon: 9000 }));
  });

  describe('a strategy that has not started to learn', () => {
    const learned = [
      ...[100, 200, 400, 800, 1600].map((size, i) => at('frozen', size, 0.4 + 0.055 * i)),
      ...[100, 200, 400].map((size, i) => at('fine-tune', size, 0.38 + 0.075 * i)),
    ];
    const asleep = analyze(
      fileOf(
        [...learned, at('scratch', 100, 0.1), at('scratch', 200, 0.105), at('scratch', 400, 0.1)],
        tenClasses,
      ),
    );
    const started = analyze(
      fileOf(
        [...learned, at('scratch', 100, 0.1), at('scratch', 200, 0.11), at('scratch', 400, 0.25)],
        tenClasses,
      ),
    );

    it('has no curve', () => {
      const scratch = asleep.strategies.find(({ name }) => name === 'scratch')!;
      expect(scratch).toMatchObject({ learning: false, predicted: null });
      expect(asleep.curves.find(({ strategy }) => strategy === 'scratch')!.predicted).toEqual([]);
    });

    it('leaves at most 95 % to the other side, and little changes when it starts', () => {
      expect(asleep.verdict.pTransfer).toBeLessThanOrEqual(0.95);
      expect(Math.abs(asleep.verdict.pTransfer - started.verdict.pTransfer)).toBeLessThan(0.25);
    });

    it('is what to train next, further than before', () => {
      expect(asleep.verdict.nextExperiment).toMatchObject({ strategy: 'scratch', trainExamples: 1600 });
    });

    it('is sure where it was measured at the horizon', () => {
      const { verdict } = analyze(fileOf([at('fine-tune', 8000, 0.8), at('scratch', 8000, 0.1)], tenClasses));
      expect(verdict.pTransfer).toBeGreaterThan(0.99);
    });

    it('is chance of the larger class, or of one class in all where accuracy is balanced', () => {
      const learning = (metric: 'accuracy' | 'balanced-accuracy') =>
        analyze(
          fileOf([at('fine-tune', 100, 0.9), at('scratch', 100, 0.7)], {
            metric,
            classes: 2,
            testLabels: Array.from({ length: 480 }, (_, i) => Number(i < 120)),
          }),
        ).strategies.find(({ name }) => name === 'scratch')!.learning;
      expect(learning('accuracy')).toBe(false);
      expect(learning('balanced-accuracy')).toBe(true);
    });
  });

  it('leaves what was measured at the horizon where it is, whatever luck others had elsewhere', () => {
    const predicted = [0.36, 0.54].map((small) => {
      const frozen = [113, 225, 450, 900].flatMap((size, i) =>
        [0, 1, 2].map((seed) => ({ ...at('frozen', size, 0.45 + 0.07 * i), seed })),
      );
      const others = [at('fine-tune', 113, small), at('hybrid', 113, small), at('scratch', 113, 0.25)];
      const { strategies } = analyze(fileOf([...frozen, ...others], { horizon: 900, classes: 10 }));
      return strategies.find(({ name }) => name === 'frozen')!.predicted!.mean;
    });
    expect(Math.abs(predicted[0] - predicted[1])).toBeLessThan(0.01);
    expect(Math.abs(predicted[0] - 0.66)).toBeLessThan(0.01);
  });

  it('does not take the noise of one strategy’s replicates for that of others', () => {
    const width = (spread: number) => {
      const replicates = [0, 1, 2].map((seed) => ({
        ...at('frozen', 1000, 0.8 + spread * (seed - 1)),
        seed,
      }));
      const others = (['fine-tune', 'scratch'] as const).flatMap((strategy, i) =>
        [0, 1, 2].map((seed) => ({ ...at(strategy, 1000, 0.7 - 0.1 * i + 0.005 * (seed - 1)), seed })),
      );
      const { strategies } = analyze(fileOf([...replicates, ...others], { horizon: 1000, classes: 10 }));
      const { low, high } = strategies.find(({ name }) => name === 'scratch')!.accuracy;
      return high - low;
    };
    expect(width(0.08)).toBeLessThan(1.6 * width(0));
  });

  it('never leans to the side with less than half', () => {
    const fraction = fc.double({ min: 0.1, max: 0.95, noNaN: true });
    fc.assert(
      fc.property(fraction, fraction, fraction, (frozen, tuned, scratch) => {
        const { verdict } = analyze(
          fileOf([bare('frozen', frozen), bare('fine-tune', tuned), bare('scratch', scratch)], {
            horizon: 8000,
          }),
          { draws: 200 },
        );
        if (verdict.family === 'equivalent') return;
        expect(verdict.leaning === 'scratch').toBe(verdict.pTransfer < 0.5);
      }),
      { numRuns: 40 },
    );
  });

  it('says how far the comparison of the families is carried, and where they were measured together', () => {
    const pair = [at('frozen', 4000, 0.8), at('fine-tune', 500, 0.7), at('scratch', 500, 0.5)];
    const { verdict, strategies } = analyze(fileOf(pair, { horizon: 8000, classes: 10 }));
    expect(verdict).toMatchObject({ extrapolation: 16, commonSize: 500 });
    expect(strategies.map(({ atCommonSize }) => atCommonSize?.mean ?? null)).toEqual([null, 0.7, 0.5]);
    const complete = analyze(fileOf([at('fine-tune', 8000, 0.9), at('scratch', 8000, 0.8)])).verdict;
    expect(complete.extrapolation).toBe(1);
  });

  it('states the gap that was measured where both sides were measured at the horizon', () => {
    const pair = [at('fine-tune', 75, 0.28), at('scratch', 75, 0.63), at('fine-tune', 600, 0.74)];
    const { verdict } = analyze(fileOf([...pair, at('scratch', 600, 1)], { horizon: 600, classes: 4 }));
    expect(verdict.gap!.mean).toBeCloseTo(-0.26, 9);
    expect(verdict.gap!.low).toBeLessThan(-0.26);
    expect(verdict.gap!.high).toBeGreaterThan(-0.26);
  });

  it('knows that 200 right answers of 200 are not chance beside 140', () => {
    const trial = (strategy: Measurement['strategy'], trainExamples: number, accuracy: number) => ({
      ...at(strategy, trainExamples, accuracy),
      testExamples: 200,
    });
    const early = [trial('frozen', 97, 0.495), trial('fine-tune', 97, 0.28), trial('scratch', 97, 0.41)];
    const full = [trial('frozen', 600, 0.7), trial('fine-tune', 600, 0.615), trial('scratch', 600, 1)];
    for (const sizes of [early, []]) {
      const { verdict } = analyze(fileOf([...sizes, ...full], { horizon: 600, classes: 4 }));
      expect(verdict.family).toBe('scratch');
      expect(verdict.pTransfer).toBeLessThan(0.001);
      expect(verdict.expectedRegret).toBeLessThan(0.001);
    }
  });

  it('does not let smaller sizes decide between two that were measured at the horizon', () => {
    const trial = (strategy: Measurement['strategy'], trainExamples: number, accuracy: number) => ({
      ...at(strategy, trainExamples, accuracy),
      testExamples: 112,
    });
    const full = [trial('fine-tune', 336, 111 / 112), trial('scratch', 336, 111 / 112)];
    const early = [trial('fine-tune', 52, 0.94), trial('scratch', 52, 0.25)];
    const { verdict, strategies } = analyze(fileOf([...early, ...full], { horizon: 336, classes: 8 }));
    expect(Math.abs(verdict.pTransfer - 0.5)).toBeLessThan(0.05);
    expect(verdict.gap!.mean).toBeCloseTo(0, 9);
    for (const { predicted } of strategies) expect(predicted!.high).toBeGreaterThan(0.991);
    // Another seed would change nothing that the test images can show.
    expect(verdict.nextExperiment).toMatchObject({ strategy: null });
  });

  it('takes the chance that an experiment changes the choice from what it may show', () => {
    const chance = (tuned: number) =>
      analyze(
        fileOf([bare('frozen', 0.5), bare('fine-tune', tuned), bare('scratch', 0.62)], {
          horizon: 4000,
          classes: 10,
        }),
      ).verdict.nextExperiment?.changeProbability ?? 0;
    expect(chance(0.6)).toBeGreaterThan(chance(0.5));
    expect(chance(0.6)).toBeGreaterThan(0.02);
    expect(chance(0.6)).toBeLessThan(0.6);
  });

  it('cannot tell with one side only, and says what is missing', () => {
    const { verdict, scorecard } = analyze(fileOf([bare('frozen', 0.7)]));
    expect(verdict).toMatchObject({ family: 'inconclusive', choice: null, pTransfer: 0.5, gap: null });
    expect(verdict.reasons[0]).toContain('Scratch was not measured');
    expect(verdict.nextExperiment?.strategy).toBe('scratch');
    expect(scorecard.performance.pushes).toBe('neither');
  });

  it('takes scratch where the architecture is one’s own, and names the price', () => {
    const { verdict } = analyze(
      fileOf([bare('fine-tune', 0.8), bare('scratch', 0.7)], { plan: { architecture: 'custom' } }),
    );
    expect(verdict).toMatchObject({ family: 'scratch', choice: 'scratch' });
    expect(verdict.confidence).toBeLessThan(0.1);
    expect(verdict.reasons[0]).toMatch(/cost (9|10)\.\d points/u);
  });

  it('expects more of a backbone with a good record, the more the longer it is', () => {
    const stated = (sets: number) =>
      analyze(
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
    expect(stated(2)).toBeGreaterThan(stated(0));
    expect(stated(6)).toBeGreaterThan(stated(2));
  });

  it('says how much a record moves, or that it moves nothing; nothing of one within its noise', () => {
    const said = (frozen: number, scratch: number, other = 0.9) =>
      analyze(
        fileOf([bare('frozen', frozen), bare('scratch', scratch)], {
          horizon: 8000,
          record: {
            sets: [
              { name: 'pets', trainExamples: 250, logitGap: 0.8 },
              { name: 'signs', trainExamples: 250, logitGap: other },
            ],
          },
        }),
      ).verdict.reasons.find((reason) => reason.includes('record'));
    expect(said(0.7, 0.7)).toMatch(/on 2 other datasets moves .* from \d+ % to \d+ %\./u);
    expect(said(0.2, 0.95)).toBe(
      "The backbone's record on 2 other datasets does not move the probability that transfer is better.",
    );
    expect(said(0.7, 0.7, -0.5)).toBeUndefined();
  });

  it('counts a set of the record once, whatever number of sizes it was measured at', () => {
    const stated = (names: string[]) =>
      analyze(
        fileOf([bare('fine-tune', 0.7), bare('scratch', 0.7)], {
          horizon: 8000,
          record: {
            sets: names.map((name, size) => ({ name, trainExamples: 100 * (size + 1), logitGap: 0.8 })),
          },
        }),
      ).verdict.pTransfer;
    expect(stated(['a', 'b', 'b'])).toBe(stated(['a', 'b']));
    expect(stated(['a', 'b', 'c'])).toBeGreaterThan(stated(['a', 'b', 'b']));
  });

  it('widens scratch upward while its loss was still falling', () => {
    const predicted = (converged: boolean) =>
      analyze(fileOf([bare('fine-tune', 0.7), { ...bare('scratch', 0.6), converged }])).strategies.find(
        ({ name }) => name === 'scratch',
      )!.predicted!.mean;
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
    const { verdict, cost: table } = analyze(
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
          const analysis = analyze(fileOf(measurements), { horizon, draws: 60 });
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

function at(strategy: Measurement['strategy'], trainExamples: number, accuracy: number): Measurement {
  return { strategy, trainExamples, accuracy, testExamples: 480, seed: 0 };
}

function everyNumber(value: unknown): number[] {
  if (typeof value === 'number') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(everyNumber) : [];
}

function expectFractions({ verdict, strategies, curves }: Analysis): void {
  const { confidence, choiceConfidence, pTransfer, expectedRegret } = verdict;
  const points = curves.flatMap(({ measured, predicted }) => [...measured, ...predicted]);
  const intervals = [
    ...strategies.flatMap(({ accuracy, predicted }) => [accuracy, predicted ?? []].flat()),
    ...points,
  ];
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
