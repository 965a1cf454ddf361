import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Report } from '../../src/report/types.js';
import { FakeGitHub } from '../fixtures/github/fake.js';
import { randomFaults, scattered } from '../fixtures/github/faults.js';
import { command, quickStep, reportOf, stepWith } from './quick-step.js';
import { type Step, Workspace } from './workspace.js';

/**
 * Sequences of a run that GitHub fails and that is killed at some request, its post step, and the run once more: what is
 * left on the pull request. Everything but the measuring is as on a runner, a process for each step.
 */

/** `HEADSTART_FAULT_SEQUENCES=500` takes twenty minutes on two cores. */
const sequences = Number(process.env['HEADSTART_FAULT_SEQUENCES'] ?? 12);
const firstSeed = Number(process.env['HEADSTART_FIRST_SEED'] ?? 1);
/** Under way at the same moment: most of the time is waiting. */
const together = 6;

interface Checkout {
  workspace: Workspace;
  commit: string;
}

const checkouts: Checkout[] = [];
beforeAll(() => {
  for (let index = 0; index < together; index++) {
    const workspace = new Workspace();
    workspace.write('data/README.md', 'images');
    checkouts.push({ workspace, commit: workspace.commit() });
  }
});
afterAll(() => {
  for (const { workspace } of checkouts) workspace.remove();
});

/** What no sequence may leave, counted. */
const left = { duplicates: 0, lost: 0, measuring: 0, inProgress: 0, green: 0 };
const seen = { killed: 0, gated: 0, withoutCleanup: 0 };

async function sequence(seed: number, { workspace, commit }: Checkout): Promise<void> {
  const random = scattered(seed);
  const fake = await FakeGitHub.start();
  try {
    fake.headSha = commit;
    fake.permissions = { octocat: 'write' };
    for (let index = 0; index < [0, 30, 230][random.index(3)]; index++) fake.addComment('a comment', 'mona');
    fake.account = ['github-actions[bot]', 'my-app[bot]', 'octocat'][random.index(3)];
    const isGated = random.uniform() < 0.4;
    const isDead = random.uniform() < 0.25;
    const killAt = random.uniform() < 0.8 ? 1 + random.index(14) : Infinity;
    const reports = random.uniform() < 0.3 ? [aReport(isGated), aReport(false, 'more')] : [aReport(isGated)];
    const change: Partial<Step> = {
      inputs: { 'fail-on': 'inconclusive' },
      ...(random.uniform() < 0.5 ? { eventName: 'issue_comment', event: command('/headstart probe') } : {}),
    };
    const step = (attempt: number) =>
      stepWith(
        reports,
        { workspace, apiUrl: fake.url, commit },
        { ...change, environment: { GITHUB_RUN_ATTEMPT: String(attempt) } },
      );
    const ours = () => fake.comments.filter(({ body }) => body.startsWith('<!-- headstart:report'));
    const greens = () =>
      fake.checkRuns.filter(({ conclusion }) => conclusion === 'success' || conclusion === 'neutral').length;

    const none = fake.chance;
    fake.chance = randomFaults({ seed, share: 0.2, most: 2 });
    let asked = 0;
    fake.before = () => {
      if (++asked === killAt) workspace.kill();
    };
    const { code, log } = await workspace.run(quickStep, step(1));
    expect(log).not.toMatch(/TypeError|ReferenceError|UnhandledPromise|^\s+at .+:\d+:\d+/mu);
    fake.before = () => undefined;
    if (code === null) seen.killed += 1;
    if (isGated) seen.gated += 1;
    if (ours().length > reports.length) left.duplicates += 1;
    // Where the machine went down, no step follows; else GitHub answers the post step as badly, or well.
    const answersWell = random.uniform() < 0.5;
    if (answersWell) fake.chance = none;
    if (isDead) seen.withoutCleanup += 1;
    else await workspace.cleanUp(quickStep, step(1));
    if (!isDead && answersWell) {
      if (fake.checkRuns.some(({ status }) => status !== 'completed')) left.inProgress += 1;
      if (ours().some(({ body }) => body.includes('headstart:underway'))) left.measuring += 1;
    }
    if (isGated && greens() > 0) left.green += 1;

    fake.chance = none;
    const again = await workspace.run(quickStep, step(2));
    await workspace.cleanUp(quickStep, step(2));
    expect(again.code).toBe(isGated ? 1 : 0);
    const comments = ours();
    if (comments.length > reports.length) left.duplicates += 1;
    if (comments.filter(({ body }) => body.includes('complete report')).length < reports.length)
      left.lost += 1;
    if (comments.some(({ body }) => body.includes('headstart:underway'))) left.measuring += 1;
    if (fake.checkRuns.some(({ status }) => status !== 'completed')) left.inProgress += 1;
    if (isGated && greens() > 0) left.green += 1;
    expect(fake.checkRuns.at(-1)?.conclusion).toBe(isGated ? 'failure' : 'success');
    expect(fake.violations).toEqual([]);
  } finally {
    await fake.stop();
  }
}

function aReport(isOpen: boolean, name = 'shapes'): Report {
  const report = reportOf(name);
  if (isOpen) report.verdict = { ...report.verdict!, family: 'inconclusive', choice: null };
  return report;
}

it(`leaves nothing wrong behind in ${sequences} sequences of faults and kills`, async () => {
  const seeds = Array.from({ length: sequences }, (_, index) => firstSeed + index);
  const worker = async (checkout: Checkout): Promise<void> => {
    for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift()) {
      const before = { ...left };
      await sequence(seed, checkout).catch((error: unknown) => {
        throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error });
      });
      if (JSON.stringify(before) !== JSON.stringify(left)) console.warn(`seed ${seed}`, left);
    }
  };
  await Promise.all(checkouts.map(worker));
  console.info(`${sequences} sequences`, seen, left);
  expect(left).toEqual({ duplicates: 0, lost: 0, measuring: 0, inProgress: 0, green: 0 });
  expect(seen.killed).toBeGreaterThan(sequences / 4);
}, 3_600_000);
