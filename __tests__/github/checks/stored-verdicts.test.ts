import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  digestsOfCommit,
  cacheDigests,
  cachedDigests,
  digestsIn,
  hiddenDigest,
} from '../../../src/github/checks/stored-verdicts.js';
import { createClient } from '../../../src/github/client.js';
import { openCheckRun } from '../../../src/github/checks/check-run.js';
import type { VerdictSnapshot } from '../../../src/report/snapshot.js';
import { FakeGitHub } from '../../fixtures/github/fake.js';

const digest: VerdictSnapshot = {
  schema: 'headstart/digest/v1',
  dataset: 'bars --> <!-- & $x$',
  path: 'data',
  data: 'a'.repeat(64),
  testImages: '0123abcd',
  conditions: 'weights at 32 px',
  rule: 'headstart-rule/2 weights',
  createdAt: '2026-01-01T00:00:00.000Z',
  family: 'transfer',
  choice: 'hybrid',
  leaning: 'hybrid',
  confidence: 0.9,
  accuracy: 0.8,
  strategies: [{ name: 'hybrid', points: [{ trainExamples: 20, correct: 'AQ==' }], noise: 1e-7 }],
};

describe('a digest in a text', () => {
  it('comes back as it was, whatever its strings hold', () => {
    const text = `before ${hiddenDigest(digest, 10_000)} after`;
    expect(text.match(/-->/gu)).toHaveLength(1);
    expect(digestsIn(text)).toEqual([digest]);
    expect(digestsIn(text + text)).toEqual([digest, digest]);
  });

  it('is left out when it is too long, and not taken when it is not valid', () => {
    expect(hiddenDigest(digest, 100)).toBe('');
    const wrong = { ...digest, confidence: 7 };
    // As earlier versions wrote them, which did not say by which rule.
    const older = { ...digest, rule: undefined };
    for (const json of [JSON.stringify(wrong), JSON.stringify(older), '{', '[]', 'null']) {
      expect(digestsIn(`<!-- headstart:digest ${json} -->`)).toEqual([]);
    }
  });
});

describe('the digests in the cache', () => {
  const folder = mkdtempSync(join(tmpdir(), 'headstart-digests-'));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('are kept one for each state of the data, the latest first', () => {
    const other = { ...digest, data: 'b'.repeat(64) };
    cacheDigests(folder, [digest]);
    cacheDigests(folder, [other, { ...digest, data: null }]);
    cacheDigests(folder, [{ ...digest, confidence: 0.7 }]);
    expect(cachedDigests(folder)).toEqual([{ ...digest, confidence: 0.7 }, other]);
    const byAnother = { ...digest, rule: 'headstart-rule/1 weights' };
    cacheDigests(folder, [byAnother]);
    expect(cachedDigests(folder)).toContainEqual({ ...digest, confidence: 0.7 });
  });

  it('may hold anything', () => {
    expect(cachedDigests(folder)).toEqual([]);
    cacheDigests(folder, [digest]);
    for (const text of ['{', '{}', JSON.stringify([{ ...digest, family: 'x' }, 7])]) {
      writeFileSync(join(folder, 'digests.json'), text);
      expect(cachedDigests(folder)).toEqual([]);
    }
  });
});

describe('the digests of a commit', () => {
  let fake: FakeGitHub;
  beforeEach(async () => {
    fake = await FakeGitHub.start();
  });
  afterEach(async () => {
    await fake.stop();
    expect(fake.violations).toEqual([]);
  });

  it('are read from its check runs, the latest first', async () => {
    const github = createClient({ token: 't', apiUrl: fake.url, log: () => undefined, unit: 1 });
    const repository = { owner: 'octo-org', repo: 'shapes' };
    const headSha = 'c'.repeat(40);
    fake.branches.set('main', headSha).set('other', 'd'.repeat(40));
    for (const confidence of [0.7, 0.8]) {
      const check = await openCheckRun({
        github,
        repository,
        headSha,
        name: `Headstart ${confidence}`,
        key: 'key',
        runUrl: null,
        attempt: 1,
        warn: (message) => {
          throw new Error(message);
        },
      });
      const text = hiddenDigest({ ...digest, confidence }, 10_000);
      await check.complete({ conclusion: 'success', title: 't', summary: 's', text, annotations: [] });
    }
    const found = await digestsOfCommit(github, repository, headSha, () => undefined);
    expect(found.map(({ confidence }) => confidence)).toEqual([0.8, 0.7]);
    expect(await digestsOfCommit(github, repository, 'd'.repeat(40), () => undefined)).toEqual([]);
  });
});
