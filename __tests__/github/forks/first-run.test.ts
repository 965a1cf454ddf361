import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { firstRun, readFirstRun } from '../../../src/github/forks/first-run.js';

interface Payload {
  action: string;
  workflow_run: Record<string, unknown> & { head_repository: { id: number; owner: { login: string } } };
}

// GitHub's own example payloads; the package is CommonJS.
const stored = createRequire(import.meta.url)('@octokit/webhooks-examples') as {
  name: string;
  examples: Payload[];
}[];
const examples = stored.find(({ name }) => name === 'workflow_run')!.examples;
const repository = { owner: 'octo-org', repo: 'shapes' };

function payload(changes: Record<string, unknown> = {}): Payload {
  const example = structuredClone(examples.find(({ action }) => action === 'completed')!);
  Object.assign(example.workflow_run, { event: 'pull_request', conclusion: 'success', ...changes });
  return example;
}

describe('firstRun', () => {
  it('reads a run of a pull request that has ended', () => {
    const { workflow_run: run } = payload();
    expect(firstRun(payload(), repository)).toEqual({
      repository,
      id: run['id'],
      workflow: run['name'],
      headSha: run['head_sha'],
      headBranch: run['head_branch'],
      headOwner: run.head_repository.owner.login,
      headRepositoryId: run.head_repository.id,
      failed: false,
    });
    expect(firstRun(payload({ conclusion: 'failure' }), repository)).toMatchObject({ failed: true });
  });

  it.each<[string, unknown, RegExp]>([
    ['a run that has only begun', { ...payload(), action: 'requested' }, /has not ended/u],
    ['a push', payload({ event: 'push' }), /not for a pull request/u],
    ['pull_request_target', payload({ event: 'pull_request_target' }), /not for a pull request/u],
    ...['cancelled', 'skipped', 'timed_out', 'action_required', 'startup_failure', null].map(
      (conclusion): [string, unknown, RegExp] => [
        `the conclusion ${conclusion}`,
        payload({ conclusion }),
        /neither a success nor a failure/u,
      ],
    ),
    ['a fork that is gone', payload({ head_repository: null }), /was deleted/u],
    ['no branch', payload({ head_branch: null }), /was deleted/u],
    ['a branch of a thousand characters', payload({ head_branch: 'b'.repeat(1000) }), /was deleted/u],
    ['a commit that is none', payload({ head_sha: 'main' }), /no run with an id/u],
    ['an id that is none', payload({ id: -1 }), /no run with an id/u],
    ['a name of a thousand characters', payload({ name: 'n'.repeat(1000) }), /no run with an id/u],
    [
      'an owner that is no login',
      payload({ head_repository: { id: 1, owner: { login: 'a:b/../c' } } }),
      /was deleted/u,
    ],
  ])('leaves alone %s, and says why', (_, event, reason) => {
    expect(firstRun(event, repository)).toEqual({ reason: expect.stringMatching(reason) });
  });

  it('never throws, whatever the payload', () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), (run, rest) => {
        const read = firstRun({ action: 'completed', workflow_run: run, rest }, repository);
        expect('reason' in read).toBe(true);
      }),
    );
  });
});

describe('readFirstRun', () => {
  it('says what mode: comment is for when the event is another', async () => {
    const read = await readFirstRun({ GITHUB_EVENT_NAME: 'pull_request', GITHUB_REPOSITORY: 'a/b' });
    expect(read).toEqual({ reason: expect.stringContaining('workflow_run') });
  });

  it('says that the event could not be read', async () => {
    const environment = {
      GITHUB_EVENT_NAME: 'workflow_run',
      GITHUB_REPOSITORY: 'a/b',
      GITHUB_EVENT_PATH: '/nowhere',
    };
    expect(await readFirstRun(environment)).toEqual({ reason: expect.stringMatching(/could not be read/u) });
  });
});
