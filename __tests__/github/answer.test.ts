import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { admit, type CommandEvent } from '../../src/github/answer.js';
import { createClient } from '../../src/github/client.js';
import { FakeGitHub } from '../fixtures/github/fake.js';

let fake: FakeGitHub;
const client = () => createClient({ token: 't', apiUrl: fake.url, log: () => undefined, unit: 1 });
const command = (line: string, sender = 'octocat'): CommandEvent => ({
  kind: 'command',
  repository: { owner: 'octo-org', repo: 'shapes' },
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

describe('admit', () => {
  it.each(['octocat', 'owner'])('lets a probe of %s through, with eyes on the comment', async (sender) => {
    expect(await admit(client(), command('/headstart probe budget=40s', sender), fake.headSha)).toEqual({
      go: true,
      wishes: { budgetSeconds: 40 },
      headSha: fake.headSha,
      baseSha: 'f'.repeat(40),
      warnings: [],
    });
    expect(fake.reactions).toMatchObject([{ commentId: 5, content: 'eyes' }]);
    expect(fake.comments).toEqual([]);
  });

  it('says nothing to other comments, and asks GitHub nothing', async () => {
    expect(await admit(client(), command('nice work'), fake.headSha)).toMatchObject({
      go: false,
      warnings: [],
    });
    expect(fake.calls).toEqual([]);
  });

  it.each(['reader', 'stranger'])('answers %s once and politely, and measures nothing', async (sender) => {
    for (const line of ['/headstart probe', '/headstart help', '/headstart nonsense']) {
      expect(await admit(client(), command(line, sender), fake.headSha)).toMatchObject({ go: false });
    }
    expect(fake.comments.map(({ body }) => body)).toEqual([
      expect.stringMatching(/^<!-- headstart:answer key=refused schema=1 -->\n\nThank you for asking\./u),
    ]);
    expect(fake.reactions).toEqual([]);
  });

  it('answers help once', async () => {
    await admit(client(), command('/headstart help'), null);
    await admit(client(), command('/headstart help'), null);
    expect(fake.comments).toHaveLength(1);
    expect(fake.comments[0].body).toContain('`/headstart probe budget=10m`');
  });

  it('answers what it does not understand, letting nothing of it act', async () => {
    await admit(client(), command('/headstart @everyone|<img>'), fake.headSha);
    expect(fake.comments[0].body).toContain(
      'Sorry. There is no command <code>@&#8203;everyone&#124;&#60;img&#62;</code>.',
    );
  });

  it('measures nothing but the head as it is now', async () => {
    const old = 'b'.repeat(40);
    expect(await admit(client(), command('/headstart probe'), old)).toMatchObject({ go: false });
    expect(fake.comments[0].body).toContain(
      'the head of this pull request is `0123456`, and it found `bbbbbbb`',
    );
    expect(await admit(client(), command('/headstart probe'), null)).toMatchObject({ go: false });
    expect(fake.comments).toHaveLength(1);
    expect(fake.comments[0].body).toContain('could not tell which commit is checked out');
  });

  it('measures although it may not react', async () => {
    fake.faults.set('reactions/create-for-issue-comment', { status: 403 });
    expect(await admit(client(), command('/headstart probe'), fake.headSha)).toMatchObject({
      go: true,
      warnings: [expect.stringContaining('Could not react to the comment')],
    });
  });

  it.each(['repos/get-collaborator-permission-level', 'pulls/get'])(
    'measures nothing when %s is refused',
    async (operationId) => {
      fake.faults.set(operationId, { status: 403 });
      expect(await admit(client(), command('/headstart probe'), fake.headSha)).toMatchObject({
        go: false,
        warnings: [expect.stringContaining('(403)')],
      });
      expect(fake.comments).toEqual([]);
    },
  );
});
