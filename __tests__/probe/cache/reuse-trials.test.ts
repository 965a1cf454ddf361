import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { reuseTrials, type PresentImages } from '../../../src/probe/cache/reuse-trials.js';
import {
  packHashes,
  packIntegers,
  type KeptRun,
  type KeptTrial,
} from '../../../src/probe/cache/trial-record.js';

const hashOf = (image: number) => image.toString(16).padStart(32, '0').padEnd(64, '0');
const TRAIN = 300;
const TEST = 100;
const CLASSES = 4;
const labelOf = (image: number) => image % CLASSES;
const count = (n: number, from = 0) => Int32Array.from({ length: n }, (_, i) => from + i);

const trial = (trainExamples: number, seconds = 10): KeptTrial => ({
  spec: {
    strategy: 'scratch',
    variant: 'small net',
    trainExamples,
    seed: 0,
    epochs: 5,
    rates: [0.1],
    flip: false,
  },
  seconds,
  measurement: {
    strategy: 'scratch',
    variant: 'small net',
    trainExamples,
    accuracy: 0.5,
    seed: 0,
  },
  // Right on every image but each tenth.
  predicted: packIntegers(count(TEST).map((i) => (i % 10 === 0 ? labelOf(i + 1) : labelOf(i)))),
  rate: 0.1,
  penalty: null,
  held: { examples: 30, accuracy: 0.6 },
  imagePasses: 1500,
});

/** Images 0 to 299 were trained on in this order, 300 to 399 were the test set. */
const run = (trials: KeptTrial[]): KeptRun => ({
  at: '2026-01-02T03:04:05.000Z',
  images: packHashes(Array.from(count(TRAIN + TEST), hashOf)),
  labels: packIntegers(count(TRAIN + TEST).map(labelOf)),
  orders: [packIntegers(count(TRAIN))],
  test: packIntegers(count(TEST, TRAIN)),
  flip: null,
  source: null,
  trials,
});

const present = (changes: Partial<PresentImages> = {}): PresentImages => ({
  hashes: Array.from(count(TRAIN + TEST), hashOf),
  labels: count(TRAIN + TEST).map(labelOf),
  groups: Array<null>(TRAIN + TEST).fill(null),
  train: count(TRAIN),
  test: count(TEST, TRAIN),
  sizes: [75, 150, 300],
  classes: CLASSES,
  metric: 'accuracy',
  sampledFor: 60,
  ...changes,
});

/** The hashes with these rows' images replaced by new ones. */
const replaced = (rows: number[]) =>
  present().hashes.map((hash, row) => (rows.includes(row) ? hashOf(10_000 + row) : hash));

