import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import type { Interval, StrategyName, Verdict } from '../../src/verdict/types.js';

const PROCESS = fileURLToPath(new URL('../../bench/decision/simulation-process.mjs', import.meta.url));
const RUNS = 24;

interface VerdictAtHorizon {
  truth: Record<StrategyName, number>;
  /** Null where a strategy has not started to learn. */
  predicted: Partial<Record<StrategyName, Interval | null>>;
  verdict: Pick<Verdict, 'pTransfer' | 'leaning' | 'gap'>;
}

interface SimulatedRun {
  run: number;
  own: VerdictAtHorizon;
  multiples: VerdictAtHorizon[];
}

/** Curves of several shapes, none of them the verdict's own, and trials that the probe plans; limits are generous. */
describe('the decision in simulated worlds', () => {
  it.each(['power', 'onset'])(
    'holds the truth in most 80 %% intervals, and loses little (%s)',
    async (world) => {
      const runs = await simulated(world, 300);
      expect(runs).toHaveLength(RUNS);
      const held = runs.flatMap(({ multiples }) =>
        multiples.slice(1).flatMap(({ truth, predicted }) =>
          (['fine-tune', 'scratch'] as const).flatMap((name) => {
            const interval = predicted[name];
            return interval == null ? [] : [holds(interval, truth[name])];
          }),
        ),
      );
      expect(share(held)).toBeGreaterThan(0.55);
      expect(share(held)).toBeLessThanOrEqual(1);
      const regrets = runs.map(({ own: { truth, verdict } }) => best(truth) - truth[verdict.leaning]);
      expect(regrets.reduce((total, regret) => total + regret, 0) / RUNS).toBeLessThan(0.03);
    },
  );

  it('is rarely sure of a side where all strategies are equal', async () => {
    const runs = await simulated('equal', 60);
    const sure = runs.map(({ own: { verdict } }) => Math.abs(verdict.pTransfer - 0.5) > 0.45);
    expect(share(sure)).toBeLessThan(0.2);
    const held = runs.map(({ own: { verdict } }) => holds(verdict.gap!, 0));
    expect(share(held)).toBeGreaterThan(0.6);
  });

  it('gives the same run for the same seed', async () => {
    const [one, other] = await Promise.all([simulated('power', 60, 2), simulated('power', 60, 2)]);
    expect(one).toEqual(other);
  });
});

function simulated(world: string, budget: number, to = RUNS): Promise<SimulatedRun[]> {
  return new Promise((resolve, reject) => {
    const child = fork(PROCESS);
    child.once('message', (runs) => resolve(runs as SimulatedRun[]));
    child.once('exit', (code) => reject(new Error(`The simulation ended with code ${String(code)}.`)));
    child.send({ world, budget, seed: 5, from: 0, to });
  });
}

function holds({ low, high }: Interval, value: number): boolean {
  return value >= low && value <= high;
}

function best(truth: Record<StrategyName, number>): number {
  return Math.max(...Object.values(truth));
}

function share(values: boolean[]): number {
  return values.filter(Boolean).length / values.length;
}
