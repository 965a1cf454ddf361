import { Octokit } from 'octokit';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { openCheckRun } from '../../src/github/checks/check-run.js';
import type { Usage } from '../../src/github/usage.js';
import { announcer } from '../../src/action/announce.js';
import { FakeGitHub } from '../fixtures/github/fake.js';

const repository = { owner: 'octo-org', repo: 'shapes' };
const minute = 60_000;
let fake: FakeGitHub;
let clock: number;

beforeEach(async () => {
  fake = await FakeGitHub.start();
  clock = 0;
  jest.spyOn(performance, 'now').mockImplementation(() => clock);
});
afterEach(async () => {
  jest.restoreAllMocks();
  await fake.stop();
  expect(fake.violations).toEqual([]);
});

/** Measures for so long, and tells of it every five seconds; all requests come back, and those that a result takes. */
async function measure(
  minutes: number,
  { datasets, create }: { datasets: number; create: boolean },
): Promise<number> {
  const usage: Usage = { made: 0, remaining: null, resetsAt: 0 };
  // Without the seconds that the action's own client waits between two writes.
  const github = new Octokit({ auth: 't', baseUrl: fake.url, throttle: { enabled: false } });
  github.hook.before('request', () => {
    usage.made++;
  });
  const { headSha } = fake;
  const check = await openCheckRun({
    github,
    repository,
    headSha,
    name: 'Headstart',
    key: 'key',
    runUrl: null,
    attempt: 1,
    warn: (message) => expect(message).toBe(''),
  });
  const place = { ...repository, number: 7 };
  const announce = announcer(check, { github, place, headSha, create }, usage);
  await announce.begin(Array.from({ length: datasets }, (_, index) => String(index).padStart(16, '0')));
  for (; clock < minutes * minute; clock += 5000) {
    const secondsLeft = (minutes * minute - clock) / 1000;
    announce.progress({ stage: 'train', message: '', done: 1, total: 9, secondsLeft, verdict: null });
    await announce.settle();
  }
  return fake.calls.length + 8 + (create ? 3 * datasets : 0);
}

describe('progress', () => {
  it.each([
    [10, 1, 2],
    [10, 3, 1],
    [10, 12, 0],
    [60, 1, 12],
    [60, 3, 12],
    [60, 12, 12],
  ])('in %d minutes leaves a probe of %d datasets within its requests', async (minutes, datasets, least) => {
    const asked = await measure(minutes, { datasets, create: true });
    expect(asked).toBeLessThanOrEqual(25 + minutes * datasets);
    expect(fake.called('checks/update')).toBeGreaterThanOrEqual(least);
  });

  it('asks no more where the conversation is long', async () => {
    for (let index = 0; index < 950; index++) fake.addComment('a comment', 'mona');
    expect(await measure(60, { datasets: 1, create: true })).toBeLessThanOrEqual(25 + 60);
  });

  it('is in the check run alone where nobody has asked', async () => {
    expect(await measure(60, { datasets: 3, create: false })).toBeLessThanOrEqual(25 + 180);
    expect(fake.comments).toEqual([]);
  });
});
