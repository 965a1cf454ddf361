import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { Interval, Verdict } from '../../src/verdict/types.js';
import { folderWith } from '../fixtures/folder-with.js';

interface Probe {
  set: string;
  engine: string;
  budget: number;
  seed: number;
}

interface Line extends Probe {
  program: string;
  date: string;
  seconds: number;
  status: string;
  statusReason: string | null;
  metric: string | null;
  horizon: number | null;
  verdict: Pick<Verdict, 'family' | 'choice' | 'confidence' | 'pTransfer' | 'gap'> | null;
  strategies: Record<string, { trainExamples: number; accuracy: Interval; predicted: Interval | null }>;
  trials: number;
  engineVersion: string | null;
  machine: string | null;
}

interface Bar {
  name: string;
  value: string;
  state: 'met' | 'missed' | 'open';
}

interface Results {
  judge: (line: Line) => 'right' | 'wrong' | 'undecided';
  reachesFar: (line: Line) => boolean;
  trainedTo: (set: string, strategy: string) => { mean: number; standardError: number };
  trueGap: (line: Line) => { mean: number; standardError: number };
  PLAN: Probe[];
  probesOf: (asked: { sets?: string[]; engines?: string[]; budgets?: number[]; seeds?: number[] }) => Probe[];
  missingOf: (probes: Probe[], lines: Line[], program: string) => Probe[];
  readLines: (file: string) => Line[];
  keepLine: (file: string, line: Line) => Line[];
  resultBars: (lines: Line[], engines: string[]) => Bar[];
  resultsPage: (lines: Line[], run: { program: string; absent?: Record<string, string> }) => string;
}

const folder = new URL('../../bench/results/', import.meta.url);
const parts = ['judge', 'truth', 'plan', 'lines', 'bars', 'page'];
const modules = await Promise.all(
  parts.map((name) => import(new URL(`${name}.mjs`, folder).href) as Promise<object>),
);
const {
  judge,
  reachesFar,
  trainedTo,
  trueGap,
  PLAN,
  probesOf,
  missingOf,
  readLines,
  keepLine,
  resultBars,
  resultsPage,
} = Object.assign({}, ...modules) as Results;

const PROGRAM = '1.0.0+0123456789ab';

describe('judging a verdict by full trainings', () => {
  it('is wrong beyond a point and two standard errors, to either side', () => {
    expect(judge(lineOf({ set: 'gtsrb' }, { family: 'scratch' }))).toBe('wrong');
    expect(judge(lineOf({ set: 'gtsrb' }, { family: 'transfer' }))).toBe('right');
  });

  it('is right where the truth is too close to call: within two standard errors, or within a point', () => {
    for (const set of ['wbc', 'arabic-characters', 'sign-digits'])
      for (const family of ['transfer', 'scratch', 'equivalent'] as const)
        expect([set, family, judge(lineOf({ set }, { family }))]).toEqual([set, family, 'right']);
  });

  it('holds "equivalent" against the gap, whichever side leads', () => {
    expect(judge(lineOf({ set: 'cifar10' }, { family: 'equivalent' }))).toBe('wrong');
  });

  it('leaves undecided what does not decide, or has no verdict', () => {
    expect(judge(lineOf({ set: 'gtsrb' }, { family: 'inconclusive' }))).toBe('undecided');
    expect(judge({ ...lineOf({ set: 'gtsrb' }), verdict: null, horizon: null })).toBe('undecided');
  });

  it('takes frozen features for transfer where they are better at the horizon, in accuracy', () => {
    const frozen = {
      trainExamples: 900,
      accuracy: { mean: 0.8, low: 0.7744, high: 0.8256 },
      predicted: null,
    };
    const line = { ...lineOf({ set: 'textures10' }), horizon: 900, strategies: { frozen } };
    expect(trueGap(line).mean).toBeCloseTo(0.26, 6);
    expect(trueGap(line).standardError).toBeCloseTo(Math.hypot(0.02, 0.029), 4);
    expect(trueGap({ ...line, horizon: 901 }).mean).toBeCloseTo(0.143, 6);
    expect(trueGap({ ...line, metric: 'balanced-accuracy' }).mean).toBeCloseTo(0.143, 6);
  });
});

describe('the full trainings', () => {
  const page = readFileSync(new URL('../../docs/trials.md', import.meta.url), 'utf8');
  const row = /^\| ([\w-]+) \| \d+ \| (fine-tune|scratch)\/[\w -]+ \| ([\d.]+) ± ([\d.]+) \|/gm;

  it.each([...page.matchAll(row)].map(([, ...cells]) => cells))(
    'are those of docs/trials.md: %s, %s',
    (set, strategy, mean, standardError) => {
      const truth = trainedTo(set, strategy);
      // All right is written as half an answer short of all.
      expect(100 * truth.mean).toBeCloseTo(Math.min(Number(mean), 99.9), 6);
      expect(100 * truth.standardError).toBeCloseTo(Number(standardError), 6);
    },
  );
});

