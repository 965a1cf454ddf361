import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { createClient } from '../../src/github/client.js';
import { listensToComments } from '../../src/github/workflows.js';
import { read } from '../docs/sources.js';
import { FakeGitHub } from '../fixtures/github/fake.js';

let fake: FakeGitHub;
const listens = () =>
  listensToComments(createClient({ token: 't', apiUrl: fake.url, log: () => undefined, unit: 1 }), {
    owner: 'octo-org',
    repo: 'shapes',
  });
const put = (text: string): unknown => fake.files.set('.github/workflows/headstart-bot.yml', text);

beforeEach(async () => {
  fake = await FakeGitHub.start();
});
afterEach(async () => {
  await fake.stop();
  expect(fake.violations).toEqual([]);
});

it.each([
  read('examples/workflows/headstart-bot.yml'),
  'on: issue_comment # headstart',
  'on: [push, issue_comment] # headstart',
  'on: { issue_comment: { types: edited } } # headstart',
  'on:\n  issue_comment:\njobs: {} # headstart',
])('offers boxes where %j is on the default branch', async (text) => {
  put(text);
  expect(await listens()).toBe(true);
});

it.each([
  'on: { issue_comment: { types: [created] } } # headstart',
  'on: issue_comment # another bot',
  'on: push # headstart, not issue_comment',
  'on: [issue_comment # headstart',
  '# headstart on: issue_comment',
])('offers none where %j is', async (text) => {
  put(text);
  expect(await listens()).toBe(false);
});

it('offers none where nothing can be seen', async () => {
  expect(await listens()).toBe(false);
  put('on: issue_comment # headstart');
  fake.faults.set('repos/get-content', { status: 403 });
  expect(await listens()).toBe(false);
});
