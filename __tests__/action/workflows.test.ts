import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { read, workflowsIn } from '../docs/sources.js';
import { ours, workflowIn } from '../docs/workflow.js';
import { aRun } from '../fixtures/github/actions.js';
import { FakeGitHub } from '../fixtures/github/fake.js';
import { aPull } from '../fixtures/github/repository.js';
import { zipOf } from '../fixtures/zip.js';
import { exampleWorkflow, givenInputs } from './example-workflow.js';
import { entries, type Finished, fromRoot, Workspace } from './workspace.js';

/** Every workflow that is made to be copied, run as GitHub would: with its own inputs, on its own events. */

/** What triggers a workflow here; or the test that runs it instead. */
const exercises: Record<string, { events: string[] } | { test: string }> = {
  'headstart.yml': { events: ['pull_request'] },
  'headstart-app.yml': { events: ['workflow_dispatch'] },
  'headstart-bot.yml': { events: ['issue_comment'] },
  'headstart-matrix.yml': { test: '__tests__/action/scale-out.test.ts' },
  'headstart-comment.yml': { events: ['workflow_run'] },
  'headstart-push.yml': { events: ['push', 'schedule', 'workflow_dispatch', 'merge_group'] },
  // It has no event of its own: the caller's is there.
  'headstart-reusable.yml': { events: ['pull_request'] },
};

const token = 'ghs_a_secret_of_the_tests';
const fork = { id: 77, full_name: 'somebody/shapes', fork: true };
const workspace = new Workspace();
let fake: FakeGitHub;
let commit: string;
let base: string;

