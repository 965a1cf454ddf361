import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { read } from '../docs/sources.js';
import { ConcurrencyGroups, type QueuedRun } from '../fixtures/github/concurrency.js';
import { evaluated, filled } from '../fixtures/github/expressions.js';

/** Which runs GitHub cancels where they share a concurrency group: by a model of it, from the files themselves. */

describe('the model', () => {
  const groups = (concurrency: string) => new ConcurrencyGroups(`concurrency: ${concurrency}\njobs: {}`);
  const arriveAll = (at: ConcurrencyGroups, ...ids: number[]) => {
    for (const id of ids) at.arrive({ id, github: {} });
  };

  it('lets one run wait, and puts the next in its place', () => {
    const at = groups('one');
    arriveAll(at, 1, 2, 3);
    expect([at.running, at.pending, at.cancelled]).toEqual([['1'], ['3'], ['2']]);
    at.finish(1);
    expect([at.running, at.pending]).toEqual([['3'], []]);
  });

  it('lets a hundred wait with `queue: max`', () => {
    const at = groups('{ group: one, queue: max }');
    arriveAll(at, ...Array.from({ length: 101 }, (_, id) => id));
    expect(at.cancelled).toEqual([]);
    arriveAll(at, 101);
    expect(at.cancelled).toEqual(['1']);
  });

  it('ends what is under way with `cancel-in-progress`, also as an expression', () => {
    const at = groups('{ group: One, cancel-in-progress: "${{ github.event_name == \'push\' }}" }');
    at.arrive({ id: 1, github: { event_name: 'schedule' } });
    at.arrive({ id: 2, github: { event_name: 'schedule' } });
    expect(at.cancelled).toEqual([]);
    at.arrive({ id: 3, github: { event_name: 'push' } });
    expect([at.running, at.cancelled]).toEqual([['3'], ['1', '2']]);
  });

  it('takes a place for a job only where the job runs', () => {
    const at = new ConcurrencyGroups(`
jobs:
  ask: { outputs: { may: x } }
  measure: { needs: ask, if: needs.ask.outputs.may == 'yes', concurrency: { group: 'GROUP-\${{ github.n }}' } }`);
    at.arrive({ id: 1, github: { n: 7 }, outputs: { ask: { may: 'no' } } });
    at.arrive({ id: 2, github: { n: 7 }, outputs: { ask: { may: 'yes' } } });
    at.arrive({ id: 3, github: { n: 8 }, outputs: { ask: { may: 'yes' } } });
    expect([at.running, at.pending, at.cancelled]).toEqual([['2', '3'], [], []]);
  });

  it('reads expressions as GitHub does', () => {
    const context = { github: { event: { a: 'It' }, n: 7 } };
    expect(filled('x-${{ github.n }}-${{ github.none }}', context)).toBe('x-7-');
    expect(evaluated("!github.none && github.event.a == 'iT' || 'no'", context)).toBe(true);
    expect(evaluated("github.none && 'a' || (github.n != 7 || startsWith('Abc', 'aB'))", context)).toBe(true);
    expect(evaluated("github.none && 'a' || 'it''s'", context)).toBe("it's");
    expect(evaluated("contains(fromJSON('[\"OWNER\"]'), 'owner')", context)).toBe(true);
    expect(() => evaluated('github.n + 1', context)).toThrow('What is');
  });
});

/** A comment on pull request 7; whoever may write has every output of a job say so. */
function comment(id: number, body: string, mayWrite: boolean): QueuedRun {
  const { jobs } = parse(read('examples/workflows/headstart-bot.yml')) as {
    jobs: Record<string, { outputs?: Record<string, string> }>;
  };
  const outputs = Object.entries(jobs).map(([job, { outputs = {} }]) => [
    job,
    Object.fromEntries(Object.keys(outputs).map((name) => [name, String(mayWrite)])),
  ]);
  const association = mayWrite ? 'MEMBER' : 'NONE';
  return {
    id,
    github: {
      event_name: 'issue_comment',
      event: {
        action: 'created',
        issue: { number: 7, pull_request: { url: '' } },
        comment: { body, author_association: association, user: { type: 'User' } },
        sender: { type: 'User' },
        changes: { body: { from: '' } },
      },
    },
    outputs: Object.fromEntries(outputs) as Record<string, Record<string, string>>,
  };
}

describe('headstart-bot.yml', () => {
  const bot = () => new ConcurrencyGroups(read('examples/workflows/headstart-bot.yml'));

  it('lets `cancel` and other comments pass a probe that is under way', () => {
    const at = bot();
    at.arrive(comment(1, '/headstart probe', true));
    at.arrive(comment(2, '/headstart probe budget=10m', true));
    at.arrive(comment(3, '/headstart cancel', true));
    at.arrive(comment(4, 'Nice.', false));
    expect([at.pending, at.cancelled]).toEqual([['2'], []]);
  });

  it('lets no stranger push a maintainer’s waiting probe aside', () => {
    const at = bot();
    at.arrive(comment(1, '/headstart probe', true));
    at.arrive(comment(2, '/headstart probe budget=10m', true));
    at.arrive(comment(3, '/headstart probe', false));
    expect(at.cancelled).not.toContain('2');
  });
});

describe('headstart-push.yml', () => {
  it('measures every commit, as it says', () => {
    const at = new ConcurrencyGroups(read('examples/workflows/headstart-push.yml'));
    for (const id of [1, 2, 3])
      at.arrive({ id, github: { event_name: 'push', ref: 'refs/heads/main', sha: String(id) } });
    expect(at.cancelled).toEqual([]);
  });
});

it('headstart.yml ends the measurement of an old push, in its own pull request alone', () => {
  const at = new ConcurrencyGroups(read('examples/workflows/headstart.yml'));
  const push = (id: number, number: number) =>
    at.arrive({ id, github: { event_name: 'pull_request', event: { pull_request: { number } } } });
  push(1, 7);
  push(2, 8);
  push(3, 7);
  expect([at.running, at.cancelled]).toEqual([['3', '2'], ['1']]);
});
