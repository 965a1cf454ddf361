import { describe, expect, it } from '@jest/globals';
import { chosenTrials } from '../../src/scheduling/chosen-trials.js';
import { inOrder } from '../../src/probe/outcomes.js';
import type { TrialOutcome } from '../../src/scheduling/schedule.js';
import type { TrialSpec } from '../../src/strategy/trial.js';
import type { Measurement } from '../../src/verdict/types.js';

const spec = (change: Partial<TrialSpec> = {}): TrialSpec => ({
  strategy: 'scratch',
  variant: 'small net',
  trainExamples: 400,
  seed: 0,
  epochs: 90,
  rates: [0.1],
  flip: false,
  ...change,
});

/** @param held accuracy on 40 images that were held back. */
const done = (
  of: TrialSpec,
  held: number,
  accuracy = 0.5,
  change: Partial<Measurement> = {},
): TrialOutcome => ({
  spec: of,
  seconds: 1,
  result: {
    measurement: {
      strategy: of.strategy,
      variant: of.variant,
      trainExamples: of.trainExamples,
      seed: of.seed,
      accuracy,
      settingsTried: 1,
      learning: true,
      ...change,
    },
    predicted: new Int32Array(),
    rate: of.rates[0],
    penalty: null,
    held: { examples: 40, accuracy: held },
    imagePasses: 1,
  },
});

const measured = (...ends: TrialOutcome[]) => chosenTrials(ends).map(({ result }) => result.measurement);
const half = { epochs: 45, halfSchedule: true } as const;

describe('chosenTrials', () => {
  it('takes the rate that did best on held-back images, whatever the test set says', () => {
    const found = measured(done(spec(), 0.6, 0.9), done(spec({ rates: [0.03] }), 0.7, 0.2));
    expect(found).toMatchObject([{ accuracy: 0.2, settingsTried: 2 }]);
  });

  it('takes the higher rate where they did alike, whichever ended first', () => {
    const ends = [done(spec({ rates: [0.03] }), 0.6, 0.4), done(spec(), 0.6, 0.5)];
    expect(measured(...inOrder(ends))).toMatchObject([{ accuracy: 0.5 }]);
  });

  it('keeps sizes, seeds and strategies apart, and leaves out what failed', () => {
    const failed: TrialOutcome = { spec: spec({ trainExamples: 800 }), seconds: 1, error: 'out of memory' };
    const others = [
      {},
      { seed: 1 },
      { trainExamples: 200 },
      { strategy: 'fine-tune', variant: 'lp-ft' },
    ] as const;
    expect(measured(failed, ...others.map((change) => done(spec(change), 0.6)))).toHaveLength(4);
  });

  it('says that a training has converged when half its passes did no worse by more than their noise', () => {
    const converged = (held: number) => measured(done(spec(), 0.7), done(spec(half), held, 0.1));
    expect(converged(0.65)).toMatchObject([{ accuracy: 0.5, converged: true }]);
    expect(converged(0.8)).toMatchObject([{ converged: true }]);
    expect(converged(0.4)).toMatchObject([{ converged: false }]);
  });

  it('does not call it converged when it has learned nothing', () => {
    expect(measured(done(spec(), 0.1, 0.1, { learning: false }), done(spec(half), 0.1, 0.1))).toMatchObject([
      { converged: false },
    ]);
  });

  it('says nothing where nothing was compared, or only with another rate', () => {
    expect(measured(done(spec(), 0.7))[0].converged).toBeUndefined();
    const other = done(spec({ ...half, rates: [0.03] }), 0.7);
    expect(measured(done(spec(), 0.7), other)[0].converged).toBeUndefined();
  });
});
