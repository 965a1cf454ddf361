import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createClient, type GitHub, usageOf } from '../../src/github/client.js';
import { describeApiError } from '../../src/github/api-errors.js';
import { affords, hasRoom, unused } from '../../src/github/usage.js';
import { FakeGitHub } from '../fixtures/github/fake.js';

const pull = { owner: 'octo-org', repo: 'shapes', pull_number: 7 };
let fake: FakeGitHub;
const client = (): GitHub => createClient({ token: 't', apiUrl: fake.url, log: () => undefined, unit: 1 });

beforeEach(async () => {
  fake = await FakeGitHub.start();
});
afterEach(async () => {
  await fake.stop();
  expect(fake.violations).toEqual([]);
});

describe('usageOf', () => {
  it('counts what a client asks, and takes from each answer what is left', async () => {
    const github = client();
    fake.faults.set('pulls/get', { status: 500, times: 1 });
    await github.rest.pulls.get(pull);
    expect(usageOf(github)).toEqual({
      made: 2,
      remaining: 998,
      resetsAt: 1000 * Math.floor(fake.limit.resetsAt / 1000),
    });
    expect(usageOf(client()).made).toBe(0);
  });

  it.each([403, 429] as const)(
    'knows by a %d that nothing is left, until the hour is over',
    async (status) => {
      fake.limit.most = 1;
      fake.limit.status = status;
      const github = client();
      await github.rest.pulls.get(pull);
      const refused = await github.rest.pulls.get(pull).catch((error: unknown) => error);
      expect(describeApiError('read', refused)).toContain('rate limit is used up');
      // It is told of the limit, and asks no second time.
      expect(usageOf(github)).toMatchObject({ made: 2, remaining: 0 });
      expect(hasRoom(usageOf(github))).toBe(false);
      fake.limit.resetsAt = Date.now() - 1000;
      await github.rest.pulls.get(pull).catch(() => undefined);
      expect(hasRoom(usageOf(github))).toBe(true);
    },
  );

  it('holds back for as long as a secondary limit says', async () => {
    fake.faults.set('pulls/get', {
      status: 403,
      message: 'You have exceeded a secondary rate limit',
      headers: { 'retry-after': '60', 'x-ratelimit-remaining': '900' },
    });
    const github = client();
    await expect(github.rest.pulls.get(pull)).rejects.toThrow(/secondary/u);
    expect(hasRoom(usageOf(github))).toBe(false);
    expect(usageOf(github).resetsAt - Date.now()).toBeGreaterThan(50_000);
  });
});

describe('hasRoom', () => {
  it('leaves the last hundred to results, and takes silence for no limit', () => {
    expect(hasRoom(unused())).toBe(true);
    const resetsAt = Date.now() + 3_600_000;
    expect(hasRoom({ made: 9, remaining: 101, resetsAt })).toBe(true);
    expect(hasRoom({ made: 9, remaining: 100, resetsAt })).toBe(false);
  });
});

describe('affords', () => {
  it('keeps a run within 25 requests and one a minute for each dataset, its result among them', () => {
    const after = (made: number) => ({ made, remaining: null, resetsAt: 0 });
    expect(affords(after(9), 4, 1, 0)).toBe(true);
    expect(affords(after(10), 4, 1, 0)).toBe(false);
    expect(affords(after(10), 4, 1, 1)).toBe(true);
    expect(affords(after(40), 10, 3, 10)).toBe(false);
    expect(affords(after(27), 10, 3, 10)).toBe(true);
  });
});
