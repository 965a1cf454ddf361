import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { armsOf } from '../../src/verdict/arm.js';
import type { Measurement, MeasurementsHeader } from '../../src/verdict/model.js';
import { answers, pairedVariance, resampleTestImages } from '../../src/verdict/paired.js';
import { seeded } from '../../src/verdict/random.js';
import { base64 } from './simulate.js';

describe('answers', () => {
  it('reads back every bit', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(0, 1), { minLength: 1, maxLength: 70 }), (bits) => {
        expect([...answers({ correct: base64(bits), testExamples: bits.length })!]).toEqual(bits);
      }),
    );
  });

  it.each([
    [{ correct: base64([1, 0, 1]) }],
    [{ testExamples: 3 }],
    [{ correct: base64([1, 0, 1]), testExamples: 9 }],
    [{ correct: 'é===', testExamples: 3 }],
  ])('knows none from %j', (given) => expect(answers(given)).toBeNull());
});

describe('pairedVariance', () => {
  it('is nothing for the same answers and that of a mean of differences otherwise', () => {
    const [first, second] = [
      [1, 1, 0, 0, 1, 0, 1, 1],
      [1, 0, 0, 1, 1, 0, 0, 1],
    ];
    expect(variance(first, first)).toBe(0);
    const differences = first.map((bit, i) => bit - second[i]);
    const centre = differences.reduce((sum, value) => sum + value, 0) / 8;
    const expected = differences.reduce((sum, value) => sum + (value - centre) ** 2, 0) / 64;
    expect(variance(first, second)).toBeCloseTo(expected, 12);
  });

  it('counts a group of copies once', () => {
    const [first, second] = [
      [1, 0, 1, 1],
      [0, 0, 1, 0],
    ];
    const twice = (bits: number[]) => bits.flatMap((bit) => [bit, bit]);
    expect(variance(twice(first), twice(second), { testGroups: [0, 0, 1, 1, 2, 2, 3, 3] })).toBeCloseTo(
      variance(first, second)!,
      12,
    );
  });
});

describe('resampleTestImages', () => {
  it('has the spread of the exact variance, and keeps what the arms share', () => {
    const random = seeded(5);
    const first = Array.from({ length: 500 }, () => Number(random.uniform() < 0.7));
    const second = first.map((bit) => (random.uniform() < 0.1 ? 1 - bit : bit));
    const found = resampleTestImages(armsFrom(first, second), {}, seeded(1))!;
    const differences = Array.from(
      { length: found.count },
      (_, i) => found.accuracy[2 * i] - found.accuracy[2 * i + 1],
    );
    const spread = differences.reduce((sum, value) => sum + value ** 2, 0) / found.count;
    const centre = differences.reduce((sum, value) => sum + value, 0) / found.count;
    const ratio = (spread - centre ** 2) / variance(first, second)!;
    expect(ratio).toBeGreaterThan(0.75);
    expect(ratio).toBeLessThan(1.3);
  });

  it('gives every class the same say where accuracy is balanced', () => {
    const header: MeasurementsHeader = { metric: 'balanced-accuracy', testLabels: [0, 0, 0, 1] };
    const found = resampleTestImages(armsFrom([1, 1, 1, 0], [0, 0, 0, 1]), header, seeded(1))!;
    expect([...found.observed]).toEqual([0.5, 0.5]);
  });

  it('does without where test sets differ or answers are missing', () => {
    expect(resampleTestImages(armsFrom([1, 0], [1, 0, 1]), {}, seeded(1))).toBeNull();
    const bare: Measurement[] = [{ strategy: 'frozen', trainExamples: 9, accuracy: 0.5 }];
    expect(resampleTestImages(armsOf(bare), {}, seeded(1))).toBeNull();
  });
});

function armsFrom(first: number[], second: number[]) {
  const measurement = (strategy: Measurement['strategy'], bits: number[]): Measurement => ({
    strategy,
    trainExamples: 100,
    testExamples: bits.length,
    accuracy: bits.reduce((sum, bit) => sum + bit, 0) / bits.length,
    correct: base64(bits),
  });
  return armsOf([measurement('fine-tune', first), measurement('scratch', second)]);
}

function variance(first: number[], second: number[], header: MeasurementsHeader = {}): number | null {
  const [one, other] = armsFrom(first, second);
  return pairedVariance(one.last, other.last, header);
}
