import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createRequire } from 'node:module';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Report } from '../../src/report/types.js';
import { FakeGitHub } from '../fixtures/github/fake.js';
import { type Finished, type Step, Workspace } from './workspace.js';

/** A pull request beside its base: what it changes, what is quiet, and what a verdict is compared with. */

const workspace = new Workspace();
const entry = 'build/action.js';
let fake: FakeGitHub;
let base: string;
let relabelled: string;
let elsewhere: string;

beforeAll(() => {
  workspace.writeImages('data', ['low', 'mid', 'top'], 30);
  workspace.write('data/dataset.yaml', 'schema: headstart/v1\nname: bars\nimage: { size: 32 }\n');
  workspace.write('.github/workflows/headstart.yml', 'name: headstart\n');
  base = workspace.commit();
  workspace.write('README.md', 'Nothing about data.\n');
  elsewhere = workspace.commit();
  for (const image of [3, 4]) workspace.move(`data/low/${image}.png`, `data/mid/new-${image}.png`);
  rmSync(join(workspace.folder, 'data/top/7.png'));
  relabelled = workspace.commit();
});
afterAll(() => workspace.remove());
beforeEach(async () => {
  fake = await FakeGitHub.start();
  fake.branches.set('main', base);
});
afterEach(async () => {
  await fake.stop();
  expect(fake.violations).toEqual([]);
});

function pullRequest(head: string): Promise<Finished> {
  fake.headSha = head;
  workspace.checkOutMerge(base, head);
  return run({ eventName: 'pull_request', event: pullRequestEvent(head) });
}

function run(step: Partial<Step>): Promise<Finished> {
  return workspace.run(entry, {
    apiUrl: fake.url,
    eventName: 'pull_request',
    event: {},
    ...step,
    inputs: {
      path: 'data',
      budget: '8s',
      engine: 'wasm',
      workers: '1',
      'github-token': 't',
      ...step.inputs,
    },
    environment: {
      GITHUB_WORKFLOW_REF: 'octo-org/shapes/.github/workflows/headstart.yml@refs/heads/main',
      ...step.environment,
    },
  });
}

const step = (): unknown => JSON.parse(workspace.read('headstart-report/step.json'));
const report = (): Report => JSON.parse(workspace.read('headstart-report/report.json')) as Report;

describe('a pull request that does not touch the data', () => {
  it('is left alone: no training, no comment, a check run that says so', async () => {
    const { code, summary } = await pullRequest(elsewhere);
    expect(code).toBe(0);
    expect(fake.comments).toEqual([]);
    expect(report()).toMatchObject({ status: 'unchanged', receipt: null, change: { added: 0, removed: 0 } });
    expect(fake.checkRuns).toMatchObject([
      {
        head_sha: elsewhere,
        status: 'completed',
        conclusion: 'success',
        name: 'Headstart (data)',
        output: { title: 'The data did not change' },
      },
    ]);
    expect(summary).toContain('The data did not change');
  });

  it('shrinks a comment that is there to a line, with the base’s verdict', async () => {
    const measured = await pullRequest(relabelled);
    expect(measured.outputs['comment-id']).toBe(String(fake.comments[0].id));
    workspace.checkOutMerge(base, base);
    const push = { before: '0'.repeat(40) };
    await run({ eventName: 'push', event: push, environment: { GITHUB_SHA: base } });
    expect(fake.checkRuns.at(-1)).toMatchObject({
      head_sha: base,
      output: { text: expect.stringContaining('headstart:digest') },
    });

    await pullRequest(elsewhere);
    expect(fake.comments).toHaveLength(1);
    const lines = fake.comments[0].body.trim().split('\n');
    expect(lines.filter((line) => line !== '' && !line.startsWith('<!--'))).toEqual([
      expect.stringMatching(
        /^⚪ \*\*Headstart\*\* \(`bars`\): this pull request does not change the data\. .*base still holds: \*/u,
      ),
    ]);
  });
});

