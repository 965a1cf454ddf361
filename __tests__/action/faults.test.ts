import { createRequire } from 'node:module';
import { afterAll, describe, expect, it } from '@jest/globals';
import { aRun } from '../fixtures/github/actions.js';
import { FakeGitHub } from '../fixtures/github/fake.js';
import { randomFaults } from '../fixtures/github/faults.js';
import { aPull } from '../fixtures/github/repository.js';
import { zipOf } from '../fixtures/zip.js';
import { aReport } from '../report/fixture.js';
import { entries, type Finished, Workspace } from './workspace.js';

/**
 * The whole program as a process of its own while GitHub does what it likes: `mode: comment`, because it asks GitHub for
 * everything that the action ever asks, and trains nothing.
 */

/** `HEADSTART_FAULT_SEQUENCES=500` takes a quarter of an hour on two cores. */
const sequences = Number(process.env['HEADSTART_FAULT_SEQUENCES'] ?? 12);
/** Under way at the same moment: most of the time is waiting. */
const together = 6;

const commit = 'c'.repeat(40);
const fork = { id: 77, full_name: 'somebody/shapes', fork: true };
const workspaces: Workspace[] = [];
afterAll(() => {
  for (const workspace of workspaces) workspace.remove();
});

interface Scene {
  fake: FakeGitHub;
  run: () => Promise<Finished>;
}

/** A pull request from a fork that was measured, with comments of other people over up to three pages. */
async function scene(entry: string, seed: number): Promise<Scene> {
  const fake = await FakeGitHub.start();
  fake.pulls[0] = aPull({ head: { sha: commit, ref: 'more', label: 'somebody:more', repo: fork } });
  for (let index = 0; index < [0, 30, 230][seed % 3]; index++) fake.addComment(`comment ${index}`, 'mona');
  fake.artifacts.push({
    id: 9,
    name: 'headstart-report',
    runId: 42,
    archive: zipOf([{ name: 'report.json', content: JSON.stringify(aReport()) }]),
    expired: false,
    created_at: '2026-01-01T00:00:00Z',
  });
  const workspace = new Workspace();
  workspaces.push(workspace);
  const step = {
    apiUrl: fake.url,
    eventName: 'workflow_run',
    event: firstRun(),
    inputs: { mode: 'comment', 'github-token': 't' },
  };
  return { fake, run: () => workspace.run(entry, step) };
}

function firstRun(): unknown {
  const stored = createRequire(import.meta.url)('@octokit/webhooks-examples') as {
    name: string;
    examples: { action?: string; workflow_run: object }[];
  }[];
  const payload = structuredClone(
    stored
      .find(({ name }) => name === 'workflow_run')!
      .examples.find(({ action }) => action === 'completed')!,
  );
  Object.assign(payload.workflow_run, {
    ...aRun({ id: 42, name: 'Headstart', head_sha: commit }),
    head_repository: { id: fork.id, owner: { login: 'somebody' } },
    pull_requests: [],
  });
  return payload;
}

const ours = ({ fake }: Scene) =>
  fake.comments.filter(({ body }) => body.startsWith('<!-- headstart:report'));

/** What went wrong never shows as a crash, and costs no more than the posting. */
function expectTold({ code, log }: Finished): void {
  expect([0, 1]).toContain(code);
  expect(log).not.toMatch(/TypeError|ReferenceError|UnhandledPromise|^\s+at .+:\d+:\d+/mu);
  if (code === 1) expect(log).toMatch(/^::(?:error|warning)::/mu);
}

async function sequence(entry: string, seed: number): Promise<void> {
  const at = await scene(entry, seed);
  const none = at.fake.chance;
  try {
    at.fake.chance = randomFaults({ seed, share: 0.25, most: 2 });
    expectTold(await at.run());
    expect(ours(at).length).toBeLessThanOrEqual(1);
    at.fake.chance = none;
    const { code, summary } = await at.run();
    expect(code).toBe(0);
    expect(summary).toContain('### Learning curves');
    expect(ours(at)).toHaveLength(1);
    expect(ours(at)[0].body).toContain('has the complete report');
    expect(at.fake.checkRuns.at(-1)).toMatchObject({ status: 'completed' });
    expect(at.fake.violations).toEqual([]);
  } finally {
    await at.fake.stop();
  }
}

describe.each(entries)('%s, while GitHub fails', (entry) => {
  it(`loses no report and writes no comment twice in ${sequences} sequences of faults`, async () => {
    const seeds = Array.from({ length: sequences }, (_, index) => index + 1);
    const worker = async (): Promise<void> => {
      for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift()) {
        await sequence(entry, seed).catch((error: unknown) => {
          throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error });
        });
      }
    };
    await Promise.all(Array.from({ length: together }, worker));
  }, 3_600_000);

  it('keeps apart what the jobs of a matrix over backbones have measured', async () => {
    const at = await scene(entry, 0);
    const { fake } = at;
    const [{ created_at }] = fake.artifacts.splice(0);
    for (const [index, backbone] of ['embedded', 'auto'].entries()) {
      const record = { schema: 'headstart/step/v1', details: 'full', backbone, causes: [] };
      const files = { 'report.json': aReport(), 'step.json': record };
      fake.artifacts.push({
        id: 10 + index,
        name: `headstart-report-${backbone}`,
        runId: 42,
        archive: zipOf(
          Object.entries(files).map(([name, value]) => ({ name, content: JSON.stringify(value) })),
        ),
        expired: false,
        created_at,
      });
    }
    for (let round = 0; round < 2; round++) expect((await at.run()).code).toBe(0);
    expect(ours(at)).toHaveLength(2);
    expect([...new Set(fake.checkRuns.map(({ name }) => name))].sort()).toEqual([
      'Headstart (data)',
      'Headstart (data, backbone auto)',
    ]);
    expect(fake.violations).toEqual([]);
    await fake.stop();
  }, 120_000);

  it('leaves one comment of two runs that race', async () => {
    for (let round = 0; round < 3; round++) {
      const at = await scene(entry, round);
      const ends = await Promise.all([at.run(), at.run()]);
      expect(ends.map(({ code }) => code)).toEqual([0, 0]);
      expect(ours(at)).toHaveLength(1);
      expect(at.fake.violations).toEqual([]);
      await at.fake.stop();
    }
  }, 120_000);
});
