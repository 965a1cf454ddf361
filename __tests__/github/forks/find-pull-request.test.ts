import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createClient } from '../../../src/github/client.js';
import { type FirstRun, findPullRequest } from '../../../src/github/forks/first-run.js';
import { FakeGitHub } from '../../fixtures/github/fake.js';
import { aPull } from '../../fixtures/github/repository.js';

const sha = 'a'.repeat(40);
const fork = { id: 77, full_name: 'somebody/shapes', fork: true };
const run: FirstRun = {
  repository: { owner: 'octo-org', repo: 'shapes' },
  id: 42,
  workflow: 'Headstart',
  headSha: sha,
  headBranch: 'more-shapes',
  headOwner: 'somebody',
  headRepositoryId: fork.id,
  failed: false,
};

let fake: FakeGitHub;
const find = (changes: Partial<FirstRun> = {}) =>
  findPullRequest(createClient({ token: 't', apiUrl: fake.url, log: () => undefined, unit: 1 }), {
    ...run,
    ...changes,
  });
/** A pull request from the fork. */
const fromFork = (number: number, headSha = sha, ref = 'more-shapes') =>
  aPull({ number, head: { sha: headSha, ref, label: `somebody:${ref}`, repo: fork } });

beforeEach(async () => {
  fake = await FakeGitHub.start();
});

afterEach(async () => {
  await fake.stop();
  expect(fake.violations).toEqual([]);
});

describe('findPullRequest', () => {
  it('finds the one of the fork, among others whose branch is called the same', async () => {
    const stranger = { id: 78, full_name: 'other/shapes', fork: true };
    fake.pulls.push(
      aPull({ number: 8, head: { sha, label: 'other:more-shapes', repo: stranger } }),
      fromFork(9),
    );
    expect(await find()).toEqual({ number: 9 });
    expect(fake.called('pulls/list')).toBe(1);
  });

  it('takes none that says the same head from another repository', async () => {
    const stranger = { id: 78, full_name: 'somebody/other', fork: true };
    fake.pulls.push(aPull({ number: 8, head: { sha, label: 'somebody:more-shapes', repo: stranger } }));
    expect(await find()).toEqual({ reason: expect.stringMatching(/^No open pull request/u) });
  });

  it('posts nothing when the head has moved on, or the pull request is closed', async () => {
    fake.pulls.push(fromFork(9, 'b'.repeat(40)));
    expect(await find()).toEqual({ reason: expect.stringContaining('newer commit') });
    fake.pulls[1] = { ...fromFork(9), state: 'closed' };
    expect(await find()).toEqual({ reason: expect.stringMatching(/^No open pull request/u) });
  });

  it('takes the newest of several with this head', async () => {
    fake.pulls.push(fromFork(9), fromFork(11), fromFork(10));
    expect(await find()).toEqual({ number: 11 });
  });

  it('looks through all open ones when GitHub does not find the head by its name', async () => {
    for (let number = 100; number < 350; number++)
      fake.pulls.push(fromFork(number, 'b'.repeat(40), `b${number}`));
    fake.pulls.push(fromFork(9));
    expect(await find({ headOwner: 'renamed' })).toEqual({ number: 9 });
    expect(fake.called('pulls/list')).toBe(4);
  });

  it('stops looking after a thousand', async () => {
    for (let number = 100; number < 1300; number++)
      fake.pulls.push(fromFork(number, 'b'.repeat(40), `b${number}`));
    expect(await find({ headOwner: 'renamed' })).toHaveProperty('reason');
    expect(fake.called('pulls/list')).toBe(11);
  });

  it.each(['a&state=all', '../../issues', 'x y%20z#1?q', '日本', "'; rm -rf /", '🦊:main'])(
    'asks for a branch called %j and nothing else',
    async (headBranch) => {
      fake.pulls.push(fromFork(9, sha, headBranch));
      expect(await find({ headBranch })).toEqual({ number: 9 });
      const asked = new URL(fake.calls[0].path, fake.url).searchParams;
      expect(asked.get('head')).toBe(`somebody:${headBranch}`);
      expect(asked.getAll('state')).toEqual(['open']);
    },
  );
});