describe('how far scratch is measured', () => {
  it.each([
    [1000, 250, true],
    [1000, 249, false],
    [20000, 2000, true],
    [20000, 1999, false],
  ])('of %d images at %d', (horizon, trainExamples, isFar) => {
    const accuracy = { mean: 0.5, low: 0.4, high: 0.6 };
    const strategies = { scratch: { trainExamples, accuracy, predicted: null } };
    expect(reachesFar({ ...lineOf({}), horizon, strategies })).toBe(isFar);
    expect(reachesFar({ ...lineOf({}), horizon, strategies: {} })).toBe(false);
    expect(reachesFar({ ...lineOf({}), horizon: null, strategies })).toBe(false);
  });
});

describe('the plan', () => {
  it('has three seeds of 60 seconds and one of 5 minutes, for eight sets on two engines', () => {
    expect(PLAN.filter(({ budget }) => budget === 60)).toHaveLength(48);
    expect(PLAN.filter(({ budget }) => budget === 300)).toHaveLength(16);
    expect(PLAN).toHaveLength(64);
  });

  it('can be narrowed', () => {
    const asked = { sets: ['wbc'], engines: ['wasm'], budgets: [60], seeds: [2] };
    expect(probesOf(asked)).toEqual([{ set: 'wbc', engine: 'wasm', budget: 60, seed: 2 }]);
  });

  it('misses what has no line of this program', () => {
    const [first, second] = PLAN;
    const lines = [lineOf(first), { ...lineOf(second), program: '0.9.0+ba9876543210' }];
    const missing = missingOf(PLAN, lines, PROGRAM);
    expect(missing).toHaveLength(63);
    expect(missing).not.toContainEqual(first);
    expect(missing).toContainEqual(second);
  });
});

describe('the file of finished probes', () => {
  it('keeps the latest line of each probe, in the same order whichever ended first', () => {
    const kept = (probes: Probe[]) => {
      const file = join(folderWith({}), 'results.jsonl');
      for (const probe of probes) keepLine(file, lineOf(probe));
      keepLine(file, { ...lineOf(probes[0]), trials: 99 });
      return readLines(file);
    };
    const probes = PLAN.slice(0, 3);
    const lines = kept(probes);
    expect(lines).toHaveLength(3);
    expect(lines.filter(({ trials }) => trials === 99)).toMatchObject([probes[0]]);
    const order = (all: Line[]) => all.map(({ set, engine }) => `${set} ${engine}`);
    expect(order(kept(probes.toReversed()))).toEqual(order(lines));
  });

  it('is empty before the first', () => {
    expect(readLines(join(folderWith({}), 'results.jsonl'))).toEqual([]);
  });
});

describe('the bars', () => {
  const right = PLAN.map((probe) => lineOf(probe, { family: truthOf(probe.set) }));
  const stateOf = (lines: Line[], name: string) =>
    resultBars(lines, ['wasm', 'tensorflow']).find((bar) => bar.name.startsWith(name))?.state;
  const changed = (wanted: Partial<Probe>, family: Verdict['family']) =>
    right.map((line) =>
      Object.entries(wanted).every(([field, value]) => line[field as keyof Probe] === value)
        ? lineOf(line, { family })
        : line,
    );

  it('are met where every verdict is right and scratch is measured far', () => {
    expect(resultBars(right, ['wasm', 'tensorflow']).filter(({ state }) => state !== 'met')).toEqual([]);
  });

  it('are open without probes, and as long as those to come can turn them', () => {
    const states = new Set(resultBars([], ['wasm', 'tensorflow']).map(({ state }) => state));
    expect([...states]).toEqual(['open']);
    const undecided = changed({ engine: 'wasm', budget: 60, seed: 1, set: 'wbc' }, 'inconclusive');
    const without = (lines: Line[]) => lines.filter(({ set, seed }) => set !== 'gtsrb' || seed !== 1);
    expect(stateOf(without(right), 'wasm, 60 s, seed 1')).toBe('met');
    expect(stateOf(without(undecided), 'wasm, 60 s, seed 1')).toBe('open');
    expect(stateOf(without(right), 'wasm, 300 s: sets decided')).toBe('open');
    expect(stateOf(without(right), 'wasm, 60 s: wrong')).toBe('open');
  });

  it('allow one undecided set at 60 seconds, and none at 5 minutes', () => {
    const one = changed({ engine: 'wasm', set: 'wbc' }, 'inconclusive');
    expect(stateOf(one, 'wasm, 60 s, seed 1')).toBe('met');
    expect(stateOf(one, 'wasm, 60 s, most seeds')).toBe('met');
    expect(stateOf(one, 'wasm, 300 s: sets decided')).toBe('missed');
    expect(stateOf(one, 'tensorflow, 300 s: sets decided')).toBe('met');
  });

  it('let most seeds speak for a set', () => {
    const two = [
      ...changed({ set: 'wbc', seed: 1 }, 'inconclusive').filter(({ set }) => set === 'wbc'),
      ...changed({ set: 'gtsrb', seed: 1 }, 'inconclusive').filter(({ set }) => set !== 'wbc'),
    ];
    expect(stateOf(two, 'wasm, 60 s, seed 1')).toBe('missed');
    expect(stateOf(two, 'wasm, 60 s, seed 2')).toBe('met');
    expect(stateOf(two, 'wasm, 60 s, most seeds')).toBe('met');
  });

  it('allow no wrong verdict', () => {
    const wrong = changed({ engine: 'wasm', budget: 60, seed: 3, set: 'gtsrb' }, 'scratch');
    expect(stateOf(wrong, 'wasm, 60 s: wrong')).toBe('missed');
    expect(stateOf(wrong, 'wasm, 60 s, seed 3')).toBe('met');
    expect(stateOf(wrong, 'tensorflow, 60 s: wrong')).toBe('met');
  });
});