describe('reuseTrials', () => {
  it('takes everything up as it was when nothing has changed', () => {
    const found = reuseTrials([run([trial(75), trial(300)])], present())!;
    expect(found).toMatchObject({ changedShare: 0, lostSeconds: 0, testLeftOut: 0 });
    expect(found.outcomes.map(({ spec }) => spec.trainExamples)).toEqual([75, 300]);
    expect(found.outcomes[0]).toMatchObject({
      carriedFrom: '2026-01-02T03:04:05.000Z',
      result: { measurement: { accuracy: 0.9, testExamples: TEST } },
    });
  });

  it('measures on the images that were predicted and not trained on, by the labels of now', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 0, max: TRAIN + TEST - 1 }), { maxLength: 5 }),
        fc.uniqueArray(fc.integer({ min: TRAIN, max: TRAIN + TEST - 1 }), { maxLength: 20 }),
        (changed, relabelled) => {
          const labels = present().labels.map((label, row) =>
            relabelled.includes(row) ? (label + 2) % CLASSES : label,
          );
          const found = reuseTrials([run([trial(300)])], present({ hashes: replaced(changed), labels }))!;
          const test = Array.from(count(TEST, TRAIN)).filter((row) => !changed.includes(row));
          expect([...found.test]).toEqual(test);
          const right = test.filter((row) => (row - TRAIN) % 10 !== 0 && !relabelled.includes(row));
          const [end] = found.outcomes;
          expect('result' in end && end.result.measurement.accuracy).toBeCloseTo(right.length / test.length);
        },
      ),
    );
  });

  it('leaves a trial whose training images have changed too much, and counts its seconds as lost', () => {
    const found = reuseTrials(
      [run([trial(75, 3), trial(300, 20)])],
      present({ hashes: replaced([0, 1, 2, 3]) }),
    )!;
    expect(found.outcomes.map(({ spec }) => spec.trainExamples)).toEqual([300]);
    expect(found.lostSeconds).toBe(3);
    expect(found.changedShare).toBeCloseTo(4 / 300);
    expect(reuseTrials([run([trial(300)])], present({ hashes: replaced([0, 1, 2, 3, 4, 5, 6]) }))).toBeNull();
  });

  it('takes a relabelled training image for a changed one', () => {
    const labels = present().labels.map((label, row) => (row < 7 ? (label + 1) % CLASSES : label));
    expect(reuseTrials([run([trial(300)])], present({ labels }))).toBeNull();
  });

  it('never measures on an image that was trained on, nor on one of its group', () => {
    const train = count(TRAIN - 2, 2);
    const test = Int32Array.from([0, 1, ...count(TEST, TRAIN)]);
    const groups = present()
      .groups.with(1, 'a')
      .with(TRAIN + 5, 'a');
    const found = reuseTrials([run([trial(300)])], present({ train, test, groups }))!;
    expect([...found.test]).toEqual([...count(TEST, TRAIN)].filter((row) => row !== TRAIN + 5));
    expect(found.testLeftOut).toBe(3);
  });

  it('takes nothing up when too few test images would be left', () => {
    const changed = Array.from(count(6, TRAIN));
    expect(reuseTrials([run([trial(300)])], present({ hashes: replaced(changed) }))).toBeNull();
  });

  it('goes on with the test images of a run with a smaller budget, down to half of those of now', () => {
    const earlier = { ...run([trial(75)]), sampledFor: 30 };
    const more = (test: number) => {
      const all = TRAIN + TEST + test;
      return present({
        hashes: Array.from(count(all), hashOf),
        labels: count(all).map(labelOf),
        groups: Array<null>(all).fill(null),
        test: count(TEST + test, TRAIN),
      });
    };
    expect(reuseTrials([earlier], more(90))).toMatchObject({ testLeftOut: 90, test: { length: TEST } });
    expect(reuseTrials([earlier], more(110))).toBeNull();
    // More images at the same budget are more data, which is to be tested.
    expect(reuseTrials([{ ...earlier, sampledFor: 60 }], more(90))).toBeNull();
    expect(reuseTrials([run([trial(75)])], more(90))).toBeNull();
  });

  it('fits a trial to the size that is asked for now, when that is nearly its own', () => {
    const [end] = reuseTrials([run([trial(300)])], present({ sizes: [74, 148, 296] }))!.outcomes;
    expect(end).toMatchObject({
      spec: { trainExamples: 296 },
      result: { measurement: { trainExamples: 296 } },
    });
  });

  it('keeps a trial of a size of its own, unless there are no longer as many images', () => {
    const [end] = reuseTrials([run([trial(120)])], present())!.outcomes;
    expect(end.spec.trainExamples).toBe(120);
    expect(end).toMatchObject({ result: { held: { accuracy: 0.6 } } });
    const fewer = present({ train: count(280), sizes: [70, 140, 280] });
    expect(reuseTrials([run([trial(300)])], fewer)).toBeNull();
  });

  it('prefers the later of two runs', () => {
    const later = { ...run([trial(300)]), at: '2026-02-01T00:00:00.000Z' };
    const found = reuseTrials([later, run([trial(75), trial(300, 4)])], present())!;
    expect(
      found.outcomes.map(({ spec, carriedFrom }) => [spec.trainExamples, carriedFrom!.slice(0, 7)]),
    ).toEqual([
      [300, '2026-02'],
      [75, '2026-01'],
    ]);
    expect(found.lostSeconds).toBe(4);
  });
});
