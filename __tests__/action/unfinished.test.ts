import { existsSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { commentKey } from '../../src/github/comments/comment-key.js';
import { reportMarker } from '../../src/report/render/comment.js';
import type { Report } from '../../src/report/types.js';
import { FakeGitHub } from '../fixtures/github/fake.js';
import { command, quickStep, reportOf, stepWith } from './quick-step.js';
import { cleanupOf, entries, type Finished, fromRoot, type Step, Workspace } from './workspace.js';

/** What a step leaves on GitHub, also where it is killed: everything but the measuring is as on a runner. */

const workspace = new Workspace();
let fake: FakeGitHub;
let commit: string;

beforeAll(() => {
  workspace.write('data/README.md', 'images');
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

const step = (reports: readonly Report[], change: Partial<Step> = {}): Step =>
  stepWith(reports, { workspace, apiUrl: fake.url, commit }, change);
const run = (reports: readonly Report[], change: Partial<Step> = {}): Promise<Finished> =>
  workspace.run(quickStep, step(reports, change));
const cleanUp = (): Promise<Finished> => workspace.cleanUp(quickStep, step([]));
const probe = { eventName: 'issue_comment', event: command('/headstart probe') };

/** Kills the step when it asks for this, the request being done. */
function killAt(operation: string): void {
  fake.before = (asked) => {
    if (asked === operation) workspace.kill();
  };
}

const measuring = () => fake.comments.filter(({ body }) => body.includes('headstart:underway'));
const titles = () => fake.comments.map(({ body }) => /^## (.*)$/mu.exec(body)?.[1]);

describe('more than ten datasets', () => {
  it('leave no comment that says it is being measured', async () => {
    const names = Array.from({ length: 11 }, (_, index) => `set-${index}`);
    // Of an earlier run, as when a dataset was added since.
    for (const name of names) {
      const key = commentKey('headstart', 'data', name, 'embedded');
      fake.addComment(`${reportMarker(key)}\n\nan earlier report`);
    }
    let most = 0;
    fake.before = () => void (most = Math.max(most, measuring().length));
    expect((await run(names.map((name) => reportOf(name)))).code).toBe(0);
    expect(most).toBe(10);
    expect(measuring()).toEqual([]);
    expect(fake.comments.map(({ body }) => body.includes('an earlier report'))).toEqual(
      names.map((_, index) => index === 10),
    );
  }, 120_000);
});

describe('a step that is killed', () => {
  it.each(['checks/create', 'issues/create-comment', 'checks/update', 'issues/update-comment'])(
    'at %s leaves nothing under way after the post step',
    async (operation) => {
      killAt(operation);
      expect((await run([reportOf('shapes')], probe)).code).toBeNull();
      fake.before = () => undefined;
      expect(await cleanUp()).toMatchObject({ code: 0, log: expect.not.stringContaining('::warning') });
      expect(fake.checkRuns).toMatchObject([{ status: 'completed' }]);
      expect(measuring()).toEqual([]);
      if (operation === 'checks/create') {
        expect(fake.checkRuns).toMatchObject([{ conclusion: 'cancelled' }]);
        expect(fake.checkRuns[0].output.summary).toContain('/actions/runs/42)');
      }
    },
  );

  it('is taken up by the next attempt of the run where no post step follows', async () => {
    killAt('issues/create-comment');
    await run([reportOf('shapes')], probe);
    expect(fake.checkRuns).toMatchObject([{ status: 'in_progress' }]);
    fake.before = () => undefined;
    const again = { ...probe, environment: { GITHUB_RUN_ATTEMPT: '2' } };
    expect((await run([reportOf('shapes')], again)).code).toBe(0);
    expect(fake.checkRuns).toMatchObject([{ status: 'completed', conclusion: 'success' }]);
    expect(fake.comments).toHaveLength(1);
    expect(measuring()).toEqual([]);
  });
});

describe('a check run that GitHub does not complete', () => {
  it('ends in the post step as the run decided', async () => {
    fake.faults.set('checks/update', { status: 422 });
    const failing = { inputs: { 'fail-on': 'inconclusive' } };
    const open = reportOf('shapes');
    open.verdict = { ...open.verdict!, family: 'inconclusive', choice: null };
    expect((await run([open], failing)).code).toBe(1);
    expect(fake.checkRuns).toMatchObject([{ status: 'in_progress' }]);
    fake.faults.clear();
    await cleanUp();
    expect(fake.checkRuns).toMatchObject([{ status: 'completed', conclusion: 'failure' }]);
  });
});

describe('a step that ended', () => {
  it('leaves the post step nothing to ask for', async () => {
    expect((await run([reportOf('shapes')], probe)).code).toBe(0);
    const asked = fake.calls.length;
    expect((await cleanUp()).code).toBe(0);
    expect(fake.calls).toHaveLength(asked);
  });

  it('leaves it nothing where the token only reads, as in a fork', async () => {
    for (const operation of ['checks/create', 'issues/create-comment'])
      fake.faults.set(operation, { status: 403 });
    await run([reportOf('shapes')]);
    const asked = fake.calls.length;
    await cleanUp();
    expect(fake.calls).toHaveLength(asked);
  });
});

describe('a matrix over backbone', () => {
  it('has a comment and a check run for each, with its name in the titles', async () => {
    for (const backbone of ['embedded', 'auto', 'hf://someone/model']) {
      expect((await run([reportOf('shapes')], { inputs: { backbone } })).code).toBe(0);
      expect((await run([reportOf('shapes')], { inputs: { backbone } })).code).toBe(0);
    }
    expect(fake.comments).toHaveLength(3);
    expect(new Set(titles()).size).toBe(3);
    expect(titles()[1]).toContain('backbone `auto`');
    expect([...new Set(fake.checkRuns.map(({ name }) => name))]).toEqual([
      'Headstart (data)',
      'Headstart (data, backbone auto)',
      'Headstart (data, backbone hf://someone/model)',
    ]);
  }, 60_000);

  it('gives a command’s probe the comment of the workflow', async () => {
    await run([reportOf('shapes')]);
    const asked = { ...probe, event: command('/headstart probe backbone=auto') };
    await run([reportOf('shapes')], asked);
    expect(fake.comments).toHaveLength(1);
  });
});

describe('datasets of one name in a monorepo', () => {
  it('have comments with their folders in the titles', async () => {
    for (const path of ['packages/a/data', 'packages/b/data']) {
      const report = reportOf('data');
      report.dataset!.path = path;
      await run([report], { inputs: { path } });
    }
    expect(titles()).toEqual([
      expect.stringContaining('`packages/a/data`'),
      expect.stringContaining('`packages/b/data`'),
    ]);
  });
});

/** A bundle may be older than the post step. */
const bundled = entries.filter((entry) => existsSync(fromRoot(cleanupOf(entry))));

it.each(bundled)('%s leaves alone what it has not begun', async (entry) => {
  const { code, log } = await workspace.cleanUp(entry, step([]));
  expect({ code, log }).toEqual({ code: 0, log: '' });
  expect(fake.calls).toEqual([]);
});
