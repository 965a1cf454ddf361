import { describe, expect, it } from '@jest/globals';
import type { Engine, Model } from '../../src/engine/contract.js';
import { plainNetwork } from '../../src/engine/network.js';
import type { Augmentation } from '../../src/strategy/augment.js';
import { COMMON_SETTINGS } from '../../src/strategy/recipe.js';
import { runTrained } from '../../src/strategy/run-trial.js';
import type { TrainedStrategy } from '../../src/strategy/strategies.js';
import type { TrialContext, TrialSpec } from '../../src/strategy/trial.js';

const ROWS = 40;
const network = plainNetwork('net', 32, 2, [[8, 2, 0]]);

/** Of the training under way. */
let peak = 0;

/** A model whose loss is what the peak rate makes of it. */
function engineWith(lossAt: (rate: number) => number): Engine {
  const model: Partial<Model> = {
    network,
    load: () => undefined,
    weights: () => new Map(),
    dispose: () => undefined,
    trainStep: () => lossAt(peak),
    evaluate: (_, __, count) => ({ loss: 0.1 * count, correctCount: count }),
    predict: (_, count) => new Float32Array(2 * count).fill(1),
  };
  return { model: () => model } as unknown as Engine;
}

const rows = Int32Array.from({ length: ROWS }, (_, row) => row);
const context = (engine: Engine) =>
  ({
    engine,
    pixels: { read: () => undefined },
    backbone: { weights: new Map() },
    size: 32,
    classes: 2,
    metric: 'accuracy',
    labels: rows.map((row) => row % 2),
    groups: Array.from(rows, () => null),
    orders: [rows.slice(0, 30)],
    test: rows.slice(30),
  }) as unknown as TrialContext;

const spec = (rates: number[], epochs = 100): TrialSpec => ({
  strategy: 'fine-tune',
  variant: 'lp-ft',
  trainExamples: 30,
  seed: 0,
  epochs,
  rates,
  flip: false,
});

const strategy = (epochs: number): TrainedStrategy => ({
  network,
  head: 'zeros',
  recipe: (learningRate) => {
    peak = learningRate;
    const augmentation: Augmentation = {
      flipProbability: 0,
      shiftPixels: 0,
      scale: 0,
      shear: 0,
      brightness: 0,
    };
    return { ...COMMON_SETTINGS, learningRate, blockScale: [1], epochs, unfreezing: null, augmentation };
  },
});

const run = (rates: number[], lossAt: (rate: number) => number, epochs = 100) =>
  runTrained(context(engineWith(lossAt)), spec(rates, epochs), strategy(epochs), () => 0);

describe('runTrained', () => {
  it('keeps to the rates it was given when one of them trains', () => {
    const result = run([0.1, 0.03], (rate) => (rate > 0.05 ? NaN : 0.3));
    expect(result.rate).toBe(0.03);
    expect(result.measurement.settingsTried).toBe(2);
  });

  it.each([
    ['left the numbers', NaN],
    ['is what the classes’ shares alone would give', Math.log(2)],
  ])('tries a tenth of the lowest rate when the loss %s at all of them', (_, loss) => {
    const result = run([0.1, 0.03], (rate) => (rate > 0.004 ? loss : 0.3));
    expect(result.rate).toBeCloseTo(0.003, 6);
    expect(result.measurement.settingsTried).toBe(3);
  });

  it('says how many images trained it, how it did on those held back, and that it knows no more than chance', () => {
    const { measurement, held } = run([0.1], () => 0.3);
    expect(measurement.fitExamples! + held!.examples).toBe(30);
    expect(held!.examples).toBe(6);
    expect(held!.accuracy).toBe(1);
    expect(measurement).toMatchObject({ accuracy: 0.5, learning: false });
    expect(measurement.converged).toBeUndefined();
  });

  it('takes a rate that learned before one that did not, whatever the inner split says', () => {
    expect(run([0.1, 0.03], (rate) => (rate > 0.05 ? Math.log(2) : 0.5)).rate).toBe(0.03);
  });

  it('measures what learned nothing at any rate: there may be nothing to learn', () => {
    const result = run([0.1, 0.03], () => Math.log(2));
    expect(result.measurement).toMatchObject({ settingsTried: 3, accuracy: 0.5 });
    expect(result.rate).toBe(0.1);
  });

  it('does not blame the rate for what a few steps could not learn', () => {
    expect(run([0.1], () => Math.log(2), 10).measurement.settingsTried).toBe(1);
  });

  it('fails when the loss leaves the numbers there too, and names the rates', () => {
    expect(() => run([0.1], () => NaN)).toThrow(/diverged .*0\.1, 0\.01/);
  });
});
