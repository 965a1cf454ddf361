import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { workflowIn } from '../docs/workflow.js';
import { FakeGitHub } from '../fixtures/github/fake.js';

/** The first job of headstart-bot.yml, which decides whether anything is checked out: its script, as a runner runs it. */

const { steps } = workflowIn('examples/workflows/headstart-bot.yml').jobs['permission'];
const ask = steps.find(({ id }) => id === 'ask')!;
const hasPrograms = ['bash', 'curl', 'jq'].every((name) => spawnSync(name, ['--version']).status === 0);

let fake: FakeGitHub;
let folder: string;
beforeEach(async () => {
  fake = await FakeGitHub.start();
  folder = mkdtempSync(join(tmpdir(), 'headstart-ask-'));
});
afterEach(async () => {
  await fake.stop();
  rmSync(folder, { recursive: true, force: true });
  expect(fake.violations).toEqual([]);
});

/** What the step leaves as its output, and how it ends. */
async function asked(who: string): Promise<{ code: number | null; output: string }> {
  const output = join(folder, 'output');
  writeFileSync(output, '');
  const child = spawn('bash', ['-e', '-c', ask.run!], {
    stdio: 'ignore',
    env: {
      PATH: process.env['PATH'],
      TOKEN: 'ghs_a_secret_of_the_tests',
      WHO: who,
      GITHUB_API_URL: fake.url,
      GITHUB_REPOSITORY: 'octo-org/shapes',
      GITHUB_OUTPUT: output,
    },
  });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, output: readFileSync(output, 'utf8') };
}

const missing = hasPrograms ? '' : ' (not run: bash, curl or jq is not here)';
(hasPrograms ? describe : describe.skip)(`whether who comments may write${missing}`, () => {
  it.each([
    ['admin', true],
    ['write', true],
    ['read', false],
    ['none', false],
  ])('%s: %s', async (permission, mayWrite) => {
    fake.permissions = { octocat: permission };
    expect(await asked('octocat')).toEqual({ code: 0, output: `may-write=${mayWrite}\n` });
  });

  it.each([
    [404, 'Not Found'],
    [403, '"permission":"admin"'],
    [500, 'permission: write'],
  ])('nobody, where GitHub answers %d', async (status, message) => {
    fake.permissions = { octocat: 'admin' };
    fake.faults.set('repos/get-collaborator-permission-level', { status, message });
    expect(await asked('octocat')).toEqual({ code: 0, output: 'may-write=false\n' });
  });

  it('nobody, where GitHub cannot be reached', async () => {
    await fake.stop();
    expect(await asked('octocat')).toEqual({ code: 0, output: 'may-write=false\n' });
    fake = await FakeGitHub.start();
  });

  it('takes the name from the event, through the environment', () => {
    expect(ask.env).toEqual({ TOKEN: '${{ github.token }}', WHO: '${{ github.event.sender.login }}' });
  });
});