describe('the page', () => {
  it('says how many of the planned probes are in, and counts those of this program alone', () => {
    const lines = [lineOf(PLAN[0]), { ...lineOf(PLAN[1]), program: '0.9.0+ba9876543210' }];
    const page = resultsPage(lines, { program: PROGRAM });
    expect(page).toContain(PROGRAM);
    expect(page).toMatch(/\b1 of the 64 planned probes\b/);
    expect(page).toContain('balanced accuracy');
  });

  it('judges every probe beside the true gap, and names what is absent', () => {
    const lines = [
      lineOf({ set: 'gtsrb', seed: 2 }, { family: 'scratch' }),
      { ...lineOf({ set: 'wbc' }), verdict: null, status: 'stopped', statusReason: 'a | b' },
    ];
    const page = resultsPage(lines, { program: PROGRAM, absent: { tensorflow: 'no library' } });
    expect(rowOf(page, 'gtsrb')).toMatch(/^\| gtsrb \| 2 \| \*\*wrong\*\* \| scratch \|.*\| 23\.4 ± 1\.6 \|/);
    expect(rowOf(page, 'wbc')).toMatch(/^\| wbc \| 1 \| undecided \| stopped: a \\\| b \|/);
    expect(page).toMatch(/`tensorflow`.*no library/);
  });

  it('has a cell for each heading in every row', () => {
    const lines = [...PLAN.map((probe) => lineOf(probe)), { ...lineOf({ budget: 10 }), verdict: null }];
    const tables = resultsPage(lines, { program: PROGRAM })
      .split('\n\n')
      .filter((block) => block.startsWith('|'));
    expect(tables).toHaveLength(1 + 5 * 3);
    for (const table of tables) {
      const widths = new Set(table.split('\n').map((row) => row.split(' | ').length));
      expect([...widths]).toHaveLength(1);
    }
  });
});

/** A probe that measured scratch at the horizon; transfer, unless told otherwise. */
function lineOf(probe: Partial<Probe>, verdict: { family?: Verdict['family'] } = {}): Line {
  const { set = 'cifar10', engine = 'wasm', budget = 60, seed = 1 } = probe;
  const interval = { mean: 0.5, low: 0.4, high: 0.6 };
  return {
    ...{ set, engine, budget, seed },
    program: PROGRAM,
    date: '2026-12-01T10:00:00.000Z',
    seconds: 58.2,
    status: 'complete',
    statusReason: null,
    metric: set === 'trashnet' ? 'balanced-accuracy' : 'accuracy',
    horizon: 1000,
    verdict: {
      ...{ family: 'transfer', choice: 'fine-tune', confidence: 0.9, pTransfer: 0.8, gap: interval },
      ...verdict,
    },
    strategies: { scratch: { trainExamples: 1000, accuracy: interval, predicted: interval } },
    trials: 20,
    engineVersion: 'one',
    machine: 'a machine',
  };
}

/** What the full trainings say, by the judge's own tolerance. */
function truthOf(set: string): Verdict['family'] {
  return set === 'wbc' ? 'scratch' : 'transfer';
}

function rowOf(page: string, set: string): string {
  return page.split('\n').find((row) => row.startsWith(`| ${set} |`)) ?? '';
}
