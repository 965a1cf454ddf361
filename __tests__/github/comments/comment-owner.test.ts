import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { createClient } from '../../../src/github/client.js';
import { keyOfBox, ownerOfComments } from '../../../src/github/comments/comment-owner.js';
import type { GitHubEvent } from '../../../src/github/events/event.js';
import { commentKey } from '../../../src/github/comments/comment-key.js';
import { FakeGitHub } from '../../fixtures/github/fake.js';

let fake: FakeGitHub;
const tick = (key: string): GitHubEvent => ({
  kind: 'tick',
  repository: { owner: 'octo-org', repo: 'shapes' },
  number: 7,
  commentId: 5,
  key,
  sender: 'octocat',
  box: { line: '', command: '' },
  line: '',
});
const keysOf = (workflow: string, backbone = 'embedded') =>
  ['a', 'b'].map((name) => commentKey(workflow, 'data', name, backbone));
const ownersOf = (event: GitHubEvent, asked = 'embedded') =>
  ownerOfComments(
    createClient({ token: 't', apiUrl: fake.url, log: () => undefined, unit: 1 }),
    event,
    { workflow: 'Headstart bot', backbone: 'embedded' },
    asked,
    ({ workflow, backbone }) => keysOf(workflow, backbone),
  );
const ownerOf = async (event: GitHubEvent) => (await ownersOf(event)).workflow;

beforeEach(async () => {
  fake = await FakeGitHub.start();
  fake.files.set('.github/workflows/other.yml', 'on: push\njobs: {}\n');
  fake.files.set('.github/workflows/broken.yml', ': [');
  fake.files.set('.github/workflows/headstart.yml', 'name: Headstart\non: pull_request\n');
});
afterEach(async () => {
  await fake.stop();
  expect(fake.violations).toEqual([]);
});

it('is the workflow itself, without asking, where the box is in a comment of its own', async () => {
  expect(await ownerOf(tick(keysOf('Headstart bot')[1]))).toBe('Headstart bot');
  expect(await ownerOf({ kind: 'ignored', reason: '' })).toBe('Headstart bot');
  expect(fake.calls).toEqual([]);
});

it.each(['Headstart', '.github/workflows/other.yml'])(
  'is %s where the comment is that one’s',
  async (name) => {
    expect(await ownerOf(tick(keysOf(name)[0]))).toBe(name);
    expect(await ownerOf(tick(`${keysOf(name)[0]}.new`))).toBe(name);
  },
);

it('is the workflow itself where the comment is about other data, or nothing can be seen', async () => {
  expect(await ownerOf(tick(commentKey('Headstart', 'elsewhere', 'a', 'embedded')))).toBe('Headstart bot');
  fake.faults.set('repos/get-content', { status: 403 });
  expect(await ownerOf(tick(keysOf('Headstart')[0]))).toBe('Headstart bot');
});

it('is the workflow with the backbone that the box asks for', async () => {
  const [key] = keysOf('Headstart', 'auto');
  expect(await ownersOf(tick(key), 'auto')).toEqual({ workflow: 'Headstart', backbone: 'auto' });
  expect(await ownersOf(tick(key))).toEqual({ workflow: 'Headstart bot', backbone: 'embedded' });
  const [other] = keysOf('Headstart');
  expect(await ownersOf(tick(other), 'auto')).toEqual({ workflow: 'Headstart', backbone: 'embedded' });
});

it('leaves a comment alone that later ones do not replace', () => {
  expect(keyOfBox(tick('abc'))).toBe('abc');
  expect(keyOfBox(tick('abc.new'))).toBeNull();
  expect(keyOfBox({ kind: 'ignored', reason: '' })).toBeNull();
});
