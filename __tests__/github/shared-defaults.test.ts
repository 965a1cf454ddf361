import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { inputDefaults } from '../../src/generated/inputs.js';
import { createClient } from '../../src/github/client.js';
import { readInputs } from '../../src/action/inputs.js';
import { parseDefaults, readDefaults, withDefaults } from '../../src/github/shared-defaults.js';
import { InputError } from '../../src/problem.js';
import { FakeGitHub } from '../fixtures/github/fake.js';

let fake: FakeGitHub;
beforeEach(async () => {
  fake = await FakeGitHub.start();
});
afterEach(async () => {
  await fake.stop();
  expect(fake.violations).toEqual([]);
});

const client = () => createClient({ token: 't', apiUrl: fake.url, log: () => undefined, unit: 1 });
const place = parseDefaults('octo-org/shapes:ci/headstart.yml');
const read = (text: string) => {
  fake.files.set('ci/headstart.yml', text);
  return readDefaults(client(), place);
};

it('knows the defaults of action.yml', () => {
  const { inputs } = parse(readFileSync(new URL('../../action.yml', import.meta.url), 'utf8')) as {
    inputs: Record<string, { default: string }>;
  };
  expect(inputDefaults).toEqual(
    Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, input.default])),
  );
});

describe('the place of an organisation’s inputs', () => {
  it('is a repository, with a file and a ref where they are not the usual ones', () => {
    expect(parseDefaults('acme/.github')).toEqual({
      owner: 'acme',
      repo: '.github',
      path: 'headstart.yml',
      ref: null,
    });
    expect(parseDefaults('acme/ci:a/b.yml@v1')).toEqual({
      owner: 'acme',
      repo: 'ci',
      path: 'a/b.yml',
      ref: 'v1',
    });
    for (const wrong of ['acme', 'acme/ci:../x', 'https://github.com/acme/ci', 'acme/ci x', '/']) {
      expect(() => parseDefaults(wrong)).toThrow(InputError);
    }
  });
});

describe('an organisation’s inputs', () => {
  it('hold where the workflow leaves an input at its default', async () => {
    const shared = await read('budget: 10m\nseed: 7\ncomment: "off"\nonly-changed: false\n');
    const given: Record<string, string> = { ...inputDefaults, seed: '9', comment: '' };
    const inputs = readInputs(withDefaults((name) => given[name] ?? '', shared));
    expect(inputs).toMatchObject({ budgetSeconds: 600, seed: 9, comment: 'off', onlyChanged: false });
  });

  it.each([
    ['budgt: 10m', /sets "budgt".*Did you mean `budget`/u],
    ['github-token: x', /sets "github-token"/u],
    ['mode: comment', /sets "mode"/u],
    ['budget: [1]', /sets "budget" to/u],
    ['- budget', /list of inputs/u],
    ['a: &a 1\nb: *a', /YAML/u],
    ['{', /YAML/u],
  ])('are refused when they are %j', async (text, message) => {
    const error = await read(text).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(InputError);
    const [problem] = (error as InputError).problems;
    expect(`${problem.message} ${problem.remedy}`).toMatch(message);
    expect(problem.file).toBe('octo-org/shapes:ci/headstart.yml');
  });

  it('say what to do when the token may not read them', async () => {
    const error = await readDefaults(client(), parseDefaults('octo-org/shapes:none.yml')).catch(
      (thrown: unknown) => thrown,
    );
    expect((error as InputError).problems[0].remedy).toContain('give `github-token` one that reads this');
  });
});
