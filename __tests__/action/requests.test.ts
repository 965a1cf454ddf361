import { createRequire } from 'node:module';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { boxesIn } from '../../src/github/commands/checkbox.js';
import { commentKey } from '../../src/github/comments/comment-key.js';
import { renderComment } from '../../src/report/render/comment.js';
import { FakeGitHub } from '../fixtures/github/fake.js';
import { aContext, aReport } from '../report/fixture.js';
import { type Finished, Workspace } from './workspace.js';

/** How much of the 1,000 requests an hour that all runs of a repository share a probe takes, and what it does without. */

/** A bar of the project: 25, and 60 an hour for each dataset. */
const allowed = (minutes: number): number => 25 + minutes;

const workspace = new Workspace();
let fake: FakeGitHub;
let commit: string;

beforeAll(() => {
  workspace.writeImages('data', ['circles', 'squares'], 20);
  workspace.write('data/dataset.yaml', 'schema: headstart/v1\nname: shapes\nimage: { size: 32 }\n');
  commit = workspace.commit();
});
afterAll(() => workspace.remove());
beforeEach(async () => {
  fake = await FakeGitHub.start();
  fake.headSha = commit;
  fake.permissions = { octocat: 'write' };
  for (let file = 0; file < 40; file++) fake.files.set(`.github/workflows/a${file}.yml`, 'on: push\n');
});
afterEach(async () => {
  await fake.stop();
  expect(fake.violations).toEqual([]);
});

/** A maintainer's command, measured on a runner whose clock is ahead by so many minutes. */
const probe = (minutes: number, event: unknown = command()): Promise<Finished> =>
  workspace.run('__tests__/fixtures/slow-runner.mjs', {
    apiUrl: fake.url,
    eventName: 'issue_comment',
    event,
    workflow: 'Headstart bot',
    inputs: { path: 'data', budget: '8s', 'github-token': 't' },
    environment: { MINUTES: String(minutes) },
  });

const report = (): string => fake.comments.at(-1)?.body ?? '';
const asked = (): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { operationId } of fake.calls) counts[operationId] = (counts[operationId] ?? 0) + 1;
  return counts;
};

describe('a commanded probe', () => {
  it('of ten minutes asks at most 35 times, and says how far it is', async () => {
    const said: string[] = [];
    fake.before = (operation) => {
      if (operation === 'issues/update-comment') said.push(report());
    };
    const { code, log } = await probe(10);
    expect({ code, log }).toMatchObject({ code: 0 });
    expect(asked()).toMatchObject({ 'checks/create': 1, 'reactions/create-for-issue-comment': 2 });
    expect(fake.calls.length).toBeLessThanOrEqual(allowed(10));
    expect(said.filter((body) => / of about \d+ trials/u.test(body)).length).toBeGreaterThanOrEqual(2);
    expect(report()).toMatch(/^<!-- headstart:report key=\w+ schema=1 -->\n\n## /u);
  });

  it('by a box asks no more than that', async () => {
    fake.files.set('.github/workflows/headstart.yml', 'name: Headstart\non: pull_request\n');
    const { receipt } = aReport();
    const short = { ...receipt!, settings: { ...receipt!.settings, budgetSeconds: 3 } };
    const key = commentKey('Headstart', 'data', 'shapes', 'embedded');
    const before = renderComment(aReport({ receipt: short }), { ...aContext, key, listens: true });
    const comment = fake.addComment(before);
    const [box] = boxesIn(before).slice(-1);
    const { code, log } = await probe(10, tick(comment, box.line));
    expect({ code, log }).toMatchObject({ code: 0 });
    expect(asked()).toMatchObject({ 'checks/create': 1 });
    expect(fake.calls.length).toBeLessThanOrEqual(allowed(10));
    expect(comment.body).toContain(`/commit/${commit}`);
  });

  it('stops saying how far it is where little is left, and leaves its result', async () => {
    fake.limit.elsewhere = 905;
    const said: string[] = [];
    fake.before = () => said.push(report());
    const { code, outputs } = await probe(10);
    expect(code).toBe(0);
    expect(said.filter((body) => body.includes('headstart:underway'))).toEqual([]);
    expect(report()).toMatch(/^<!-- headstart:report key=\w+ schema=1 -->\n\n## /u);
    expect(outputs['comment-id']).toBe(String(fake.comments[0].id));
    expect(fake.checkRuns).toMatchObject([{ status: 'completed' }]);
  });

  it.each([403, 429] as const)('loses no report where GitHub takes nothing more (%d)', async (status) => {
    fake.limit.status = status;
    // The command is heard, and then other runs have used up what is left.
    fake.before = (operation) => {
      if (operation === 'checks/create') fake.limit.elsewhere = 1000;
    };
    const { code, log, summary, outputs } = await probe(1);
    expect(code).toBe(0);
    expect(log).toMatch(/::warning::Could not post the comment: GitHub’s rate limit is used up/u);
    expect(log).not.toContain('::error');
    expect(summary).toContain('### Learning curves');
    expect(outputs['family']).not.toBe('');
    expect(workspace.read('headstart-report/report.md')).toContain('### Learning curves');
    expect(fake.comments).toEqual([]);
  });
});

/** GitHub's own example of a comment's event, on pull request 7. */
function example(action: 'created' | 'edited'): Record<string, object> {
  const stored = createRequire(import.meta.url)('@octokit/webhooks-examples') as {
    name: string;
    examples: Record<string, object>[];
  }[];
  const { examples } = stored.find(({ name }) => name === 'issue_comment')!;
  const payload = structuredClone(examples.find((one) => (one['action'] as unknown) === action)!);
  return { ...payload, issue: { ...payload['issue'], number: 7, pull_request: { url: '' } } };
}

function command(): unknown {
  const payload = example('created');
  const user = { login: 'octocat', type: 'User' };
  return { ...payload, comment: { ...payload['comment'], id: 5, body: '/headstart probe', user } };
}

function tick(comment: FakeGitHub['comments'][number], line: string): unknown {
  const before = comment.body;
  comment.body = before.replace(line, line.replace('[ ]', '[x]'));
  return {
    ...example('edited'),
    comment: { ...comment, user: { login: 'github-actions[bot]', type: 'Bot' } },
    changes: { body: { from: before } },
    sender: { login: 'octocat', type: 'User' },
  };
}
