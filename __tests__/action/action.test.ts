import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { failingWrites } from '../fixtures/failing-writes.js';
import { FakeGitHub } from '../fixtures/github/fake.js';
import { foreignTags, html, runningText } from '../report/page.js';
import { entries, type Step, Workspace } from './workspace.js';

/** The action as GitHub runs it: a process of its own, against an API that checks what it is asked. */

const token = 'ghs_a_secret_of_the_tests';
/** Names that every file system takes and that Markdown or GitHub would act on. */
const hostile = ['@octocat #12', '`$x$` [a](b) &lt;', '~~c~~ ::error::d'];

const workspace = new Workspace();
let fake: FakeGitHub;
let commit: string;

beforeAll(() => {
  workspace.writeImages('data', hostile, 20);
  workspace.write('data/dataset.yaml', 'schema: headstart/v1\nimage: { size: 32 }\n');
  workspace.writeImages('one-class', ['only'], 3);
  workspace.write('broken/dataset.yaml', 'schema: headstart/v1\nnames: 7\n');
  commit = workspace.commit();
});
afterAll(() => workspace.remove());
beforeEach(async () => {
  fake = await FakeGitHub.start();
  fake.headSha = commit;
  fake.permissions = { octocat: 'write' };
});
afterEach(async () => {
  await fake.stop();
  expect(fake.violations).toEqual([]);
});

it('has at least the compiled entry to test', () => {
  expect(entries).toContain('build/action.js');
});

