import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { cancelRuns } from '../../../src/github/commands/cancel.js';
import { checkKey, openCheckRun } from '../../../src/github/checks/check-run.js';
import { runIdIn } from '../../../src/github/events/run-place.js';
import { createClient } from '../../../src/github/client.js';
import { aRun, type FakeRun } from '../../fixtures/github/actions.js';
import { FakeGitHub } from '../../fixtures/github/fake.js';

let fake: FakeGitHub;
const client = () => createClient({ token: 't', apiUrl: fake.url, log: () => undefined, unit: 1 });
const repository = { owner: 'octo-org', repo: 'shapes' };
const page = (run: number) => `https://github.com/octo-org/shapes/actions/runs/${run}`;
const cancel = () =>
  cancelRuns({ github: client(), repository, number: 7, headSha: fake.headSha, runId: 42 });
const bot = (changes: Partial<FakeRun>) =>
  aRun({
    event: 'issue_comment',
    display_title: 'Headstart bot on #7',
    head_sha: 'f'.repeat(40),
    status: 'in_progress',
    conclusion: null,
    workflow_id: 6,
    path: '.github/workflows/headstart-bot.yml',
    ...changes,
  });
const measuring = (run: number, headSha = fake.headSha, key = '0123456789abcdef') =>
  openCheckRun({
    github: client(),
    repository,
    headSha,
    name: 'Headstart',
    key: checkKey(key, page(run)),
    runUrl: page(run),
    attempt: 1,
    warn: (message) => {
      throw new Error(message);
    },
  });
const ended = () =>
  fake.workflowRuns.filter(({ conclusion }) => conclusion === 'cancelled').map(({ id }) => id);

beforeEach(async () => {
  fake = await FakeGitHub.start();
  fake.workflows.push({ id: 6, name: 'Headstart bot', path: bot({}).path, state: 'active', inputs: null });
  fake.workflowRuns.push(bot({ id: 42 }));
});

afterEach(async () => {
  await fake.stop();
  expect(fake.violations).toEqual([]);
});

describe('cancelRuns', () => {
  it('finds nothing where nothing is under way', async () => {
    expect(await cancel()).toEqual({ runs: 0, forbidden: 0, warnings: [] });
    expect(ended()).toEqual([]);
  });

  it('ends the runs that measure the head, of whatever workflow', async () => {
    fake.workflowRuns.push(aRun({ id: 30, status: 'in_progress', conclusion: null }), bot({ id: 31 }));
    await measuring(30);
    await measuring(31);
    expect(await cancel()).toEqual({ runs: 2, forbidden: 0, warnings: [] });
    expect(ended()).toEqual([30, 31]);
  });

  it('ends the runs of the same title that wait, and none of another pull request', async () => {
    fake.workflowRuns.push(
      bot({ id: 32, status: 'pending' }),
      bot({ id: 33, status: 'queued', display_title: 'Headstart bot on #70' }),
      bot({ id: 34, event: 'push' }),
    );
    expect(await cancel()).toMatchObject({ runs: 1 });
    expect(ended()).toEqual([32]);
  });

  it('does not go by a title that says nothing of the number, which another pull request may have too', async () => {
    for (const run of fake.workflowRuns) run.display_title = 'Add more shapes #70';
    fake.workflowRuns.push(bot({ id: 32, display_title: 'Add more shapes #70' }));
    expect(await cancel()).toMatchObject({ runs: 0 });
    expect(ended()).toEqual([]);
  });

  it('ends neither itself, nor what began later, nor what measures another commit', async () => {
    fake.workflowRuns.push(
      bot({ id: 43 }),
      bot({ id: 20, display_title: '' }),
      bot({ id: 21, display_title: '' }),
    );
    await measuring(42);
    await measuring(43);
    await measuring(20, 'b'.repeat(40));
    await measuring(21, fake.headSha, 'not ours');
    expect(await cancel()).toMatchObject({ runs: 0 });
    expect(ended()).toEqual([]);
  });

  it('does not count a run that has ended meanwhile', async () => {
    fake.workflowRuns.push(aRun({ id: 30 }));
    await measuring(30);
    await measuring(29);
    expect(await cancel()).toEqual({ runs: 0, forbidden: 0, warnings: [] });
  });

  it('says which right is missing', async () => {
    fake.workflowRuns.push(bot({ id: 31 }));
    fake.faults.set('actions/cancel-workflow-run', { status: 403 });
    expect(await cancel()).toEqual({
      runs: 0,
      forbidden: 1,
      warnings: [expect.stringContaining('permissions: actions: write')],
    });
    fake.faults.set('actions/get-workflow-run', { status: 403 });
    expect(await cancel()).toMatchObject({
      runs: 0,
      forbidden: 0,
      warnings: [expect.stringContaining('actions: write')],
    });
  });
});

describe('runIdIn', () => {
  it('reads the page of a run, and nothing else', () => {
    expect(runIdIn(page(42))).toBe(42);
    for (const other of [null, '', `${page(42)}/job/1`, page(42).replace('42', '4x')])
      expect(runIdIn(other)).toBeNull();
    expect(checkKey('abc', null)).toBe('abc');
  });
});
