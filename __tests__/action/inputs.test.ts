import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { readInputs } from '../../src/action/inputs.js';
import { InputError } from '../../src/problem.js';

const action = parse(readFileSync(new URL('../../action.yml', import.meta.url), 'utf8')) as {
  inputs: Record<string, { description: string; default: string }>;
  outputs: Record<string, { description: string }>;
  runs: { using: string; main: string; post: string };
};
const given = (inputs: Record<string, string>) => readInputs((name) => inputs[name] ?? '');

describe('readInputs', () => {
  it('has the defaults of action.yml', () => {
    const defaults = Object.fromEntries(
      Object.entries(action.inputs).map(([name, input]) => [name, input.default]),
    );
    expect(given({ ...defaults, 'github-token': '' })).toEqual(given({}));
  });

  it('reads what is given', () => {
    expect(
      given({
        path: 'data',
        manifest: 'data/a.headstart.yaml',
        budget: '40s',
        engine: 'wasm',
        strategies: 'frozen, scratch',
        seed: '7',
        workers: '2',
        'github-token': ' t ',
        comment: 'off',
        'fail-on': 'inconclusive, leak-exact, accuracy-drop>1.5pt',
        out: 'report',
        cache: 'false',
        shards: '256',
        plan: 'plan/plan.json',
        shard: '0',
        'shards-from': 'shards',
        'backbone-sha256': 'A'.repeat(64),
        'allow-unpinned': 'true',
        'backbone-fallback': 'true',
        'check-run': 'false',
        'only-changed': 'false',
        baseline: 'stored',
        base: 'c'.repeat(40),
        details: 'counts',
        'max-minutes': '10',
        'price-per-minute': '0.006',
      }),
    ).toEqual({
      mode: 'probe',
      path: 'data',
      manifest: 'data/a.headstart.yaml',
      budgetSeconds: 40,
      engine: 'wasm',
      backbone: { source: 'embedded', sha256: 'a'.repeat(64), unpinned: true, fallback: true },
      strategies: ['frozen', 'scratch'],
      seed: 7,
      workers: 2,
      token: 't',
      comment: 'off',
      failOn: ['inconclusive', 'leak-exact', 'accuracy-drop>1.5pt'],
      out: 'report',
      cache: false,
      checkRun: false,
      onlyChanged: false,
      baseline: 'stored',
      base: 'c'.repeat(40),
      details: 'counts',
      maxSeconds: 600,
      usdPerMinute: 0.006,
      shards: 256,
      plan: 'plan/plan.json',
      shard: 0,
      shardsFrom: 'shards',
    });
  });

  it('names every input that is wrong, and what it may be', () => {
    const wrong = {
      budget: 'soon',
      engine: 'cuda',
      'backbone-sha256': 'abc',
      'allow-unpinned': 'perhaps',
      strategies: 'magic',
      seed: '-1',
      workers: '0',
      comment: 'loud',
      'fail-on': 'a b',
      baseline: 'main',
      base: 'main',
      details: 'none',
      'max-minutes': '0',
      'price-per-minute': 'free',
    };
    const problems = problemsOf(() => given(wrong));
    expect(problems.map(({ file }) => file)).toEqual(Object.keys(wrong).map((name) => `input ${name}`));
    expect(problems.map(({ remedy }) => remedy)).toEqual([
      'Write it like 40s, 5m, 1m30s or 1h.',
      'Take one of auto, tensorflow, wasm.',
      'Write its 64 hexadecimal digits.',
      'Take one of true, false.',
      'Take one of frozen, fine-tune, hybrid, scratch.',
      expect.stringContaining('from 0'),
      expect.stringContaining('from 1 to 64'),
      'Take one of sticky, new, off.',
      expect.stringContaining('inconclusive, stopped, verdict-changed, one-class-test'),
      'Take one of auto, stored, off.',
      expect.stringContaining('SHA'),
      'Take one of full, counts.',
      expect.stringContaining('from 1 to 1440'),
      expect.stringContaining('0.006'),
    ]);
  });
});

describe('action.yml', () => {
  it('has the inputs and outputs that were promised', () => {
    expect(Object.keys(action.inputs).sort()).toEqual(
      'allow-unpinned backbone backbone-fallback backbone-sha256 base baseline budget cache check-run comment defaults details engine fail-on github-token manifest max-minutes mode only-changed out path plan price-per-minute seed shard shards shards-from strategies workers'.split(
        ' ',
      ),
    );
    expect(Object.keys(action.outputs).sort()).toEqual(
      'comment-id comment-url confidence expected-regret family matrix plan-json recommendation report-json report-markdown shard-json verdicts'.split(
        ' ',
      ),
    );
    expect(action.runs).toEqual({ using: 'node24', main: 'dist/index.js', post: 'dist/cleanup.js' });
  });
});

function problemsOf(work: () => unknown): InputError['problems'] {
  try {
    work();
  } catch (error) {
    if (error instanceof InputError) return error.problems;
    throw error;
  }
  throw new Error('no InputError was thrown');
}
