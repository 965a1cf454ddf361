import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { armsOf } from '../../src/verdict/arm.js';
import type { Measurement, MeasurementsHeader } from '../../src/verdict/types.js';
import { answersOf, groupedCovariance, pairedVariance } from '../../src/verdict/answers.js';
import { seeded } from '../../src/verdict/statistics.js';
import { base64 } from './simulate.js';

describe('answersOf', () => {
  it('reads back every bit', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(0, 1), { minLength: 1, maxLength: 70 }), (bits) => {
        expect([...answersOf({ correct: base64(bits), testExamples: bits.length })!]).toEqual(bits);
      }),
    );
  });

  it.each([
    [{ correct: base64([1, 0, 1]) }],
    [{ testExamples: 3 }],
    [{ correct: base64([1, 0, 1]), testExamples: 9 }],
    [{ correct: 'é===', testExamples: 3 }],
  ])('knows none from %j', (given) => expect(answersOf(given)).toBeNull());
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

describe('groupedCovariance', () => {
  it('gives the difference of two the paired variance', () => {
    const random = seeded(5);
    const first = Array.from({ length: 500 }, () => Number(random.uniform() < 0.7));
    const second = first.map((bit) => (random.uniform() < 0.1 ? 1 - bit : bit));
    const [ofFirst, shared, , ofSecond] = covariance(first, second)!;
    expect(ofFirst + ofSecond - 2 * shared).toBeCloseTo(variance(first, second)!, 12);
    expect(shared).toBeGreaterThan(0);
  });

  it('gives every class the same say where accuracy is balanced', () => {
    const header: MeasurementsHeader = { metric: 'balanced-accuracy', testLabels: [0, 0, 0, 1] };
    const [ofFirst, shared] = covariance([1, 1, 1, 0], [1, 1, 1, 0], header)!;
    expect(ofFirst).toBe(shared);
    // Weights 2/3 for each image of the first class and 2 for the other: a mean of 1/2, half a weight off each.
    expect(ofFirst).toBeCloseTo((3 * (1 / 3) ** 2 + 1) / 16, 12);
  });

  it('does without where test sets differ or answers are missing', () => {
    expect(covariance([1, 0], [1, 0, 1])).toBeNull();
    const bare: Measurement[] = [{ strategy: 'frozen', trainExamples: 9, accuracy: 0.5 }];
    expect(
      groupedCovariance(
        armsOf(bare).map(({ last }) => last),
        {},
      ),
    ).toBeNull();
  });
});

function covariance(first: number[], second: number[], header: MeasurementsHeader = {}) {
  return groupedCovariance(
    armsFrom(first, second).map(({ last }) => last),
    header,
  );
}

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
