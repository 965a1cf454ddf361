import { describe, expect, it } from '@jest/globals';
import { costTable } from '../../src/verdict/cost.js';
import type { MeasurementsHeader } from '../../src/verdict/types.js';

const costs: NonNullable<MeasurementsHeader['costs']> = {
  secondsPerGmac: 0.02,
  strategies: {
    frozen: { trainMacs: 0, onceMacs: 5e7, epochs: 1, parameters: 1 },
    scratch: { trainMacs: 1e8, onceMacs: 0, epochs: 40, parameters: 1 },
  },
};

describe('costTable', () => {
  it('is the work times the measured speed, at the price of a GitHub runner', () => {
    const { hardware, hourlyCostUsd, fullRun, source } = costTable({ costs }, 9000);
    const scratch = fullRun[1];
    expect(hardware).toBe('this runner');
    expect(scratch.seconds.mean).toBeCloseTo(0.1 * 40 * 9000 * 0.02, 9);
    expect(scratch.seconds.low).toBeCloseTo(0.7 * scratch.seconds.mean, 9);
    expect(scratch.seconds.high).toBeCloseTo(1.5 * scratch.seconds.mean, 9);
    expect(scratch.usd.mean).toBeCloseTo((scratch.seconds.mean / 3600) * 0.36, 9);
    expect(hourlyCostUsd).toBe(0.36);
    expect(source).toContain('2026');
    expect([scratch.kwh, scratch.kgCo2]).toEqual([null, null]);
  });

  it('follows the plan: hardware, price and carbon', () => {
    const plan = { hardware: 'T4', hourlyCost: 2, carbonIntensity: 400 };
    const { hardware, hourlyCostUsd, fullRun } = costTable({ costs, plan }, 9000);
    const [, scratch] = fullRun;
    expect(hardware).toBe('an NVIDIA T4');
    expect(hourlyCostUsd).toBe(2);
    expect(scratch.seconds.low).toBeLessThan(scratch.seconds.mean);
    expect(scratch.kwh).toBeCloseTo((scratch.seconds.mean / 3600) * 0.07, 12);
    expect(scratch.kgCo2).toBeCloseTo(scratch.kwh! * 0.4, 12);
  });

  it('says that it does not know a hardware, and repeats nothing that could be markup', () => {
    const { hardware, fullRun } = costTable({ costs, plan: { hardware: '<b>|abacus' } }, 9000);
    expect(hardware).toMatch(/^this runner \(.* babacus\)$/u);
    expect(fullRun[1].kwh).toBeNull();
  });

  it('is empty without measured costs', () => expect(costTable({}, 100).fullRun).toEqual([]));
});