describe('a pull request that changes the data', () => {
  it('is told what it changes, beside the verdict that the base’s check run keeps', async () => {
    workspace.checkOutMerge(base, base);
    const event = { before: '0'.repeat(40) };
    await run({ eventName: 'push', event, environment: { GITHUB_SHA: base } });
    expect(report().status).toBe('complete');
    const { log } = await pullRequest(relabelled);
    expect(log).not.toContain('not compared');
    const { change, baseline } = report();
    expect(change).toMatchObject({
      base,
      before: 90,
      now: 89,
      added: 0,
      removed: 1,
      relabelled: [{ from: 'low', to: 'mid', count: 2 }],
    });
    expect(baseline).toMatchObject({ from: 'check run', sameConditions: true });
    expect(fake.comments[0].body).toContain('Since the base: 1 removed, 2 relabeled (`low` → `mid` 2).');
    expect(fake.comments[0].body).toMatch(/verdict changed|verdict for the base is the same/u);
  });

  it('measures a base of which nothing is known, within the budget', async () => {
    fake.headSha = relabelled;
    workspace.checkOutMerge(base, relabelled);
    const { log } = await run({ event: pullRequestEvent(relabelled), inputs: { budget: '60s' } });
    expect(log).toContain('nothing is known of the base, so it is measured first');
    expect(report().baseline).toMatchObject({ from: 'this run' });
    const left = report().receipt?.settings['budgetSeconds'];
    expect(Number.isInteger(left)).toBe(true);
    // The base may take 40 % of it, and is charged for what it took.
    expect(left).toBeGreaterThanOrEqual(36);
    expect(left).toBeLessThan(60);
  }, 120_000);

  it('is measured without a comparison when the base cannot be had', async () => {
    fake.headSha = relabelled;
    workspace.checkOutMerge(base, relabelled);
    rmSync(join(workspace.runner, 'remote'), { recursive: true });
    const { code, log } = await run({ event: pullRequestEvent(relabelled) });
    expect(code).toBe(0);
    expect(log).toContain('The datasets are not compared with the base:');
    expect(report().change).toBeUndefined();
    expect(fake.comments).toHaveLength(1);
  });

  it('keeps names of files out of what is posted when only counts are wanted', async () => {
    workspace.checkOutMerge(base, relabelled);
    fake.headSha = relabelled;
    workspace.write('data/mid/broken-name.png', 'no image');
    const { summary } = await run({ event: pullRequestEvent(relabelled), inputs: { details: 'counts' } });
    expect(JSON.stringify(report())).toContain('broken-name');
    for (const text of [summary, fake.comments[0].body, JSON.stringify(fake.checkRuns)]) {
      expect(text).not.toContain('broken-name');
      expect(text).toContain('1 file of 90 cannot be used');
    }
    expect(step()).toEqual({
      schema: 'headstart/step/v1',
      details: 'counts',
      backbone: 'embedded',
      causes: [],
    });
  });

  it('keeps them out of what is said of a dataset that cannot be read, too', async () => {
    workspace.checkOutMerge(base, relabelled);
    workspace.write('data/dataset.yaml', 'schema: headstart/v1\npatient-smith: 1\n');
    const inputs = { details: 'counts' };
    const { code, log, summary } = await run({ event: pullRequestEvent(relabelled), inputs });
    expect(code).toBe(2);
    expect(log).toContain('patient-smith');
    const annotations = log.split('\n').filter((line) => line.startsWith('::'));
    for (const text of [summary, annotations.join('\n'), JSON.stringify(fake.checkRuns)]) {
      expect(text).not.toMatch(/patient-smith|dataset\.yaml/u);
    }
    expect(fake.checkRuns).toMatchObject([{ conclusion: 'failure', annotations: [] }]);
    expect(step()).toMatchObject({ details: 'counts', causes: null });
  });

  it('keeps what fail-on decided for whoever posts the reports', async () => {
    workspace.checkOutMerge(base, relabelled);
    workspace.write('data/mid/broken-name.png', 'no image');
    const inputs = { 'fail-on': 'unreadable', comment: 'off' };
    const { code } = await run({ event: pullRequestEvent(relabelled), inputs });
    expect(code).toBe(1);
    expect(step()).toMatchObject({ details: 'full', causes: [expect.stringContaining('unreadable')] });
    expect(fake.checkRuns).toMatchObject([{ conclusion: 'failure' }]);
  });
});

describe('a run in a central repository', () => {
  it('compares with the repository that is measured', async () => {
    workspace.checkOutMerge(relabelled, relabelled);
    const { code, log } = await run({
      eventName: 'workflow_dispatch',
      inputs: { base, 'check-run': 'false' },
      environment: {
        GITHUB_REPOSITORY: 'octo-org/central',
        GITHUB_WORKFLOW_REF: 'octo-org/central/.github/workflows/headstart.yml@refs/heads/main',
        GITHUB_SHA: 'c'.repeat(40),
      },
    });
    expect(log).not.toContain('not compared');
    expect(code).toBe(0);
    expect(report().change).toMatchObject({ base, before: 90, now: 89, removed: 1 });
    const asked = fake.calls.map(({ path }) => path).filter((path) => path.startsWith('/repos/'));
    expect(asked.filter((path) => path.startsWith('/repos/octo-org/central'))).toEqual([]);
  });
});

function pullRequestEvent(head: string): unknown {
  const stored = createRequire(import.meta.url)('@octokit/webhooks-examples') as {
    name: string;
    examples: { action?: string; pull_request: { number: number; head: object; base: object } }[];
  }[];
  const payload = structuredClone(
    stored.find(({ name }) => name === 'pull_request')!.examples.find(({ action }) => action === 'opened')!,
  );
  payload.pull_request.number = 7;
  Object.assign(payload.pull_request.head, { sha: head });
  Object.assign(payload.pull_request.base, { sha: base });
  return payload;
}
