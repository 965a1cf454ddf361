import { describe, expect, it } from '@jest/globals';
import { type PreliminaryInput, runPreliminaries } from '../../src/probe/preliminary.js';
import { frozenTrial } from '../../src/scheduling/trial-spec.js';
import type { TaskName, Tasks } from '../../src/scheduling/worker-messages.js';
import { type Pool, WorkerLost } from '../../src/scheduling/pool.js';
import type { Measured } from '../../src/probe/stages.js';
import type { MemorizationTask } from '../../src/strategy/probes.js';
import type { TrialSpec } from '../../src/strategy/trial.js';

type Answer = (name: TaskName, input: never) => Promise<unknown>;

/** A pool of two that answers as it is told, and what it was asked. */
function poolOf(answer: Answer) {
  const asked: { name: TaskName; input: unknown }[] = [];
  const givenUp: ((error: Error) => void)[] = [];
  const pool = {
    size: 2,
    run: (name: TaskName, input: Tasks[TaskName]['input']) => {
      asked.push({ name, input });
      const lost = new Promise((_, reject) => givenUp.push(reject));
      return Promise.race([answer(name, input as never), lost]);
    },
    abandon: () => givenUp.splice(0).forEach((reject) => reject(new WorkerLost('it was given up'))),
  } as unknown as Pool;
  return { pool, asked };
}

const ROWS = 40;
const state = (): Measured =>
  ({
    samples: Array.from({ length: ROWS }, (_, i) => ({ path: `${i}.png`, label: i % 2, group: null })),
    dataset: { classes: ['a', 'b'] },
    backbone: { layers: [] },
    hashes: Array.from({ length: ROWS }, (_, i) => String(i)),
    pixelHashes: Array.from({ length: ROWS }, (_, i) => String(i)),
    findings: [],
    train: Int32Array.from({ length: 30 }, (_, i) => i),
    test: Int32Array.from({ length: 10 }, (_, i) => 30 + i),
    sizes: [15, 30],
    metric: 'accuracy',
    flip: null,
    source: null,
    throughput: null,
    controls: null,
    reused: null,
    outcomes: [],
  }) as unknown as Measured;

const input = (change: Partial<PreliminaryInput> = {}): PreliminaryInput => ({
  strategies: ['frozen', 'fine-tune', 'scratch'],
  calibrate: true,
  now: () => 0,
  deadline: 60,
  lastCall: 60,
  probes: null,
  onTrial: () => false,
  ...change,
});

const answers: Answer = (name, asked) => {
  const { arms = [] } = asked as { arms?: string[] };
  const trainSeconds = Object.fromEntries(arms.map((arm) => [arm, 1 + arms.length]));
  return Promise.resolve(
    {
      flip: { flip: true, plain: 0.9, mirrored: 0.9 },
      source: { pretrained: 0.9, random: 0.5 },
      calibrate: { embedSeconds: arms.length, trainSeconds },
      memorize: (asked as { dealt?: Int32Array[] }).dealt?.map(() => new Int32Array(10)),
      trial: { predicted: new Int32Array(10) },
    }[name as 'flip'],
  );
};

const never = new Promise(() => undefined);

