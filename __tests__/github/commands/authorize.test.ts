import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { authorizeCommand, type CommandEvent } from '../../../src/github/commands/authorize.js';
import { createClient } from '../../../src/github/client.js';
import { FakeGitHub } from '../../fixtures/github/fake.js';

let fake: FakeGitHub;
const client = () => createClient({ token: 't', apiUrl: fake.url, log: () => undefined, unit: 1 });
const repository = { owner: 'octo-org', repo: 'shapes' };
const command = (line: string, sender = 'octocat'): CommandEvent => ({
  kind: 'command',
  repository,
  number: 7,
  commentId: 5,
  sender,
  line,
});

beforeEach(async () => {
  fake = await FakeGitHub.start();
  fake.permissions = { octocat: 'write', owner: 'admin', reader: 'read' };
});

afterEach(async () => {
  await fake.stop();
  expect(fake.violations).toEqual([]);
});

describe('authorizeCommand', () => {
  it.each(['octocat', 'owner'])('lets a probe of %s through, with eyes on the comment', async (sender) => {
    expect(
      await authorizeCommand(client(), command('/headstart probe budget=40s', sender), fake.headSha),
    ).toEqual({
      go: 'probe',
      options: { budgetSeconds: 40 },
      headSha: fake.headSha,
      baseSha: 'f'.repeat(40),
      warnings: [],
    });
    expect(fake.reactions).toMatchObject([{ commentId: 5, content: 'eyes' }]);
    expect(fake.comments).toEqual([]);
  });

  it('says nothing to other comments, and asks GitHub nothing', async () => {
    expect(await authorizeCommand(client(), command('nice work'), fake.headSha)).toMatchObject({
      go: false,
      warnings: [],
    });
    expect(fake.calls).toEqual([]);
  });

  it.each(['reader', 'stranger'])('answers %s once and politely, and measures nothing', async (sender) => {
    for (const line of ['/headstart probe', '/headstart help', '/headstart nonsense']) {
      expect(await authorizeCommand(client(), command(line, sender), fake.headSha)).toMatchObject({
        go: false,
      });
    }
    expect(fake.comments.map(({ body }) => body)).toEqual([
      expect.stringMatching(/^<!-- headstart:answer key=refused schema=1 -->\n\nThank you for asking\./u),
    ]);
    expect(fake.reactions).toEqual([]);
  });

  it('answers help once', async () => {
    await authorizeCommand(client(), command('/headstart help'), null);
    await authorizeCommand(client(), command('/headstart help'), null);
    expect(fake.comments).toHaveLength(1);
    expect(fake.comments[0].body).toContain('`/headstart probe budget=10m`');
  });

  it('answers what it does not understand, letting nothing of it act', async () => {
    await authorizeCommand(client(), command('/headstart @everyone|<img>'), fake.headSha);
    expect(fake.comments[0].body).toContain(
      'Sorry. There is no command <code>@&#8203;everyone&#124;&#60;img&#62;</code>.',
    );
  });

  it('measures nothing but the head as it is now', async () => {
    const old = 'b'.repeat(40);
    expect(await authorizeCommand(client(), command('/headstart probe'), old)).toMatchObject({ go: false });
    expect(fake.comments[0].body).toContain(
      'the head of this pull request is `0123456`, but `bbbbbbb` is checked out',
    );
    expect(await authorizeCommand(client(), command('/headstart probe'), null)).toMatchObject({ go: false });
    expect(fake.comments).toHaveLength(1);
    expect(fake.comments[0].body).toContain('could not tell which commit is checked out');
  });

  it('measures although it may not react', async () => {
    fake.faults.set('reactions/create-for-issue-comment', { status: 403 });
    expect(await authorizeCommand(client(), command('/headstart probe'), fake.headSha)).toMatchObject({
      go: 'probe',
      warnings: [expect.stringContaining('Could not react to the comment')],
    });
  });

  it.each(['repos/get-collaborator-permission-level', 'pulls/get'])(
    'measures nothing when %s is refused',
    async (operationId) => {
      fake.faults.set(operationId, { status: 403 });
      expect(await authorizeCommand(client(), command('/headstart probe'), fake.headSha)).toMatchObject({
        go: false,
        warnings: [expect.stringContaining('(403)')],
      });
      expect(fake.comments).toEqual([]);
    },
  );

  it.each(['explain', 'cancel'] as const)('lets %s through whatever is checked out', async (errand) => {
    const admission = await authorizeCommand(client(), command(`/headstart ${errand}`), null);
    expect(admission).toEqual({ go: errand, headSha: fake.headSha, warnings: [] });
    expect(fake.reactions).toMatchObject([{ commentId: 5, content: 'eyes' }]);
  });

  it('inspects the head and nothing else', async () => {
    const inspect = command('/headstart inspect');
    expect(await authorizeCommand(client(), inspect, fake.headSha)).toMatchObject({ go: 'inspect' });
    expect(await authorizeCommand(client(), inspect, 'b'.repeat(40))).toMatchObject({ go: false });
    expect(fake.comments).toHaveLength(1);
  });

  it.each(['explain', 'inspect', 'cancel'])('does not %s for people who may not write', async (errand) => {
    const admission = await authorizeCommand(
      client(),
      command(`/headstart ${errand}`, 'reader'),
      fake.headSha,
    );
    expect(admission).toMatchObject({ go: false });
    expect(fake.comments[0].body).toContain('Thank you for asking.');
  });

  it('measures a commit that is named only while it is the head', async () => {
    const begun = fake.headSha.slice(0, 9);
    expect(
      await authorizeCommand(client(), command(`/headstart probe @${begun}`), fake.headSha),
    ).toMatchObject({
      go: 'probe',
    });
    const other = command('/headstart probe @abcdef0 budget=40s');
    expect(await authorizeCommand(client(), other, fake.headSha)).toMatchObject({ go: false });
    expect(fake.comments[0].body).toContain(
      'the command names `abcdef0`, but the head of this pull request is `0123456`',
    );
  });
});

