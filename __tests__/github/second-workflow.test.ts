import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createClient } from '../../src/github/client.js';
import { findSecondWorkflow, waitingFor, waitingMarkdown } from '../../src/github/workflows.js';
import { FakeGitHub } from '../fixtures/github/fake.js';

const example = readFileSync(
  new URL('../../examples/workflows/headstart-comment.yml', import.meta.url),
  'utf8',
);
const first = readFileSync(new URL('../../examples/workflows/headstart.yml', import.meta.url), 'utf8');
const folder = '.github/workflows';
let fake: FakeGitHub;
const find = (workflow = 'Headstart') =>
  findSecondWorkflow(
    createClient({ token: 't', apiUrl: fake.url, log: () => undefined, unit: 1 }),
    { owner: 'octo-org', repo: 'shapes' },
    workflow,
  );

beforeEach(async () => {
  fake = await FakeGitHub.start();
});

afterEach(async () => {
  await fake.stop();
  expect(fake.violations).toEqual([]);
});

describe('findSecondWorkflow', () => {
  it('finds the example, under any name, and asks for nothing of the pull request', async () => {
    fake.files.set(`${folder}/ci.yml`, 'on: push\n').set(`${folder}/headstart.yml`, first);
    fake.files.set(`${folder}/post.yaml`, example);
    expect(await find()).toBe('listening');
    expect(fake.calls.filter(({ path }) => path.includes('ref='))).toEqual([]);
  });

  it('looks at those first that are called after Headstart', async () => {
    for (let index = 0; index < 60; index++) fake.files.set(`${folder}/a${index}.yml`, 'on: push\n');
    fake.files.set(`${folder}/headstart-comment.yml`, example);
    expect(await find()).toBe('listening');
    expect(fake.called('repos/get-content')).toBe(2);
  });

  it('tells a workflow that waits for others', async () => {
    fake.files.set(`${folder}/headstart-comment.yml`, example);
    expect(await find('Measure')).toBe('mismatched');
  });

  it('misses it where it is not, or only in a remark', async () => {
    expect(await find()).toBe('missing');
    fake.files.set(`${folder}/headstart.yml`, first);
    fake.files.set(`${folder}/remark.yml`, example.replace(/^/gmu, '# '));
    fake.files.set(`${folder}/readme.md`, example);
    expect(await find()).toBe('missing');
  });

  it('reads no more than five files, and does not call missing what it has not looked for', async () => {
    for (let index = 0; index < 60; index++) fake.files.set(`${folder}/a${index}.yml`, 'on: push\n');
    expect(await find()).toBe('unknown');
    expect(fake.called('repos/get-content')).toBe(6);
    fake.files.set(`${folder}/post-comments.yml`, example);
    expect(await find()).toBe('listening');
    expect(await find('Measure')).toBe('mismatched');
  });

  it('does not know when GitHub does not answer', async () => {
    fake.faults.set('repos/get-content', { status: 403 });
    expect(await find()).toBe('unknown');
    fake.faults.set('repos/get-content', { drop: true });
    expect(await find()).toBe('unknown');
  });

  it('takes a file that is no YAML for what its text says', async () => {
    fake.files.set(`${folder}/odd.yml`, `${example}\n\t: [`);
    expect(await find()).toBe('listening');
  });
});

describe('waitingFor', () => {
  it('names the file to copy when it is missing, and what to add when it does not listen', () => {
    expect(waitingFor('missing', 'Headstart')).toContain('examples/workflows/headstart-comment.yml');
    expect(waitingFor('mismatched', 'Measure')).toContain('Add "Measure" to its `workflows`');
    expect(waitingMarkdown('listening', 'x')).toMatch(
      /^⏳ \*\*Headstart has measured\.\*\* The second workflow/u,
    );
    expect(waitingMarkdown('mismatched', '@octocat <b>')).not.toMatch(/@octocat|<b>/u);
  });
});