describe('runPreliminaries', () => {
  it('asks for everything at once, what training cannot do without first', async () => {
    const { pool, asked } = poolOf(answers);
    const found = state();
    const trials: TrialSpec[] = [];
    await runPreliminaries(found, pool, input({ onTrial: ({ spec }) => trials.push(spec) < 0 }));
    expect(asked.slice(0, 5).map(({ name }) => name)).toEqual([
      'flip',
      'calibrate',
      'calibrate',
      'source',
      'memorize',
    ]);
    expect(trials.map(({ trainExamples, seed }) => [trainExamples, seed])).toEqual([
      [15, 0],
      [30, 0],
      [15, 1],
      [15, 2],
    ]);
    expect(found.flip?.flip).toBe(true);
    expect(found.source?.random).toBe(0.5);
    expect(found.controls?.shuffledLabels).not.toBeNull();
  });

  it('does just the linear probes of an earlier run', async () => {
    const { pool } = poolOf(answers);
    const trials: TrialSpec[] = [];
    const probes = [frozenTrial(22, 0), frozenTrial(15, 1)];
    await runPreliminaries(state(), pool, input({ probes, onTrial: ({ spec }) => trials.push(spec) < 0 }));
    expect(trials).toEqual(probes);
  });

  it('divides the arms among the workers and joins what they found, the slower embedding counted', async () => {
    const { pool } = poolOf(answers);
    const found = state();
    await runPreliminaries(found, pool, input());
    expect(found.throughput).toEqual({
      embedSeconds: 2,
      trainSeconds: { 'fine-tune/lp-ft': 3, 'scratch/small net': 2, 'scratch/backbone net': 3 },
    });
  });

  it('gives up what has not ended at the last call, which stays unknown', async () => {
    const { pool } = poolOf((name, asked) => (name === 'source' ? never : answers(name, asked)));
    const found = state();
    await runPreliminaries(found, pool, input({ lastCall: 0.05 }));
    expect(found.source).toBeNull();
    expect(found.flip?.flip).toBe(true);
    expect(found.throughput).not.toBeNull();
  });

  it('measures the smallest linear probe even when it is late, and that alone', async () => {
    const { pool } = poolOf(answers);
    const found = state();
    const late = input({
      now: () => 61,
      lastCall: 61.1,
      onTrial: (outcome) => {
        found.outcomes = [...found.outcomes, outcome];
        return false;
      },
    });
    await runPreliminaries(found, pool, late);
    expect(found.outcomes.map(({ spec }) => [spec.strategy, spec.trainExamples, spec.seed])).toEqual([
      ['frozen', 15, 0],
    ]);
  });

  it('starts no linear probe late when an earlier run has left one', async () => {
    const { pool, asked } = poolOf(answers);
    const found = state();
    found.outcomes = [{ spec: {} as TrialSpec, seconds: 1, error: 'measured before' }];
    await runPreliminaries(found, pool, input({ now: () => 61, lastCall: 61.1 }));
    expect(asked.map(({ name }) => name)).not.toContain('trial');
  });

  it('fails when the speed cannot be measured: nothing could be planned', async () => {
    const { pool } = poolOf((name, asked) =>
      name === 'calibrate' ? Promise.reject(new WorkerLost('SIGSEGV')) : answers(name, asked),
    );
    await expect(runPreliminaries(state(), pool, input())).rejects.toThrow('SIGSEGV');
  });

  it('starts no more linear probes once the control has raised its alarm', async () => {
    const found = state();
    const copies = [...found.pixelHashes];
    found.pixelHashes = copies;
    found.test.forEach((row, i) => (copies[row] = copies[found.train[i]]));
    const recited = ({ train, test, dealt }: MemorizationTask) => {
      const learned = Array.from(train, (row) => copies[row]);
      return dealt.map((labels) => test.map((row) => labels[learned.indexOf(copies[row])]));
    };
    const { pool } = poolOf((name, asked) => {
      if (name === 'memorize') return Promise.resolve(recited(asked));
      const later = new Promise((resolve) => setTimeout(resolve, 1));
      return name === 'trial' ? later.then(() => answers(name, asked)) : answers(name, asked);
    });
    const trials: TrialSpec[] = [];
    await runPreliminaries(found, pool, input({ onTrial: ({ spec }) => trials.push(spec) < 0 }));
    expect(trials.length).toBeLessThanOrEqual(2);
    expect(found.findings[0]).toMatchObject({ id: 'shuffled-labels', effect: 'blocks' });
  });

  it('asks again for nothing that is known', async () => {
    const { pool, asked } = poolOf(answers);
    const found = {
      ...state(),
      flip: { flip: true, plain: 1, mirrored: 1 },
      source: { pretrained: 1, random: 0 },
    };
    await runPreliminaries(found, pool, input({ calibrate: false, strategies: ['scratch'] }));
    expect(asked.map(({ name }) => name)).toEqual(['memorize']);
  });
});
