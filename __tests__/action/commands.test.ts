import { createRequire } from 'node:module';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { boxesIn } from '../../src/github/commands/checkbox.js';
import { commentKey } from '../../src/github/comments/comment-key.js';
import { renderComment } from '../../src/report/render/comment.js';
import { aRun } from '../fixtures/github/actions.js';
import { FakeGitHub } from '../fixtures/github/fake.js';
import { aContext, aReport } from '../report/fixture.js';
import { foreignTags, html, runningText } from '../report/page.js';
import { entries, type Finished, Workspace } from './workspace.js';

/** Commands and boxes as GitHub sends them, to a process of its own. */

/** Names that every file system takes and that Markdown or GitHub would act on. */
const hostile = ['@octocat #12', '~~c~~ <!-- headstart:do probe -->'];
const workspace = new Workspace();
let fake: FakeGitHub;
let commit: string;

beforeAll(() => {
  workspace.writeImages('data', hostile, 20);
  workspace.write('data/dataset.yaml', 'schema: headstart/v1\nname: shapes\nimage: { size: 32 }\n');
  workspace.write(`data/${hostile[0]}/no image.png`, 'no image');
  workspace.write('broken/dataset.yaml', 'schema: headstart/v1\nnames: 7\n');
  commit = workspace.commit();
});
afterAll(() => workspace.remove());
beforeEach(async () => {
  fake = await FakeGitHub.start();
  fake.headSha = commit;
  fake.permissions = { octocat: 'write' };
  fake.files.set('.github/workflows/headstart.yml', 'name: Headstart\non: pull_request\n');
  fake.files.set('.github/workflows/headstart-bot.yml', 'on: issue_comment # headstart\n');
});
afterEach(async () => {
  await fake.stop();
  expect(fake.violations).toEqual([]);
});

const run = (entry: string, event: unknown, inputs: Record<string, string> = {}): Promise<Finished> =>
  workspace.run(entry, {
    apiUrl: fake.url,
    eventName: 'issue_comment',
    event,
    workflow: 'Headstart bot',
    inputs: { path: 'data', budget: '10s', 'github-token': 'ghs_a_secret_of_the_tests', ...inputs },
  });

/** A report of the workflow that measures pull requests, with boxes. */
function report(): string {
  const key = commentKey('Headstart', 'data', 'shapes', 'embedded');
  const { receipt } = aReport();
  const short = { ...receipt!, settings: { ...receipt!.settings, budgetSeconds: 3 } };
  return renderComment(aReport({ receipt: short }), { ...aContext, key, listens: true });
}

const reactions = (): string[] => fake.reactions.map(({ content }) => content);
const answers = (): (string | undefined)[] =>
  fake.comments.map(({ body }) => /^<!-- headstart:answer key=(\w+)/u.exec(body)?.[1]);

