import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { analyze } from '../../src/verdict/analyze.js';
import { crossingReach, gapReach, gapSentence, reachOf } from '../../src/verdict/sentences.js';
import type { Analysis, MeasurementsHeader } from '../../src/verdict/types.js';
import { distance } from '../../src/verdict/format.js';
import { aFile, measured } from './made.js';

const tenClasses = { horizon: 8000, classes: 10 };
const found = (trials: Parameters<typeof measured>[], header: MeasurementsHeader = tenClasses): Analysis =>
  analyze(
    aFile(
      trials.map((trial) => measured(...trial)),
      header,
    ),
    { draws: 400 },
  );
const texts = ({ verdict, scorecard }: Analysis) =>
  [
    ...verdict.reasons,
    ...Object.values(scorecard).map((entry) => (entry as { measured: string }).measured),
  ].join('\n');

describe('how far a number is carried', () => {
  it.each([
    [1, 'measured'],
    [1.1, 'near'],
    [4, 'near'],
    [4.1, 'far'],
    [16, 'far'],
    [16.1, 'beyond'],
  ])('%d times is %s', (times, reach) => {
    expect(reachOf(times)).toBe(reach);
  });

  it('counts from what was measured, also for a crossing beyond the full run', () => {
    const at = (examples: number) =>
      crossingReach({ examples, low: null, high: null }, { horizon: 4000, extrapolation: 8 });
    expect([at(2000), at(8000), at(9000)]).toEqual(['near', 'far', 'beyond']);
  });
});

describe('a distance', () => {
  it('has tenths only where they count', () => {
    expect(distance({ mean: 0.197, low: 0.15, high: 0.244 })).toEqual({
      size: '20 points',
      side: 'above',
      range: '15 to 24',
    });
    expect(distance({ mean: -0.012, low: -0.03, high: 0.004 })).toEqual({
      size: '1.2 points',
      side: 'below',
      range: '3.0 below to 0.4 above',
    });
  });
});

describe('the gap', () => {
  const pair = (size: number): Parameters<typeof measured>[] => [
    ['frozen', 8000, 0.6],
    ['fine-tune', size, 0.8],
    ['scratch', size, 0.5],
  ];
  const said = ({ verdict, strategies }: Analysis) => gapSentence({ verdict, strategies });

  it('is that of the transfer strategy that is expected to end highest, at the horizon', () => {
    const { verdict, strategies } = found(pair(2000));
    const predicted = (wanted: string) => strategies.find(({ name }) => name === wanted)!.predicted!.mean;
    expect(verdict.contender).toBe('fine-tune');
    expect(verdict.gap!.mean).toBeCloseTo(predicted('fine-tune') - predicted('scratch'), 10);
    expect(said({ verdict, strategies } as Analysis)).toMatch(
      /^at 8,000 images fine-tuning is expected to end about \d+ points above scratch \(\d+ to \d+\)$/u,
    );
  });

  it('is measured where both were', () => {
    expect(said(found(pair(8000)))).toMatch(/fine-tuning ends about .*: measured, not predicted$/u);
  });

  it('has no number beyond sixteen times, and none while one side has not started to learn', () => {
    expect(said(found(pair(400)))).toBeNull();
    expect(texts(found(pair(400)))).not.toMatch(/points above/u);
    const asleep = found([...pair(2000).slice(0, 2), ['scratch', 2000, 0.1]]);
    expect(gapReach(asleep)).toBe('asleep');
    expect(said(asleep)).toBeNull();
    expect(asleep.scorecard.performance.measured).toContain('has not started to learn');
  });

  it('is the same in the scorecard', () => {
    const analysis = found(pair(2000));
    expect(analysis.scorecard.performance.measured).toBe(said(analysis));
    expect(analysis.scorecard.performance.values).toMatchObject({ gap: analysis.verdict.gap!.mean });
  });
});

