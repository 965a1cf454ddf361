import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from '@jest/globals';
import { readDatasets } from '../../src/dataset/read-datasets.js';
import type { Outcome } from '../../src/pipeline/run.js';
import { compareWithBase, type CompareRequest } from '../../src/action/compare.js';
import { ruleOf, type VerdictSnapshot } from '../../src/report/snapshot.js';
import { folderWith } from '../fixtures/folder-with.js';

const images = Object.fromEntries(
  ['a/1', 'a/2', 'b/1', 'b/2'].map((name) => [`data/${name}.png`, `content of ${name}`]),
);
const cwd = folderWith({ ...images, 'data/dataset.yaml': 'schema: headstart/v1\nname: bars\n' });
const git = (...words: string[]) =>
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...words], {
    cwd,
    encoding: 'utf8',
  }).trim();
const digest: VerdictSnapshot = {
  schema: 'headstart/digest/v1',
  dataset: 'bars',
  path: 'data',
  data: null,
  testImages: '',
  conditions: '',
  rule: ruleOf('weights'),
  createdAt: '2026-01-01T00:00:00.000Z',
  family: 'transfer',
  choice: 'hybrid',
  leaning: 'hybrid',
  confidence: 0.9,
  accuracy: 0.8,
  strategies: [],
};
let base: string;

beforeAll(() => {
  git('init', '--quiet');
  git('add', '.');
  git('commit', '--quiet', '-m', 'base');
  base = git('rev-parse', 'HEAD');
  writeFileSync(join(cwd, 'data/b/3.png'), 'one more');
  git('add', '.');
  git('commit', '--quiet', '-m', 'head');
});

async function compared(changes: Partial<CompareRequest>) {
  const request: CompareRequest = {
    cwd,
    path: 'data',
    base,
    remote: { serverUrl: 'https://github.example', repository: { owner: 'o', repo: 'r' }, token: '' },
    onlyChanged: true,
    measureUnknown: false,
    workflow: null,
    networks: ['weights'],
    known: () => Promise.resolve([]),
    measure: null,
    say: (message) => {
      throw new Error(message);
    },
    ...changes,
  };
  return compareWithBase(await readDatasets('data', { cwd }), request);
}

it('measures an unknown base once: what it finds is known the next time', async () => {
  const run = () => Promise.resolve([{ digest, report: {} as Outcome['report'], files: [], unwritten: [] }]);
  const first = await compared({ measure: { seconds: 24, run }, say: () => undefined });
  const [comparison] = first.comparisons;
  expect(first.spentSeconds).toBeGreaterThan(0);
  expect(first.spentSeconds).toBeLessThanOrEqual(24);
  expect(comparison).toMatchObject({ measure: true, change: { added: 1 }, base: { from: 'this run' } });
  const kept = comparison.base!.digest;
  expect(kept.data).toMatch(/^[0-9a-f]{64}$/u);

  const again = await compared({
    known: () => Promise.resolve([{ from: 'cache', digests: [kept] }]),
    measure: { seconds: 24, run: () => Promise.reject(new Error('measured again')) },
  });
  expect(again.spentSeconds).toBe(0);
  expect(again.comparisons).toMatchObject([{ base: { from: 'cache', digest: kept } }]);
});

it('takes no digest of other data', async () => {
  const other = { ...digest, data: 'a'.repeat(64) };
  const { comparisons } = await compared({
    known: () => Promise.resolve([{ from: 'cache', digests: [other] }]),
  });
  expect(comparisons).toMatchObject([{ base: null, measure: true }]);
});

it.each([
  ['decision rule', { rule: ruleOf('weights').replace(/\/\d+/u, '/0') }, ['weights']],
  ['network', { rule: ruleOf('older weights') }, ['weights']],
  ['decision rule, whatever the network', { rule: 'headstart-rule/0 weights' }, null],
])('measures a base again whose verdict is by another %s', async (_, changes, networks) => {
  const run = () => Promise.resolve([{ digest, report: {} as Outcome['report'], files: [], unwritten: [] }]);
  const measured = await compared({ measure: { seconds: 24, run }, say: () => undefined });
  const data = measured.comparisons[0].base!.digest.data;
  const old = { ...digest, data, ...changes };
  const again = await compared({
    networks,
    known: () => Promise.resolve([{ from: 'check run', digests: [old] }]),
    measure: { seconds: 24, run },
    say: () => undefined,
  });
  const found = { from: 'this run', digest: { ...digest, data } };
  expect(again.comparisons).toMatchObject([{ measure: true, base: found }]);
});

it('takes a stored verdict by the same rule where the network is not known beforehand', async () => {
  const run = () => Promise.resolve([{ digest, report: {} as Outcome['report'], files: [], unwritten: [] }]);
  const first = await compared({ measure: { seconds: 24, run }, say: () => undefined });
  const kept = { ...first.comparisons[0].base!.digest, rule: ruleOf('a model of their own') };
  const { comparisons } = await compared({
    networks: null,
    known: () => Promise.resolve([{ from: 'cache', digests: [kept] }]),
  });
  expect(comparisons).toMatchObject([{ base: { from: 'cache', digest: kept } }]);
});
