import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type GitHubEvent, readEvent } from '../../../src/github/events/event.js';

interface Payload {
  action?: string;
  issue?: { number: number; pull_request?: object };
  sender?: { login: string; type: string };
  changes?: { body: { from: string } };
  comment?: { id: number; body: string; user: { login: string; type: string } };
  pull_request?: {
    number: number;
    head: { sha: string; repo: { id: number } };
    base: { sha: string; repo: { id: number } };
  };
}

// GitHub's own example payloads; the package is CommonJS.
const stored = createRequire(import.meta.url)('@octokit/webhooks-examples') as {
  name: string;
  examples: Payload[];
}[];
const examples = (name: string): Payload[] => stored.find((webhook) => webhook.name === name)!.examples;

const folder = mkdtempSync(join(tmpdir(), 'headstart-event-'));
afterAll(() => rmSync(folder, { recursive: true }));

function read(name: string, payload: unknown): Promise<GitHubEvent> {
  const path = join(folder, 'event.json');
  writeFileSync(path, typeof payload === 'string' ? payload : JSON.stringify(payload));
  return readEvent({
    GITHUB_EVENT_NAME: name,
    GITHUB_EVENT_PATH: path,
    GITHUB_REPOSITORY: 'octo-org/shapes',
  });
}

const repository = { owner: 'octo-org', repo: 'shapes' };

