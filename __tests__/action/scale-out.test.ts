import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FakeGitHub } from '../fixtures/github/fake.js';
import { strictReport } from '../../src/report/validate.js';
import { Matrix } from './matrix.js';
import { entries, fromRoot, Workspace } from './workspace.js';

/** One probe on several machines, as examples/workflows/headstart-matrix.yml has it, beside the same plan on one. */

const token = 'ghs_a_secret_of_the_tests';
const NUMBER = 7;
const entriesWithPlan = entries.filter(
  (entry) => readFileSync(fromRoot(entry), 'utf8').includes('plan-json') || entry === 'build/action.js',
);

describe.each(entriesWithPlan)('%s', (entry) => {
  const workspace = new Workspace();
  let fake: FakeGitHub;
  let matrix: Matrix;
  let shards: number[];

  beforeAll(async () => {
    fake = await FakeGitHub.start();
    workspace.writeImages('data', ['one', 'two', 'three'], 14);
    workspace.write('data/dataset.yaml', 'schema: headstart/v1\nimage: { size: 32 }\n');
    workspace.writeImages('few', ['one', 'two'], 2);
    fake.headSha = workspace.commit();
    matrix = new Matrix(workspace, entry, {
      apiUrl: fake.url,
      eventName: 'pull_request',
      event: pullRequest(fake.headSha),
      inputs: { budget: '20s', shards: '3', engine: 'wasm', workers: '2', 'github-token': token },
    });
    const { code, outputs, log } = await matrix.run('plan');
    expect({ code, log: code === 0 ? '' : log }).toEqual({ code: 0, log: '' });
    ({ shard: shards } = JSON.parse(outputs['matrix']) as { shard: number[] });
    loosen(join(matrix.artifacts, 'headstart-plan', 'plan.json'));
  });
  afterAll(async () => {
    workspace.remove();
    await fake.stop();
    expect(fake.violations).toEqual([]);
  });

  const artifact = (shard: number) =>
    join(matrix.artifacts, `headstart-shard-${shard}`, `shard-${shard}.json`);
  const written = () => reportIn(join(workspace.runner, 'headstart-report'));

  it('plans for all machines, and gives each something to train', () => {
    const plan = JSON.parse(
      readFileSync(join(matrix.artifacts, 'headstart-plan', 'plan.json'), 'utf8'),
    ) as Plan;
    expect(shards).toEqual([0, 1, 2]);
    for (const shard of shards) expect(plan.trials.some((trial) => trial.shard === shard)).toBe(true);
    expect(plan.done.map(({ spec }) => spec.strategy)).toContain('frozen');
  });

  it('measures to the bit what one machine measures with the same plan, and says the same', async () => {
    for (const shard of shards) expect((await matrix.run('shard', shard)).code).toBe(0);
    const merged = await matrix.run('merge');
    expect({ code: merged.code, warnings: merged.log.match(/^::warning.*$/gmu) }).toEqual({
      code: 0,
      warnings: null,
    });
    const several = written();
    expect(several.report.status).toBe('complete');
    expect(several.report.receipt.shards?.map(({ shard }) => shard)).toEqual(shards);
    expect(merged.outputs['family']).toBe(several.report.verdict.family);
    expect(merged.summary).toContain('### Learning curves');
    expect(strictReport(several.report)).toEqual(several.report);
    expect(fake.comments.map(({ id }) => String(id))).toEqual([merged.outputs['comment-id']]);

    const single = oneMachine(workspace, join(matrix.artifacts, 'headstart-plan', 'plan.json'));
    expect(several.measurements.measurements.length).toBeGreaterThan(6);
    expect(withoutSeconds(several.measurements)).toEqual(withoutSeconds(single.measurements));
    for (const part of ['strategies', 'curves', 'classes', 'findings', 'controls', 'dataset'] as const) {
      expect(timeless(several.report[part])).toEqual(timeless(single.report[part]));
    }
    expect(timeless(several.report.verdict)).toEqual(timeless(single.report.verdict));
    expect(several.report.recipe).toEqual(single.report.recipe);
  });

  it('survives a shard that is lost, and names its trials', async () => {
    const kept = readFileSync(artifact(1));
    rmSync(join(matrix.artifacts, 'headstart-shard-1'), { recursive: true });
    const { code, log, outputs } = await matrix.run('merge');
    mkdirSync(join(matrix.artifacts, 'headstart-shard-1'));
    writeFileSync(artifact(1), kept);
    expect(code).toBe(0);
    expect(log).toMatch(
      /::warning::Shard 1 was lost \(there is no shard-1\.json\), and with it \d+ trials?: \S+/u,
    );
    const { report } = written();
    expect(report.statusReason).toBe('1 of 3 shards was lost (1). The verdict rests on the others.');
    expect(report.receipt.shards?.map(({ shard }) => shard)).toEqual([0, 2]);
    expect(report.verdict.family).toBe(outputs['family']);
    expect(fake.comments).toHaveLength(1);
    expect(fake.comments[0].body).toContain('1 of 3 shards was lost');
  });

  it('says plainly when all shards are lost', async () => {
    const { code, log } = await matrix.run('merge', 0, { inputs: { 'shards-from': 'nowhere' } });
    expect(log.match(/::warning::Shard \d was lost/gu)).toHaveLength(3);
    const { report } = written();
    // Whether planning had the time to try rates of both families is the machine's to say.
    expect([report.status, code]).toEqual(report.status === 'failed' ? ['failed', 1] : ['complete', 0]);
    expect(report.statusReason).toMatch(
      report.status === 'failed'
        ? /^3 of 3 shards were lost \(0, 1, 2\)\. What is left cannot be compared\.$/u
        : /^3 of 3 shards were lost \(0, 1, 2\)\. Only what was measured while planning is left\.$/u,
    );
  });

  it('takes nothing from a shard that was tampered with', async () => {
    const kept = readFileSync(artifact(2), 'utf8');
    const content = JSON.parse(kept) as { trials: { measurement: { accuracy: number } }[] };
    content.trials[0].measurement.accuracy = 0.999;
    writeFileSync(artifact(2), JSON.stringify(content));
    const { code, log } = await matrix.run('merge');
    writeFileSync(artifact(2), kept);
    expect(code).toBe(0);
    expect(log).toMatch(
      /::warning::Shard 2 was lost \(.*the figures of .* are not those of its predictions\)/u,
    );
    expect(written().report.receipt.shards?.map(({ shard }) => shard)).toEqual([0, 1]);
  });

  it('refuses a plan for other images, in a shard and in the merge', async () => {
    const wrong = { inputs: { path: 'few' } };
    for (const job of ['shard', 'merge'] as const) {
      const { code, log } = await matrix.run(job, 0, wrong);
      expect(code).toBe(2);
      expect(log).toMatch(/::error::plan\.json: is for other images than those of few here\./u);
    }
  });

  it('says which input is missing, and that a shard has nothing', async () => {
    const shard = await matrix.run('shard', 200);
    expect(shard.code).toBe(2);
    expect(shard.log).toContain('plan.json: has no trials for shard 200.');
    const merge = await matrix.run('merge', 0, { inputs: { plan: '' } });
    expect(merge.code).toBe(2);
    expect(merge.log).toContain('::error::input plan: is needed for this mode.');
  });

  it('leaves what a cancelled shard has done', async () => {
    const cancelled = { stopAfter: /training shard/u };
    const { code, outputs } = await matrix.run('shard', 0, cancelled);
    expect(code).toBe(1);
    expect(outputs['shard-json']).not.toBe('');
    const { trials } = JSON.parse(readFileSync(artifact(0), 'utf8')) as { trials: unknown[] };
    expect(trials.length).toBeGreaterThan(0);
  });

  it.each<[string, string, RegExp]>([
    ['cannot be read', 'broken', /classes/u],
    ['are several', '.', /datasets/u],
  ])('says in the check run that the data %s, where planning has failed for it', async (_, path, why) => {
    workspace.write('broken/dataset.yaml', 'schema: headstart/v1\nclasses: 7\n');
    const planned = await matrix.run('plan', 0, { inputs: { path } });
    expect([planned.code, planned.outputs['plan-json'] ?? '']).toEqual([2, '']);
    const merged = await matrix.run('merge', 0, { inputs: { path, plan: 'nowhere/plan.json' } });
    expect(merged.code).toBe(2);
    const { conclusion, output } = fake.checkRuns.at(-1)!;
    expect([conclusion, output.title]).toEqual(['failure', 'Headstart could not read the dataset']);
    expect(output.summary).toMatch(why);
    expect(output.summary).not.toContain('plan.json');
  });

  it('says in the check run that there is no plan, where the data can be read', async () => {
    const merged = await matrix.run('merge', 0, { inputs: { plan: 'nowhere/plan.json' } });
    expect(merged.code).toBe(2);
    expect(fake.checkRuns.at(-1)).toMatchObject({ conclusion: 'failure' });
    expect(merged.log).toMatch(/::error::nowhere\/plan\.json: is no plan .* its log says why\./u);
  });

  it('trains nothing when the data forbid it, and the merge says so', async () => {
    const data = { inputs: { path: 'few' } };
    const planned = await matrix.run('plan', 0, data);
    expect(planned.code).toBe(0);
    expect(planned.outputs['matrix']).toBe('');
    expect(planned.log).toContain('::warning::There is nothing to train:');
    const merged = await matrix.run('merge', 0, data);
    expect(merged.code).toBe(1);
    expect(written().report.status).toBe('stopped');
    expect(merged.summary).toContain('Headstart did not train');
  });
});

