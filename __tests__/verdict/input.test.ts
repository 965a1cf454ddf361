import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { InputError } from '../../src/manifest/problem.js';
import { analyse } from '../../src/verdict/analyse.js';
import { readMeasurements } from '../../src/verdict/input.js';
import { bitset } from './made.js';

const pair = [
  { strategy: 'fine-tune', trainExamples: 1000, accuracy: 0.63 },
  { strategy: 'scratch', trainExamples: 1000, accuracy: 0.41 },
];

function refusal(value: unknown): string {
  try {
    readMeasurements(value);
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  return 'accepted';
}

const withFirst = (change: Record<string, unknown>) => [{ ...pair[0], ...change }, pair[1]];

describe('reading measurements', () => {
  it('takes the whole file and keeps its header', () => {
    const file = {
      schema: 'headstart/measurements/v1',
      header: { horizon: 50_000, plan: { maxRegret: 0.02 }, record: { sets: [] } },
      measurements: pair,
    };
    expect(readMeasurements(file)).toEqual(file);
  });

  it('takes the bare list with no more than strategy, size and accuracy', () => {
    expect(readMeasurements(pair).measurements).toEqual(pair);
    expect(readMeasurements(pair).header).toEqual({});
  });

  it('takes nulls for what is missing', () => {
    const [first] = readMeasurements(withFirst({ seed: null, correct: null })).measurements;
    expect(first).toEqual(pair[0]);
  });

  it.each([
    ['percent for a fraction', withFirst({ accuracy: 63 }), /measurements\[0\]\.accuracy is 63.*0\.63/u],
    ['a negative accuracy', withFirst({ accuracy: -0.1 }), /accuracy is -0\.1/u],
    ['no number', withFirst({ accuracy: NaN }), /accuracy is NaN/u],
    ['text for a number', withFirst({ accuracy: '0.63' }), /accuracy is "0\.63"/u],
    ['an unknown strategy', withFirst({ strategy: 'finetune' }), /strategy is "finetune".*fine-tune/u],
    ['no training images', withFirst({ trainExamples: 0 }), /trainExamples is 0/u],
    ['half an image', withFirst({ trainExamples: 10.5 }), /trainExamples is 10\.5/u],
    ['a missing size', withFirst({ trainExamples: undefined }), /trainExamples is missing/u],
    ['no test images', withFirst({ testExamples: 0 }), /testExamples is 0/u],
    ['an entry that is no object', [1, pair[1]], /measurements\[0\] is 1/u],
    ['nothing', [], /no measurements/u],
    ['no list', { header: {} }, /not a measurements file/u],
    ['a number', 7, /not a measurements file/u],
    ['another schema', { schema: 'other/v1', measurements: pair }, /schema is "other\/v1"/u],
    ['a horizon of 0', { header: { horizon: 0 }, measurements: pair }, /header\.horizon is 0/u],
    [
      'a plan with a wrong regret',
      { header: { plan: { maxRegret: 3 } }, measurements: pair },
      /plan\.maxRegret is 3/u,
    ],
  ])('refuses %s and says where', (_, value, message) => {
    expect(refusal(value)).toMatch(message);
  });

  it('names every wrong entry at once', () => {
    const message = refusal([
      { ...pair[0], accuracy: 63 },
      { ...pair[1], trainExamples: -1 },
    ]);
    expect(message.split('\n')).toHaveLength(2);
  });

  it('leaves out answers by image that do not fit the test set, and says so', () => {
    const short = withFirst({ testExamples: 20, correct: bitset([true, false]) });
    const { measurements, header } = readMeasurements(short);
    expect(measurements[0]).not.toHaveProperty('correct');
    expect(header.settings?.['ignored']).toEqual([expect.stringMatching(/measurement 0 were left out/u)]);
  });

  it('either refuses a value with an InputError or can be analysed, whatever it is', () => {
    const entry = fc.record(
      {
        strategy: fc.oneof(fc.constantFrom('frozen', 'fine-tune', 'hybrid', 'scratch'), fc.anything()),
        trainExamples: fc.oneof(fc.integer({ min: 1, max: 1e6 }), fc.anything()),
        accuracy: fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.anything()),
        testExamples: fc.oneof(fc.integer({ min: 1, max: 1e5 }), fc.anything()),
        correct: fc.anything(),
        converged: fc.anything(),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof(fc.array(entry, { maxLength: 5 }), fc.anything()), (value) => {
        if (refusal(value) !== 'accepted') return;
        expect(analyse(readMeasurements(value), null, { draws: 50 }).verdict.horizon).toBeGreaterThan(0);
      }),
      { numRuns: 300, seed: 1 },
    );
  });
});
