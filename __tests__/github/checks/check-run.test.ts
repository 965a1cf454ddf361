import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openCheckRun, type CheckRun } from '../../../src/github/checks/check-run.js';
import { createClient } from '../../../src/github/client.js';
import { type Annotation, renderCheck } from '../../../src/report/render/check.js';
import { randomFaults } from '../../fixtures/github/faults.js';
import { FakeGitHub } from '../../fixtures/github/fake.js';
import { aReport } from '../../report/fixture.js';
import { reports as states } from '../../report/states.js';

let fake: FakeGitHub;
let warnings: string[];
beforeEach(async () => {
  fake = await FakeGitHub.start();
  warnings = [];
});
afterEach(async () => {
  await fake.stop();
  expect(fake.violations).toEqual([]);
});

const open = (at = fake, attempt = 1): Promise<CheckRun> =>
  openCheckRun({
    github: createClient({ token: 't', apiUrl: at.url, log: () => undefined, unit: 1 }),
    repository: { owner: 'octo-org', repo: 'shapes' },
    headSha: at.headSha,
    name: 'Headstart',
    key: 'key',
    runUrl: 'https://github.com/octo-org/shapes/actions/runs/42',
    attempt,
    warn: (message) => warnings.push(message),
  });
const annotations = (count: number): Annotation[] =>
  Array.from({ length: count }, (_, index) => ({
    path: `data/${index}.png`,
    line: 1,
    level: 'warning',
    title: 'leak-exact',
    message: 'also in train',
  }));
const result = { conclusion: 'success', title: 'Title', summary: 'Summary', text: 'Text' } as const;

describe('a check run', () => {
  it('is under way first, and then complete with all its annotations, 50 a request', async () => {
    const check = await open();
    expect(fake.checkRuns).toMatchObject([
      { status: 'in_progress', external_id: 'key', head_sha: fake.headSha },
    ]);
    await check.progress('3 of 9 trials');
    expect(fake.checkRuns[0].output.title).toBe('3 of 9 trials');
    await check.complete({ ...result, annotations: annotations(120) });
    expect(fake.checkRuns[0]).toMatchObject({
      status: 'completed',
      conclusion: 'success',
      output: { title: 'Title', summary: expect.stringMatching(/^Summary$/mu) as unknown, text: 'Text' },
    });
    expect(fake.checkRuns[0].annotations.map(({ path }) => path)).toEqual(
      annotations(120).map(({ path }) => path),
    );
    expect(warnings).toEqual([]);
  });

  it('links to its run on top of its summary, while it goes on and after', async () => {
    const run = '[The run](https://github.com/octo-org/shapes/actions/runs/42)';
    const check = await open();
    const summary = () => fake.checkRuns[0].output.summary;
    expect(summary()).toContain(run);
    await check.progress('3 of 9 trials');
    expect(summary()).toContain(run);
    await check.complete({ ...result, annotations: [] });
    expect(summary()?.startsWith(run)).toBe(true);
    expect(summary()).toContain('Summary');
  });

  it('is found by its external id when GitHub’s answer is lost, whatever page GitHub gives it', async () => {
    fake.faults.set('checks/create', { lost: true });
    await (await open()).complete({ ...result, annotations: [] });
    expect(fake.checkRuns).toMatchObject([{ status: 'completed', conclusion: 'success' }]);
    expect(fake.checkRuns[0].details_url).not.toContain('/actions/runs/42');
    expect(warnings).toEqual([]);
  });

  it('is taken up by a later attempt of its run, and by no other run', async () => {
    await open();
    await (await open(fake, 2)).complete({ ...result, annotations: [] });
    expect(fake.checkRuns).toMatchObject([{ status: 'completed' }]);
    await (await open(fake, 2)).complete({ ...result, annotations: [] });
    expect(fake.checkRuns).toHaveLength(2);
  });

  it('costs a warning and nothing else where the token may not', async () => {
    fake.faults.set('checks/create', { status: 403 });
    const check = await open();
    await check.progress('x');
    await check.complete({ ...result, annotations: [] });
    expect(fake.checkRuns).toEqual([]);
    expect(warnings).toEqual([expect.stringContaining('permissions: checks: write')]);
  });

  it.each([10, 60])(
    'is completed without annotations where GitHub refuses the first of %i',
    async (count) => {
      const check = await open();
      fake.faults.set('checks/update', { status: 422, times: 1 });
      await check.complete({ ...result, annotations: annotations(count) });
      expect(fake.checkRuns).toMatchObject([
        { status: 'completed', conclusion: 'success', output: { text: 'Text' }, annotations: [] },
      ]);
    },
  );

  it('is told how to end also where GitHub did not say whether it made one', async () => {
    const state = join(mkdtempSync(join(tmpdir(), 'headstart-state-')), 'state');
    writeFileSync(state, '');
    process.env['GITHUB_STATE'] = state;
    try {
      fake.faults.set('checks/create', { lost: true });
      fake.faults.set('checks/list-for-ref', { status: 502 });
      await (await open()).complete({ ...result, annotations: [] });
      expect(readFileSync(state, 'utf8')).toContain('"ending":{"conclusion":"success","title":"Title"}');
    } finally {
      delete process.env['GITHUB_STATE'];
    }
  });

  it('is there at most once whatever fails, and complete after a run without faults', async () => {
    // Together, because the client leaves a second between two writes.
    const seeds = Array.from({ length: 16 }, (_, index) => index + 1);
    await Promise.all(
      seeds.map(async (seed) => {
        const own = await FakeGitHub.start();
        const none = own.chance;
        own.chance = randomFaults({ seed, share: 0.4, most: 2 });
        await (await open(own)).complete({ ...result, annotations: annotations(3) });
        expect(own.checkRuns.length).toBeLessThanOrEqual(1);
        own.chance = none;
        await (await open(own)).complete({ ...result, annotations: annotations(3) });
        expect(own.checkRuns.at(-1)).toMatchObject({ status: 'completed', conclusion: 'success' });
        await own.stop();
        expect(own.violations).toEqual([]);
      }),
    );
  }, 60_000);
});

describe('the result of a check', () => {
  it.each([
    ['decided', 'success'],
    ['equivalent', 'success'],
    ['inconclusive', 'neutral'],
    ['partial', 'neutral'],
  ] as const)('is for the state %s a %s', (state, conclusion) => {
    expect(renderCheck([states[state]], []).conclusion).toBe(conclusion);
  });

  it('is a failure with a cause, which is its title', () => {
    expect(renderCheck([aReport()], ['The run failed.'])).toMatchObject({
      conclusion: 'failure',
      title: 'The run failed.',
    });
  });

  it('points at files, worst first, and never at one that a commit cannot have', () => {
    const report = aReport();
    report.findings = [
      { ...report.findings[0], severity: 'info', effect: 'informs', places: [{ file: 'data/b.png' }] },
      {
        ...report.findings[0],
        severity: 'error',
        effect: 'blocks',
        places: [
          { file: 'labels.csv', line: 7 },
          { file: '/etc/passwd' },
          { file: '../x' },
          { file: 'a\nb' },
          { file: '' },
        ],
      },
    ];
    expect(renderCheck([report], []).annotations.map(({ path, line, level }) => [path, line, level])).toEqual(
      [
        ['labels.csv', 7, 'failure'],
        ['data/b.png', 1, 'notice'],
      ],
    );
  });
});