/** A slow machine must not lose trials here, and none needs many passes: what is compared is not what is learned. */
function loosen(file: string): void {
  const plan = JSON.parse(readFileSync(file, 'utf8')) as Plan;
  plan.settings.budgetSeconds = 900;
  for (const { spec } of plan.trials) spec.epochs = 4;
  writeFileSync(file, JSON.stringify(plan));
}

function oneMachine(workspace: Workspace, plan: string): { report: Report; measurements: Measurements } {
  const { status, stderr } = spawnSync(
    process.execPath,
    [
      ...[fromRoot('build/cli.js'), 'probe', 'data', '--engine', 'wasm', '--quiet'],
      ...['--plan', plan, '--budget', '90s', '--workers', '1', '--out', 'alone'],
    ],
    { cwd: workspace.folder, encoding: 'utf8' },
  );
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return reportIn(join(workspace.folder, 'alone'));
}

/** The seconds of each training, and the speed of the machine, are all that may differ. */
function withoutSeconds({ header, measurements }: Measurements): unknown {
  const { costs, ...rest } = header;
  return {
    header: { ...rest, costs: { ...costs, secondsPerGmac: 0 } },
    measurements: measurements.map((each) => ({ ...each, trainSeconds: 0 })),
  };
}

/** Without what follows from seconds: times and prices. */
function timeless(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (key, inner: unknown) =>
      ['trainSeconds', 'seconds', 'costUsd'].includes(key) ? undefined : inner,
    ),
  );
}

function reportIn(folder: string): { report: Report; measurements: Measurements } {
  const read = (name: string) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as unknown;
  return {
    report: read('report.json') as Report,
    measurements: read('measurements.json') as Measurements,
  };
}

interface Plan {
  settings: { budgetSeconds: number };
  done: { spec: { strategy: string } }[];
  trials: { shard: number; spec: { epochs: number } }[];
}

interface Measurements {
  header: { costs: object };
  measurements: object[];
}

interface Report {
  status: string;
  statusReason: string | null;
  verdict: { family: string };
  strategies: unknown;
  curves: unknown;
  classes: unknown;
  findings: unknown;
  controls: unknown;
  dataset: unknown;
  recipe: unknown;
  receipt: { shards?: { shard: number }[] };
}

function pullRequest(headSha: string): unknown {
  const repo = { id: 1 };
  return {
    action: 'opened',
    pull_request: { number: NUMBER, head: { sha: headSha, repo }, base: { repo } },
  };
}