describe('readEvent', () => {
  it.each(examples('pull_request').map((payload, index) => [index, payload]))(
    'reads GitHub’s pull_request example %d',
    async (_, payload) => {
      const { number, head, base } = (payload as Payload).pull_request!;
      expect(await read('pull_request', payload)).toEqual({
        kind: 'pull request',
        repository,
        number,
        headSha: head.sha,
        baseSha: base.sha,
        fork: head.repo.id !== base.repo.id,
      });
    },
  );

  it.each(examples('issue_comment').map((payload, index) => [index, payload]))(
    'ignores GitHub’s issue_comment example %d, which is on an issue',
    async (_, payload) => {
      expect(await read('issue_comment', payload)).toMatchObject({ kind: 'ignored' });
    },
  );

  it('reads a new comment on a pull request, its first line only', async () => {
    const payload = commentPayload('/headstart probe budget=2m\r\nand more');
    expect(await read('issue_comment', payload)).toEqual({
      kind: 'command',
      repository,
      number: payload.issue!.number,
      commentId: payload.comment!.id,
      sender: payload.comment!.user.login,
      line: '/headstart probe budget=2m',
    });
  });

  it('bounds a line without an end', async () => {
    const event = await read('issue_comment', commentPayload(`/headstart ${'x'.repeat(60_000)}`));
    expect(event).toMatchObject({ kind: 'command' });
    expect((event as { line: string }).line).toHaveLength(500);
  });

  it('does not answer bots, edited commands or deleted comments', async () => {
    const bot = commentPayload('/headstart probe');
    bot.comment!.user.type = 'Bot';
    expect(await read('issue_comment', bot)).toEqual({
      kind: 'ignored',
      reason: expect.stringContaining('bot') as unknown,
    });
    for (const action of ['edited', 'deleted']) {
      const payload = { ...commentPayload('/headstart probe'), action };
      expect(await read('issue_comment', payload)).toMatchObject({ kind: 'ignored' });
    }
  });

  const open = '- [ ] Measure again. <!-- headstart:do probe budget=15m -->';
  const report = (box: string) => `<!-- headstart:report key=0123456789abcdef schema=1 -->\n\n${box}\n`;

  it('reads the tick of a box, with the command that stood there before and who ticked', async () => {
    const payload = editPayload(report(open), report(open.replace('[ ]', '[x]')).replaceAll('\n', '\r\n'));
    expect(await read('issue_comment', payload)).toEqual({
      kind: 'tick',
      repository,
      number: payload.issue!.number,
      commentId: payload.comment!.id,
      key: '0123456789abcdef',
      sender: 'octocat',
      box: { line: open, command: 'probe budget=15m' },
      line: '/headstart probe budget=15m',
    });
  });

  it.each([
    ['the bot’s own edits', 'Bot', report(open), report(open.replace('[ ]', '[x]'))],
    ['a box that is opened', 'User', report(open.replace('[ ]', '[x]')), report(open)],
    [
      'a box whose command is changed with the tick',
      'User',
      report(open),
      report(open.replace('[ ]', '[x]').replace('15m', '24h')),
    ],
    ['a box in a comment without a report', 'User', open, open.replace('[ ]', '[x]')],
    ['a comment that becomes a command', 'User', 'a', '/headstart probe'],
  ])('does nothing for %s', async (_, type, before, after) => {
    const payload = editPayload(before, after);
    payload.sender!.type = type;
    expect(await read('issue_comment', payload)).toMatchObject({ kind: 'ignored' });
  });

  it('knows a push and other events as such', async () => {
    for (const payload of examples('push')) {
      const { before } = payload as unknown as { before: string };
      expect(await read('push', payload)).toEqual({
        kind: 'commit',
        repository,
        headSha: null,
        baseSha: /^0+$/u.test(before) ? null : before,
        reason: 'The event is push, not a pull request.',
      });
    }
    for (const payload of examples('merge_group')) {
      const { head_sha: headSha, base_sha: baseSha } = (
        payload as unknown as { merge_group: Record<string, string> }
      ).merge_group;
      expect(await read('merge_group', payload)).toMatchObject({ kind: 'commit', headSha, baseSha });
    }
    expect(await read('schedule', '')).toMatchObject({ kind: 'commit', baseSha: null });
    expect(await readEvent({})).toMatchObject({ kind: 'other' });
    expect(await readEvent({ GITHUB_REPOSITORY: '../../x' })).toMatchObject({ kind: 'other' });
  });

  it('explains where a workflow runs on pull_request_target, whose commit is not the head', async () => {
    for (const payload of [examples('pull_request')[0], '{']) {
      const event = await read('pull_request_target', payload);
      expect(event.kind).toBe('pull request target');
      expect((event as { reason: string }).reason).toMatch(/`pull_request`.*docs\/forks\.md/u);
    }
  });

  it('says what is wrong with a payload that is missing, broken or too large', async () => {
    const missing = { GITHUB_EVENT_NAME: 'pull_request', GITHUB_REPOSITORY: 'a/b', GITHUB_EVENT_PATH: '/no' };
    expect(await readEvent(missing)).toMatchObject({
      kind: 'commit',
      reason: expect.stringContaining('ENOENT'),
    });
    expect(await read('pull_request', '{"pull_request": {')).toMatchObject({ kind: 'commit' });
    expect(await read('issue_comment', '[')).toMatchObject({ kind: 'ignored' });
    const large = join(folder, 'large.json');
    writeFileSync(large, '');
    truncateSync(large, 26 * 1024 * 1024);
    expect(await readEvent({ ...missing, GITHUB_EVENT_PATH: large })).toMatchObject({
      reason: 'The event could not be read: its payload has 27262976 bytes',
    });
  });

  it('takes no nonsense from any payload', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('pull_request', 'issue_comment'), fc.json(), async (name, payload) => {
        expect((await read(name, payload)).kind).toMatch(/^(?:ignored|commit)$/u);
      }),
    );
  });

  it.each([
    ['number', -1],
    ['number', 1.5],
    ['number', '1; rm'],
    ['sha', 'HEAD'],
    ['sha', `${'a'.repeat(40)}\n`],
    ['sha', null],
  ])('refuses a pull request with %s %j', async (field, value) => {
    const payload = structuredClone(examples('pull_request')[0]);
    const request = payload.pull_request! as unknown as Record<string, unknown>;
    if (field === 'sha') request['head'] = { sha: value, repo: { id: 1 } };
    else request[field] = value;
    expect(await read('pull_request', payload)).toMatchObject({ kind: 'commit' });
  });

  it('takes a head without a repository, deleted since, for a fork', async () => {
    const payload = structuredClone(examples('pull_request')[0]);
    (payload.pull_request!.head as { repo: unknown }).repo = null;
    expect(await read('pull_request', payload)).toMatchObject({ kind: 'pull request', fork: true });
  });
});

function commentPayload(body: string): Payload {
  const payload = structuredClone(
    examples('issue_comment').find(
      (example) => example.action === 'created' && example.comment!.user.type === 'User',
    )!,
  );
  payload.issue!.pull_request = { url: 'https://api.github.com/repos/octo-org/shapes/pulls/1' };
  payload.comment!.body = body;
  return payload;
}

/** GitHub's own example of an edit, on a pull request and of a comment that a bot wrote. */
function editPayload(before: string, after: string): Payload {
  const payload = structuredClone(examples('issue_comment').find(({ action }) => action === 'edited')!);
  payload.issue!.pull_request = { url: 'https://api.github.com/repos/octo-org/shapes/pulls/1' };
  Object.assign(payload.comment!, { body: after, user: { login: 'github-actions[bot]', type: 'Bot' } });
  payload.changes = { body: { from: before } };
  payload.sender = { login: 'octocat', type: 'User' };
  return payload;
}