describe('the claim', () => {
  it('is of the strategy leaned to: at most what its family has', () => {
    const fraction = fc.double({ min: 0.2, max: 0.95, noNaN: true });
    fc.assert(
      fc.property(fraction, fraction, fraction, fraction, (frozen, tuned, hybrid, scratch) => {
        const { verdict } = found([
          ['frozen', 2000, frozen],
          ['fine-tune', 2000, tuned],
          ['hybrid', 2000, hybrid],
          ['scratch', 2000, scratch],
        ]);
        expect(verdict.claim).toBeLessThanOrEqual(verdict.confidence + 1e-9);
        if (verdict.leaning === 'scratch') expect(verdict.claim).toBeCloseTo(verdict.confidence, 10);
      }),
      { numRuns: 20, endOnFailure: true },
    );
  });

  it('names the network that it is about', () => {
    const backbone = { name: 'embedded', sha256: '0'.repeat(64) };
    const network = (header: MeasurementsHeader) => found([['frozen', 100, 0.5]], header).verdict.network;
    expect(network({ backbone, settings: { size: 64 } })).toEqual({ backbone: 'embedded', size: 64 });
    expect(network({ backbone })).toEqual({ backbone: 'embedded', size: null });
    expect(network({})).toBeNull();
  });
});

describe('the reasons', () => {
  it('set strategies beside each other at the size that they share', () => {
    const { verdict } = found([
      ['frozen', 500, 0.5],
      ['frozen', 8000, 0.9],
      ['scratch', 500, 0.4],
    ]);
    expect(verdict.reasons).toContainEqual(
      'At 500 training images, the frozen network reached 50.0 % and scratch reached 40.0 %.',
    );
    expect(verdict.reasons.join(' ')).not.toContain('90.0');
  });

  it('give a bound for what has not started to learn', () => {
    const { verdict } = found([
      ['fine-tune', 84, 0.87],
      ['scratch', 84, 0.1],
    ]);
    expect(verdict.reasons[0]).toBe(
      'At 84 images scratch has not started to learn; at the same size fine-tuning is 77.0 points ahead.',
    );
    const none = found([
      ['fine-tune', 84, 0.1],
      ['hybrid', 84, 0.1],
      ['scratch', 84, 0.1],
    ]);
    expect(none.verdict.reasons[0]).toBe(
      'At 84 images fine-tuning, the hybrid, and scratch have not started to learn.',
    );
  });

  it('suggest longer training only where half the epochs did worse', () => {
    const climbing = (converged?: boolean) =>
      texts(
        found([
          ['fine-tune', 2000, 0.8],
          ['scratch', 2000, 0.5, converged === undefined ? {} : { converged }],
        ]),
      ).includes('half as many epochs');
    expect([climbing(false), climbing(true), climbing()]).toEqual([true, false, false]);
  });
});

describe('the next experiment', () => {
  it('asks for no more images than there are', () => {
    const facts = {
      samples: 600,
      trainSamples: 450,
      trainImages: 450,
      classes: 10,
      smallestClass: 60,
      largestClass: 60,
    };
    const next = (trainImages?: number) =>
      found(
        [
          ['fine-tune', 225, 0.6],
          ['scratch', 225, 0.58],
        ],
        { ...tenClasses, facts: { ...facts, ...(trainImages === undefined ? {} : { trainImages }) } },
      ).verdict.nextExperiment!;
    expect(next().trainExamples).toBe(450);
    expect(next(3000).trainExamples).toBe(900);
    expect(next(225).description).toMatch(/^Repeat .* another seed$|^Test on more images/u);
  });

  it('is not said to change a choice that is tied with others', () => {
    const trials = (['frozen', 'fine-tune', 'hybrid'] as const).flatMap((strategy) =>
      [0, 1, 2].map((seed): Parameters<typeof measured> => [
        strategy,
        8000,
        0.9,
        { seed, testExamples: 20_000 },
      ]),
    );
    const { verdict } = found([...trials, ['scratch', 2000, 0.86]]);
    expect(verdict.nextExperiment?.changeProbability ?? 0).toBeLessThan(0.6);
    expect(verdict.nextExperiment?.strategy ?? 'scratch').toBe('scratch');
  });
});