beforeAll(() => {
  workspace.writeImages('data', ['left', 'right'], 19);
  workspace.write('data/dataset.yaml', 'schema: headstart/v1\nimage: { size: 32 }\n');
  base = workspace.commit();
  workspace.writeImages('data', ['left', 'right'], 20);
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

describe('examples/workflows', () => {
  const files = workflowsIn('examples/workflows').map((path) => basename(path));

  it.each(files)('%s is exercised, on every event that it names', (file) => {
    const exercise = exercises[file];
    expect(exercise).toBeDefined();
    if ('test' in exercise) {
      expect(read(exercise.test)).toContain(file);
      return;
    }
    const named = Object.keys(exampleWorkflow(file).on);
    expect(exercise.events).toEqual(named[0] === 'workflow_call' ? ['pull_request'] : named);
  });

  it('are all that is exercised', () => {
    expect(Object.keys(exercises).filter((file) => !files.includes(file))).toEqual([]);
  });
});

/** The step of a workflow; measuring takes seconds here rather than minutes. */
async function run(
  entry: string,
  file: string,
  eventName: string,
  event: unknown,
  called: Record<string, string> = {},
): Promise<Finished> {
  const workflow = exampleWorkflow(file);
  const context = { runner: { temp: workspace.runner }, github: { token }, inputs: called };
  const inputs = givenInputs(workflow.with, context);
  if (inputs['mode'] === 'probe') {
    expect(inputs['budget']).toMatch(/^\d+m$/u);
    inputs['budget'] = '10s';
  }
  return workspace.run(entry, {
    apiUrl: fake.url,
    eventName,
    event,
    inputs,
    workflow: called['caller'] ?? workflow.name,
  });
}

function reportFile(): string {
  return readFileSync(join(workspace.runner, 'headstart-report/report.json'), 'utf8');
}

// What measures for seconds is run with what users run.
const bundle = entries[entries.length - 1];
describe(`with ${bundle}`, () => {
  it('headstart.yml measures a pull request and comments on it', async () => {
    const { code, summary, outputs } = await run(bundle, 'headstart.yml', 'pull_request', pullRequest());
    expect(code).toBe(0);
    expect(summary).toContain('### Learning curves');
    expect(outputs['report-json']).toBe(join(workspace.runner, 'headstart-report/report.json'));
    expect(fake.comments).toHaveLength(1);
    expect(fake.comments[0].body).toContain(`/commit/${commit}`);
  });

  it('headstart-bot.yml measures at a command', async () => {
    const { code, outputs } = await run(
      bundle,
      'headstart-bot.yml',
      'issue_comment',
      command('/headstart probe budget=10s'),
    );
    expect(code).toBe(0);
    expect(fake.reactions.map(({ content }) => content)).toEqual(['eyes', 'rocket']);
    expect(fake.comments.map(({ id }) => String(id))).toEqual([outputs['comment-id']]);
  });

  it('headstart-bot.yml answers a stranger before anything is checked out, once and politely', async () => {
    const empty = new Workspace();
    const { steps } = workflowIn('examples/workflows/headstart-bot.yml').jobs['permission'];
    const { with: written = {}, if: condition } = ours(steps)[0];
    expect([written, condition]).toEqual([{}, "steps.ask.outputs.may-write != 'true'"]);
    fake.permissions = { octocat: 'read' };
    for (const line of ['/headstart probe', '/headstart explain']) {
      const inputs = givenInputs({}, { github: { token } });
      const event = command(line);
      const { code } = await empty.run(bundle, {
        apiUrl: fake.url,
        eventName: 'issue_comment',
        event,
        inputs,
      });
      expect(code).toBe(0);
    }
    empty.remove();
    expect(fake.comments.map(({ body }) => body)).toEqual([expect.stringContaining('Thank you for asking')]);
    expect([fake.checkRuns, fake.reactions]).toEqual([[], []]);
  });

  it('headstart-app.yml measures what the app dispatches, beside the base that it names, and posts nothing', async () => {
    const called = {
      ...{ repository: 'octo-org/shapes', 'pull-request': '7', 'head-sha': commit, 'base-sha': base },
      ...{ request: 'r1', budget: '', strategies: 'frozen,scratch', engine: '', backbone: '' },
    };
    const event = example('workflow_dispatch');
    const { code } = await run(bundle, 'headstart-app.yml', 'workflow_dispatch', event, called);
    expect(code).toBe(0);
    const report = JSON.parse(reportFile()) as { status: string; change: object };
    expect(report).toMatchObject({ status: 'complete', change: { base, before: 38, now: 40 } });
    expect([fake.comments, fake.checkRuns]).toEqual([[], []]);
    const line = readFileSync(join(workspace.runner, 'headstart-report/verdicts.jsonl'), 'utf8');
    expect(JSON.parse(line)).toMatchObject({ commit, family: expect.any(String) });
  });

  it('headstart-reusable.yml measures with the inputs of its caller', async () => {
    const defaults = reusableDefaults();
    expect(defaults).toMatchObject({ budget: '5m', comment: 'sticky', artifact: 'headstart-report' });
    const { code } = await run(bundle, 'headstart-reusable.yml', 'pull_request', pullRequest(), {
      ...defaults,
      path: 'data',
      strategies: 'frozen',
      caller: 'Headstart',
    });
    expect(code).toBe(0);
    expect(fake.comments).toHaveLength(1);
    const { strategies } = JSON.parse(reportFile()) as { strategies: { name: string }[] };
    expect(strategies.map(({ name }) => name)).toEqual(['frozen']);
  });

  it.each(['push', 'schedule', 'workflow_dispatch', 'merge_group'])(
    'headstart-push.yml measures on %s, and comments nowhere',
    async (eventName) => {
      const event = eventName === 'schedule' ? { schedule: '17 3 * * 1' } : example(eventName);
      const { code, summary, outputs } = await run(bundle, 'headstart-push.yml', eventName, event);
      expect(code).toBe(0);
      expect(summary).toContain('### Learning curves');
      expect(outputs['family']).not.toBe('');
      expect(fake.comments).toEqual([]);
    },
  );
});

describe.each(entries)('%s', (entry) => {
  const knows = knowsMode(entry, 'comment');
  const unless = knows ? '' : ' (not run: this bundle was built before `mode: comment`)';
  (knows ? describe : describe.skip)(`a fork${unless}`, () => {
    it('gets the comment that a direct run would have written, by the second workflow', async () => {
      // What a run in the repository itself writes.
      expect((await run(entry, 'headstart.yml', 'pull_request', pullRequest())).code).toBe(0);
      const [{ body: direct }] = fake.comments.splice(0);
      const [{ name, external_id: key }] = fake.checkRuns.splice(0);

      // The fork's may not write, and says who does.
      fake.pulls[0] = aPull({
        head: { sha: commit, ref: 'more-shapes', label: 'somebody:more-shapes', repo: fork },
      });
      fake.files.set(
        '.github/workflows/headstart-comment.yml',
        read('examples/workflows/headstart-comment.yml'),
      );
      const readsOnly = { status: 403, message: 'Resource not accessible by integration' };
      for (const operation of ['issues/create-comment', 'checks/create'])
        fake.faults.set(operation, { ...readsOnly });
      const first = await run(entry, 'headstart.yml', 'pull_request', pullRequest(fork.id));
      expect(first.code).toBe(0);
      expect(first.log).toContain('this run posts nothing');
      expect(first.log).toContain('The second workflow, on the default branch');
      expect(first.log).not.toContain('::warning::');
      expect(first.summary).toContain('⏳ **Headstart has measured.**');
      expect(fake.comments).toEqual([]);

      // The second one may.
      fake.faults.clear();
      leave(reportFile());
      const second = await run(entry, 'headstart-comment.yml', 'workflow_run', firstRun());
      expect(second.code).toBe(0);
      expect(fake.comments).toHaveLength(1);
      expect(fake.checkRuns).toMatchObject([
        { name, external_id: key, head_sha: commit, status: 'completed' },
      ]);
      expect(fake.checkRuns[0].output.summary).toContain(
        '[The run](https://github.com/octo-org/shapes/actions/runs/42)',
      );
      // Nothing that a later run would take for a verdict of the repository's own.
      expect(fake.checkRuns[0].output.text ?? '').toBe('');
      const [{ body, id }] = fake.comments;
      expect(second.outputs).toMatchObject({ 'comment-id': String(id), 'report-json': '' });
      expect(body.split('\n')[0]).toBe(direct.split('\n')[0]);
      expect(body).toContain('](https://github.com/octo-org/shapes/actions/runs/42)');
      expect(body).toContain(`/commit/${commit}`);
      expect(second.summary).toContain('### Learning curves');
      expect(second.log.replace(`::add-mask::${token}`, '')).not.toContain(token);
    }, 120_000);

    it('changes nothing where the first run has posted itself', async () => {
      await run(entry, 'headstart.yml', 'pull_request', pullRequest());
      const before = structuredClone(fake.comments);
      leave(reportFile());
      const second = await run(entry, 'headstart-comment.yml', 'workflow_run', firstRun(1, 'octo-org'));
      expect(second.log).toContain('comment unchanged');
      expect(fake.comments).toEqual(before);
    });

    it.each<[string, () => void, RegExp]>([
      ['the head has moved on', () => (fake.headSha = 'b'.repeat(40)), /newer commit/u],
      ['the pull request is closed', () => (fake.pulls[0].state = 'closed'), /No open pull request/u],
      ['there is no artifact', () => fake.artifacts.splice(0), /left no artifact/u],
    ])('posts nothing when %s, and fails nothing', async (_, change, reason) => {
      fake.pulls[0] = aPull({ head: { sha: commit, label: 'somebody:more-shapes', repo: fork } });
      leave('{}');
      change();
      const { code, log } = await run(entry, 'headstart-comment.yml', 'workflow_run', firstRun());
      expect(code).toBe(0);
      expect(log).toMatch(reason);
      expect(fake.comments).toEqual([]);
    });

    it.each<[string, string]>([
      ['no report', '{"html":"<script>"}'],
      ['what the log could take for a command', '{"::error::x\\n::set-output name=a::b":1}'],
    ])('posts nothing of an artifact that holds %s, and turns nothing red', async (_, report) => {
      fake.pulls[0] = aPull({ head: { sha: commit, label: 'somebody:more-shapes', repo: fork } });
      leave(report);
      const { code, log, summary } = await run(entry, 'headstart-comment.yml', 'workflow_run', firstRun());
      expect(code).toBe(0);
      expect(log).toMatch(/::warning::artifact: report\.json .*report/u);
      expect(log.split('\n').filter((line) => /^::(?!add-mask|warning::artifact)/u.test(line))).toEqual([]);
      expect(summary).toContain('**Headstart posted nothing.**');
      expect(fake.comments).toEqual([]);
    });

    it('says which permission is missing when GitHub refuses', async () => {
      fake.pulls[0] = aPull({ head: { sha: commit, label: 'somebody:more-shapes', repo: fork } });
      fake.faults.set('actions/list-workflow-run-artifacts', { status: 403 });
      const { code, log } = await run(entry, 'headstart-comment.yml', 'workflow_run', firstRun());
      expect(code).toBe(1);
      expect(log).toContain('actions: read');
    });

    it('is told when the second workflow is missing', async () => {
      fake.faults.set('issues/create-comment', { status: 403 });
      const missing = await run(entry, 'headstart.yml', 'pull_request', pullRequest(fork.id));

      expect(missing.log).toMatch(
        /::warning::The result is not posted: .* examples\/workflows\/headstart-comment\.yml/u,
      );
      expect(missing.summary).toContain('🟡 **Headstart has measured.** The result is not posted');
    });
  });
});

interface WebhookExamples {
  name: string;
  examples: Record<string, unknown>[];
}

/** GitHub's own example of an event. */
function example(name: string, actions: readonly unknown[] = []): Record<string, unknown> {
  const stored = createRequire(import.meta.url)('@octokit/webhooks-examples') as WebhookExamples[];
  const found = stored.find((webhook) => webhook.name === name)!.examples;
  const fitting = found.find(({ action }) => actions.length === 0 || actions.includes(action));
  return structuredClone(fitting!);
}

/** Pull request 7; of a fork where the repository of its head is given. */
function pullRequest(headRepository?: number): unknown {
  const payload = example('pull_request', ['opened']) as {
    pull_request: { number: number; head: { sha: string; repo: { id: number } } };
  };
  payload.pull_request.number = 7;
  payload.pull_request.head.sha = commit;
  if (headRepository !== undefined) payload.pull_request.head.repo.id = headRepository;
  return payload;
}

function command(body: string): unknown {
  const payload = example('issue_comment', ['created']);
  return {
    ...payload,
    issue: { ...(payload['issue'] as object), number: 7, pull_request: { url: '' } },
    comment: { ...(payload['comment'] as object), id: 5, body, user: { login: 'octocat', type: 'User' } },
  };
}

/** The end of run 42 of headstart.yml, whose artifacts the fake has. */
function firstRun(repositoryId = fork.id, owner = 'somebody'): unknown {
  const payload = example('workflow_run', ['completed']) as { workflow_run: object };
  Object.assign(payload.workflow_run, {
    ...aRun({ id: 42, name: exampleWorkflow('headstart.yml').name, head_sha: commit }),
    head_repository: { id: repositoryId, owner: { login: owner } },
    pull_requests: [],
  });
  return payload;
}

/** The artifact that the first workflow uploads, with everything that stands beside the report. */
function leave(report: string): void {
  const archive = zipOf([
    { name: 'report.json', content: report },
    { name: 'report.md', content: '# never posted' },
  ]);
  fake.artifacts.push({
    id: 9,
    name: 'headstart-report',
    runId: 42,
    archive,
    expired: false,
    created_at: '2026-01-01T00:00:00Z',
  });
}

function reusableDefaults(): Record<string, string> {
  const { on } = exampleWorkflow('headstart-reusable.yml') as unknown as {
    on: { workflow_call: { inputs: Record<string, { default?: string }> } };
  };
  const inputs = Object.entries(on.workflow_call.inputs);
  return Object.fromEntries(inputs.map(([name, input]) => [name, input.default ?? '']));
}

/** An entry that is asked for a mode that there is not names those that there are. */
function knowsMode(entry: string, mode: string): boolean {
  const { stdout } = spawnSync(process.execPath, [fromRoot(entry)], {
    env: { PATH: process.env['PATH'], INPUT_MODE: 'none', INPUT_PATH: 'nowhere' },
    encoding: 'utf8',
    timeout: 20_000,
  });
  return new RegExp(`There is no mode "none"\\. Take one of [^.]*\\b${mode}\\b`, 'u').test(stdout);
}