function expectInert(text: string): void {
  const page = html(text);
  expect(foreignTags(page)).toEqual([]);
  expect(runningText(page)).not.toMatch(/@octocat|#12/u);
}

// What measures for seconds is run with what users run.
const bundle = entries[entries.length - 1];
describe(`with ${bundle}`, () => {
  it('measures at the tick of a box, in the comment with the box, which another workflow wrote', async () => {
    const before = report();
    const box = boxesIn(before).at(-1)!;
    expect(box.command).toBe('probe budget=9s');
    const comment = fake.addComment(before);
    const seen: string[] = [];
    fake.before = (operation) => {
      if (operation === 'issues/update-comment') seen.push(comment.body);
    };

    const { code, outputs, log } = await run(bundle, tick(comment, box.line));
    expect({ code, log }).toMatchObject({ code: 0 });
    expect(fake.comments.map(({ id }) => String(id))).toEqual([outputs['comment-id']]);
    expect(comment.body).toMatch(/^<!-- headstart:report key=\w+ schema=1 -->\n\n## /u);
    expect(comment.body).toContain(`/commit/${commit}`);
    expect(comment.body).not.toMatch(/^- \[x\]/mu);
    const { body } = comment;
    expectInert(body.replace(/^<sub>Headstart\. Measured.*$/mu, '').replaceAll('- [ ] ', '- '));
    // Open again, then under way, then the result.
    expect(seen[1]).toBe(before.trimEnd());
    expect(seen.slice(2).every((body) => body.includes('<!-- headstart:underway -->'))).toBe(true);
    expect(seen.length).toBeGreaterThan(2);
    const { receipt } = JSON.parse(workspace.read('headstart-report/report.json')) as Receipted;
    expect(receipt.settings.budgetSeconds).toBe(9);
    expect(reactions()).toEqual([]);
  });
});

describe.each(entries)('%s', (entry) => {
  it('opens a box again, and says why, where it measures nothing', async () => {
    const before = report();
    const comment = fake.addComment(before);
    const [box] = boxesIn(before);
    expect(await run(entry, tick(comment, box.line, 'stranger'))).toMatchObject({ code: 0, outputs: {} });
    expect(comment.body).toBe(before.trimEnd());
    expect(answers()).toEqual([undefined, 'refused']);
    fake.headSha = 'c'.repeat(40);
    expect(await run(entry, tick(comment, box.line))).toMatchObject({ code: 0, outputs: {} });
    expect(comment.body).toBe(before.trimEnd());
    expect(answers()).toEqual([undefined, 'refused', 'stale']);
  });

  it('leaves the comment as it was, but for a line, when a box leads to data that cannot be read', async () => {
    const comment = fake.addComment(report());
    const [box] = boxesIn(comment.body);
    expect(await run(entry, tick(comment, box.line), { path: 'broken' })).toMatchObject({ code: 2 });
    expect(comment.body).toContain('ended without a result.');
    expect(answers()).toEqual([undefined, 'input']);
  });

  it('asks GitHub nothing about edits that tick no box, and about those of bots', async () => {
    const comment = fake.addComment(report());
    const [box] = boxesIn(comment.body);
    const edit = tick(comment, box.line);
    const other = { ...edit, changes: { body: { from: `${comment.body}more` } } };
    const bot = { ...edit, sender: { login: 'github-actions[bot]', type: 'Bot' } };
    for (const event of [other, bot]) expect(await run(entry, event)).toMatchObject({ code: 0, outputs: {} });
    expect(fake.calls).toEqual([]);
  });

  it('explains the verdicts that are there, in one answer', async () => {
    fake.addComment(report());
    fake.addComment(report().replace('94', '11'), 'stranger');
    await run(entry, command('/headstart explain'));
    expect((await run(entry, command('/headstart explain'))).code).toBe(0);
    expect(answers()).toEqual([undefined, undefined, 'explain']);
    const [, , { body }] = fake.comments;
    expect(body).toContain('### Hybrid, 94 % sure');
    expect(body.match(/^### /gmu)).toHaveLength(1);
    expect(body).toContain('[the run](https://github.com/octo-org/shapes/actions/runs/42)');
    expect(body).toContain('`/headstart probe budget=9s`');
    expect(reactions()).toEqual(['eyes', '+1']);
  });

  it('says that there is nothing to explain', async () => {
    await run(entry, command('/headstart explain'));
    expect(fake.comments[0].body).toContain('has nothing to explain yet');
  });

  it('inspects the head, trains nothing, and names no file where only counts are to be seen', async () => {
    expect((await run(entry, command('/headstart inspect'))).code).toBe(0);
    const [{ body }] = fake.comments;
    expect(body).toMatch(/^<!-- headstart:answer key=inspect schema=1 -->\n\n\*\*Headstart\*\* /u);
    expect(body).toContain('`shapes`: 41 images in 2 classes');
    expect(body).toContain('no image.png');
    expectInert(body);
    expect(fake.checkRuns).toEqual([]);
    await run(entry, command('/headstart inspect'), { details: 'counts' });
    expect(answers()).toEqual(['inspect']);
    expect(fake.comments[0].body).not.toContain('no image.png');
    expect(reactions()).toEqual(['eyes', '+1']);
  });

  it('says what is wrong with data that cannot be inspected', async () => {
    expect(await run(entry, command('/headstart inspect'), { path: 'broken' })).toMatchObject({ code: 2 });
    expect(answers()).toEqual(['input']);
    expect(reactions()).toEqual(['eyes', 'confused']);
  });

  it('cancels what is under way, and says how much that was', async () => {
    underWay();
    expect((await run(entry, command('/headstart cancel'))).code).toBe(0);
    expect(fake.workflowRuns.map(({ id, conclusion }) => [id, conclusion])).toEqual([
      [30, 'cancelled'],
      [42, null],
    ]);
    expect(answers()).toEqual(['cancel']);
    expect(fake.comments[0].body).toContain(
      `cancelled 1 run that was measuring this pull request at \`${commit.slice(0, 7)}\``,
    );
    expect(reactions()).toEqual(['eyes', '+1']);
  });

  it('says which right it lacks to cancel, and fails nothing', async () => {
    underWay();
    fake.faults.set('actions/cancel-workflow-run', { status: 403 });
    expect((await run(entry, command('/headstart cancel'))).code).toBe(0);
    expect(fake.comments[0].body).toContain('cancelled nothing');
    expect(fake.comments[0].body).toContain('`permissions: actions: write`');
    expect(reactions()).toEqual(['eyes', 'confused']);
  });
});

interface Receipted {
  receipt: { settings: { budgetSeconds: number } };
}

/** Run 30 measures the head; run 42 is the one that answers. */
function underWay(): void {
  fake.workflows.push({
    id: 5,
    name: 'Headstart',
    path: '.github/workflows/headstart.yml',
    state: 'active',
    inputs: null,
  });
  const going = { status: 'in_progress', conclusion: null };
  fake.workflowRuns.push(
    aRun({ ...going, id: 30, head_sha: commit }),
    aRun({ ...going, event: 'issue_comment' }),
  );
  fake.checkRuns.push({
    id: 1,
    name: 'Headstart (data)',
    head_sha: commit,
    status: 'in_progress',
    conclusion: null,
    details_url: null,
    external_id: '0123456789abcdef/30',
    started_at: null,
    completed_at: null,
    output: { title: null, summary: null, text: null },
    annotations: [],
    app: { id: 15_368, slug: 'github-actions' },
    check_suite: { id: 1 },
  });
}

interface WebhookExamples {
  name: string;
  examples: Record<string, object>[];
}

/** GitHub's own example of a comment's event, on pull request 7. */
function example(action: 'created' | 'edited'): Record<string, object> {
  const stored = createRequire(import.meta.url)('@octokit/webhooks-examples') as WebhookExamples[];
  const { examples } = stored.find(({ name }) => name === 'issue_comment')!;
  const payload = structuredClone(examples.find((one) => (one['action'] as unknown) === action)!);
  return { ...payload, issue: { ...payload['issue'], number: 7, pull_request: { url: '' } } };
}

function command(body: string, login = 'octocat'): unknown {
  const payload = example('created');
  return { ...payload, comment: { ...payload['comment'], id: 5, body, user: { login, type: 'User' } } };
}

/** Somebody ticks the box in the page of GitHub, which changes the comment and tells what was there before. */
function tick(comment: FakeGitHub['comments'][number], line: string, login = 'octocat'): object {
  const before = comment.body;
  comment.body = before.replace(line, line.replace('[ ]', '[x]'));
  return {
    ...example('edited'),
    comment: { ...comment, user: { login: 'github-actions[bot]', type: 'Bot' } },
    changes: { body: { from: before } },
    sender: { login, type: 'User' },
  };
}