describe('authorizeCommand, for a box', () => {
  const line = '- [ ] Measure again with 15 min. <!-- headstart:do probe budget=15m -->';
  const body = (box: string) => `<!-- headstart:report key=abc schema=1 -->\n\n## A verdict\n\n${box}\n`;
  const ticked = line.replace('[ ]', '[x]');
  const tick = (commentId: number, sender = 'octocat'): CommandEvent => ({
    kind: 'tick',
    repository,
    number: 7,
    commentId,
    key: 'abc',
    sender,
    box: { line, command: 'probe budget=15m' },
    line: '/headstart probe budget=15m',
  });

  it('measures, and opens the box again, with no reaction', async () => {
    const { id } = fake.addComment(body(ticked).replaceAll('\n', '\r\n'));
    expect(await authorizeCommand(client(), tick(id), fake.headSha)).toMatchObject({
      go: 'probe',
      options: { budgetSeconds: 900 },
    });
    expect(fake.comments.map((one) => `${one.body}\n`)).toEqual([body(line)]);
    expect(fake.reactions).toEqual([]);
  });

  it('measures nothing for a comment that somebody else wrote, and leaves it alone', async () => {
    const { id } = fake.addComment(body(ticked), 'octocat');
    expect(await authorizeCommand(client(), tick(id), fake.headSha)).toMatchObject({ go: false });
    expect(fake.comments.map((one) => one.body)).toEqual([body(ticked)]);
    expect(fake.called('repos/get-collaborator-permission-level')).toBe(0);
  });

  it('measures nothing for a comment that is gone', async () => {
    expect(await authorizeCommand(client(), tick(404), fake.headSha)).toMatchObject({
      go: false,
      warnings: [],
    });
  });

  it.each([
    ['somebody who may not write', 'reader', true],
    ['a commit that is not the head', 'octocat', false],
  ])('opens the box for %s, and measures nothing', async (_, sender, isHead) => {
    const { id } = fake.addComment(body(ticked));
    const checkedOut = isHead ? fake.headSha : 'b'.repeat(40);
    expect(await authorizeCommand(client(), tick(id, sender), checkedOut)).toMatchObject({ go: false });
    expect(`${fake.comments[0].body}\n`).toBe(body(line));
    expect(fake.comments).toHaveLength(2);
  });
});
