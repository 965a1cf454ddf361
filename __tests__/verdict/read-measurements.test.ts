import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { InputError } from '../../src/problem.js';
import { readMeasurements } from '../../src/verdict/read-measurements.js';
import { base64 } from './simulate.js';

const one = { strategy: 'scratch', trainExamples: 100, accuracy: 0.5 };

describe('readMeasurements', () => {
  it('reads the whole file and the bare list alike', () => {
    const whole = readMeasurements({ schema: 'headstart/measurements/v1', header: {}, measurements: [one] });
    expect(readMeasurements([one])).toEqual(whole);
    expect(whole.measurements).toEqual([one]);
  });

  it.each([
    [{ ...one, accuracy: 63 }, 'accuracy is 63; it is a fraction from 0 to 1, 0.63?'],
    [{ ...one, accuracy: NaN }, 'accuracy is NaN, not a fraction'],
    [{ ...one, accuracy: '0.5' }, 'accuracy is "0.5", not a fraction'],
    [{ ...one, accuracy: -0.1 }, 'accuracy is -0.1'],
    [{ ...one, trainExamples: 0 }, 'trainExamples is 0, not a whole number'],
    [{ ...one, trainExamples: 10.5 }, 'trainExamples is 10.5, not a whole number'],
    [{ ...one, strategy: 'forzen' }, 'strategy is "forzen"; known are frozen, fine-tune, hybrid, scratch'],
    [{ trainExamples: 10, accuracy: 0.5 }, 'strategy is missing'],
    [{ ...one, testExamples: 0 }, 'testExamples is 0'],
    [null, 'is null, not a measurement'],
  ])('refuses %j', (entry, message) => {
    expect(() => readMeasurements([entry])).toThrow(InputError);
    expect(() => readMeasurements([entry])).toThrow(message);
  });

  it('refuses two results of one trial, and takes runs with other seeds or none', () => {
    const again = { ...one, accuracy: 0.6 };
    expect(() =>
      readMeasurements([
        { ...one, seed: 1 },
        { ...again, seed: 1 },
      ]),
    ).toThrow(/measurements\[1\].*measurements\[0\]/u);
    expect(
      readMeasurements([
        { ...one, seed: 1 },
        { ...again, seed: 2 },
      ]).measurements,
    ).toHaveLength(2);
    expect(readMeasurements([one, again]).measurements).toHaveLength(2);
  });

  it.each([[[]], [{}], ['text'], [null], [{ schema: 'other', measurements: [one] }]])(
    'refuses anything but a measurements file: %j',
    (value) => expect(() => readMeasurements(value)).toThrow(InputError),
  );

  it.each([
    [{ horizon: 0 }, 'header.horizon is 0'],
    [{ plan: { maxRegret: 1.5 } }, 'header.plan.maxRegret is 1.5'],
    [{ costs: { secondsPerGmac: 'fast' } }, 'header.costs.secondsPerGmac is "fast"'],
    [
      {
        facts: { samples: 9, trainSamples: 6, classes: 2, smallestClass: 4, largestClass: 5, trainImages: 0 },
      },
      'header.facts.trainImages is 0',
    ],
    [{ metric: 'f1' }, 'header.metric is "f1"'],
  ])('refuses the header %j', (header, message) => {
    expect(() => readMeasurements({ header, measurements: [one] })).toThrow(message);
  });

  it('names every wrong entry at once', () => {
    try {
      readMeasurements([{ ...one, accuracy: 2 }, one, { ...one, trainExamples: -1 }]);
      throw new Error('not refused');
    } catch (error) {
      expect((error as InputError).problems).toHaveLength(2);
    }
  });

  it('keeps answers by image that fit and leaves out those that do not, saying so', () => {
    const bits = [1, 0, 1, 1, 0, 0, 0, 1, 1];
    const correct = base64(bits);
    const read = readMeasurements([
      { ...one, testExamples: 9, correct },
      { ...one, testExamples: 17, correct },
      { ...one, correct },
      { ...one, testExamples: 9, correct: '!!!!' },
    ]);
    expect(read.measurements.map((measurement) => measurement.correct)).toEqual([
      correct,
      undefined,
      undefined,
      undefined,
    ]);
    expect(read.header.settings?.['ignored']).toHaveLength(3);
  });

  it('either reads any JSON or refuses it as wrong input', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        for (const given of [value, [value], { header: value, measurements: [one] }]) {
          try {
            expect(readMeasurements(given).measurements.length).toBeGreaterThan(0);
          } catch (error) {
            expect(error).toBeInstanceOf(InputError);
          }
        }
      }),
    );
  });
});