describe.each(entries)('%s', (entry) => {
  const run = (step: Partial<Step>) =>
    workspace.run(entry, {
      apiUrl: fake.url,
      eventName: 'pull_request',
      event: pullRequest(),
      ...step,
      inputs: { path: 'data', budget: '10s', 'github-token': token, ...step.inputs },
    });

  it('posts one comment on a pull request, and edits it in the second run', async () => {
    const first = await run({});
    expect(first.code).toBe(0);
    expect(fake.comments).toHaveLength(1);
    const [comment] = fake.comments;
    expect(comment.body).toMatch(/^<!-- headstart:report key=\w+ schema=1 -->\n\n## (?:🟢|🟡) /u);
    expect(comment.body).toContain(`https://github.com/octo-org/shapes/commit/${commit}`);
    expect(first.summary).toContain('### Learning curves');
    const report = JSON.parse(workspace.read('headstart-report/report.json')) as { verdict: Verdict };
    expect(first.outputs).toEqual({
      recommendation: report.verdict.choice ?? '',
      family: report.verdict.family,
      confidence: String(report.verdict.confidence),
      'expected-regret': report.verdict.gap === null ? '' : String(report.verdict.expectedRegret),
      'report-json': expect.stringMatching(/headstart-report.report\.json$/u),
      'report-markdown': expect.stringMatching(/headstart-report.report\.md$/u),
      verdicts: expect.stringMatching(/headstart-report.verdicts\.jsonl$/u),
      'comment-id': String(comment.id),
      'comment-url': comment.html_url,
    });

    const second = await run({});
    expect(second.code).toBe(0);
    expect(second.outputs['comment-id']).toBe(String(comment.id));
    expect(fake.comments.map(({ id }) => id)).toEqual([comment.id]);

    for (const text of [fake.comments[0].body, second.summary]) {
      const page = html(text.replace(/^<sub>Headstart\. Measured.*$/mu, ''));
      expect(foreignTags(page)).toEqual([]);
      expect(runningText(page)).not.toMatch(/@octocat|#12/u);
    }
    const commands = first.log.split('\n').filter((line) => /^\s*::|##\[/u.test(line));
    expect(commands).toEqual([`::add-mask::${token}`]);
    expect(first.log.replace(`::add-mask::${token}`, '')).not.toContain(token);
  });

  it('loses nothing but the comment without a token', async () => {
    const { code, log, summary, outputs } = await run({ inputs: { 'github-token': '' } });
    expect(code).toBe(0);
    expect(log).toContain('::warning::There is no token, so no comment');
    expect(summary).toContain('### Learning curves');
    expect(outputs['family']).not.toBe('');
    expect(fake.calls).toEqual([]);
  });

  it('explains in the log and in the summary why it posts nothing on pull_request_target', async () => {
    const { code, log, summary, outputs } = await run({ eventName: 'pull_request_target' });
    expect(code).toBe(0);
    expect(log).toMatch(/::warning::The workflow runs on `pull_request_target`.*docs\/forks\.md/u);
    expect(summary).toMatch(/^🟡 The workflow runs on `pull_request_target`/mu);
    expect(summary).toContain('### Learning curves');
    expect(outputs['family']).not.toBe('');
    expect(fake.calls).toEqual([]);
  });

  it('loses nothing but the comment when GitHub forbids it', async () => {
    fake.faults.set('issues/create-comment', { status: 403 });
    const { code, log, summary, outputs } = await run({});
    expect(code).toBe(0);
    expect(log).toMatch(/::warning::Could not post the comment: .*\(403\)/u);
    expect(summary).toContain('### Learning curves');
    expect(outputs).toMatchObject({ 'comment-id': '', 'comment-url': '' });
    expect(workspace.read('headstart-report/report.md')).toContain('### Learning curves');
  });

  it('ends with 2 and the place when an input or the manifest is wrong', async () => {
    const inputs = await run({ inputs: { budget: 'soon', engine: 'cuda' } });
    expect(inputs.code).toBe(2);
    expect(inputs.log).toContain(
      '::error::input budget: The budget "soon" is not a time between 5s and 24h.',
    );
    expect(inputs.log).toContain('::error::input engine: There is no engine "cuda".');
    const manifest = await run({ inputs: { path: 'broken' } });
    expect(manifest.code).toBe(2);
    expect(manifest.log).toMatch(/::error file=broken\/dataset\.yaml,line=2/u);
    expect(fake.comments).toEqual([]);
  });

  it('overwrites no file of the repository', async () => {
    for (const name of ['recipe.json', 'verdicts.jsonl']) {
      workspace.write(`taken/${name}`, '{ "eggs": 3 }');
      const { code, log } = await run({ inputs: { out: 'taken' } });
      expect(code).toBe(2);
      expect(log).toMatch(new RegExp(`::error::taken.${name}: is not a file that Headstart wrote`, 'u'));
      expect(workspace.read(`taken/${name}`)).toBe('{ "eggs": 3 }');
      rmSync(join(workspace.folder, 'taken'), { recursive: true });
    }
    expect(fake.comments).toEqual([]);
  });

  it('posts what it has measured when the disk is full, announces no file, and fails', async () => {
    const environment = failingWrites(/\.partial$/u, 'ENOSPC');
    const { code, log, summary, outputs } = await run({ environment, inputs: { out: 'full', budget: '8s' } });
    expect(code).toBe(1);
    expect(log).toMatch(/::error::full.report\.json: cannot be written \(ENOSPC\): the disk is full/u);
    expect(log).toMatch(/::error::full.verdicts\.jsonl: cannot be written/u);
    expect(outputs).toMatchObject({ 'report-json': '', 'report-markdown': '' });
    expect(outputs).not.toHaveProperty('verdicts');
    expect(summary).toContain('Receipt');
    expect(fake.comments).toHaveLength(1);
  });

  it('measures when somebody with write access commands it', async () => {
    const step = { eventName: 'issue_comment', event: command('/headstart probe budget=8s\nplease') };
    const { code, outputs } = await run(step);
    expect(code).toBe(0);
    expect(fake.reactions).toMatchObject([
      { commentId: 5, content: 'eyes' },
      { commentId: 5, content: 'rocket' },
    ]);
    expect(fake.comments.map(({ id }) => String(id))).toEqual([outputs['comment-id']]);
    expect(fake.comments[0].body).toContain(commit);
    const { receipt } = JSON.parse(workspace.read('headstart-report/report.json')) as Receipted;
    expect(receipt.settings.budgetSeconds).toBe(8);
  });

  it('tells who commanded a probe what is wrong with the data', async () => {
    const step = {
      eventName: 'issue_comment',
      event: command('/headstart probe'),
      inputs: { path: 'broken' },
    };
    expect((await run(step)).code).toBe(2);
    expect(fake.comments[0].body).toMatch(/^<!-- headstart:answer key=input schema=1 -->[^]*dataset\.yaml/u);
  });

  it('measures nothing for other comments, other people and other commits', async () => {
    const started = fake.calls.length;
    expect(await run({ eventName: 'issue_comment', event: command('thanks') })).toMatchObject({
      code: 0,
      outputs: {},
    });
    expect(fake.calls).toHaveLength(started);
    const stranger = command('/headstart probe', 'stranger');
    expect(await run({ eventName: 'issue_comment', event: stranger })).toMatchObject({
      code: 0,
      outputs: {},
    });
    fake.headSha = 'c'.repeat(40);
    const moved = command('/headstart probe');
    expect(await run({ eventName: 'issue_comment', event: moved })).toMatchObject({ code: 0, outputs: {} });
    expect(fake.comments.map(({ body }) => /key=(\w+)/u.exec(body)?.[1])).toEqual(['refused', 'stale']);
  });

  it('leaves a partial report when the job is cancelled, and no comment', async () => {
    const { code, summary } = await run({ inputs: { budget: '60s' }, stopAfter: /so far|trial \d/u });
    expect(code).toBe(1);
    expect(summary).toContain('**Stopped early:**');
    expect(JSON.parse(workspace.read('headstart-report/report.json'))).toMatchObject({ status: 'partial' });
    expect(fake.comments).toEqual([]);
  });
});

interface Verdict {
  choice: string | null;
  family: string;
  confidence: number;
  expectedRegret: number;
  gap: object | null;
}

interface Receipted {
  receipt: { settings: { budgetSeconds: number } };
}

interface WebhookExamples {
  name: string;
  examples: Record<string, unknown>[];
}

/** GitHub's own example payloads, with the head of the workspace in them. */
function example(name: string): Record<string, unknown> {
  const stored = createRequire(import.meta.url)('@octokit/webhooks-examples') as WebhookExamples[];
  const found = stored.find((webhook) => webhook.name === name)!.examples;
  return structuredClone(found.find(({ action }) => action === 'opened' || action === 'created')!);
}

function pullRequest(): unknown {
  const payload = example('pull_request') as { pull_request: { number: number; head: { sha: string } } };
  payload.pull_request.number = 7;
  payload.pull_request.head.sha = commit;
  return payload;
}

function command(body: string, login = 'octocat'): unknown {
  const payload = example('issue_comment');
  return {
    ...payload,
    action: 'created',
    issue: { ...(payload['issue'] as object), number: 7, pull_request: { url: '' } },
    comment: { ...(payload['comment'] as object), id: 5, body, user: { login, type: 'User' } },
  };
}
