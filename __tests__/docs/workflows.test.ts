import { describe, expect, it } from '@jest/globals';
import { parse, parseDocument } from 'yaml';
import { read, workflowsIn } from './sources.js';

interface Step {
  uses?: string;
  if?: string;
  run?: string;
  with?: Record<string, unknown>;
}

interface Job {
  'runs-on': string;
  'timeout-minutes'?: number;
  permissions?: Record<string, string>;
  steps: Step[];
}

interface Workflow {
  name: string;
  on: unknown;
  permissions?: Record<string, string>;
  jobs: Record<string, Job>;
}

const action = parse(read('action.yml')) as {
  inputs: Record<string, unknown>;
  outputs: Record<string, unknown>;
};

const RELEASE = '.github/workflows/release-packs.yml';
const files = [...workflowsIn('.github/workflows'), ...workflowsIn('examples/workflows')];

const quickStart = /```yaml\n(on: pull_request[^`]*)```/.exec(read('README.md'))?.[1] ?? '';

function stepsOf(workflow: Workflow): Step[] {
  return Object.values(workflow.jobs).flatMap(({ steps }) => steps);
}

/** Steps that run this action: from the repository itself, or from wherever a user has it. */
function ours(steps: Step[]): Step[] {
  return steps.filter(({ uses }) => uses === './' || uses?.includes('/headstart@') === true);
}

describe.each(files)('the workflow %s', (file) => {
  const text = read(file);
  const workflow = parse(text) as Workflow;
  const jobs = Object.values(workflow.jobs);
  const allowed = file === RELEASE ? 'contents: write' : 'pull-requests: write';

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

  it('asks for no right beyond reading, commenting on pull requests, and adding to a release', () => {
    const granted = [workflow.permissions, ...jobs.map(({ permissions }) => permissions)]
      .flatMap((permissions) => Object.entries(permissions ?? {}))
      .map(([scope, right]) => `${scope}: ${right}`);
    expect(granted).toContain('contents: read');
    const writes = granted.filter((right) => right !== 'contents: read');
    expect(writes.filter((right) => right !== allowed)).toEqual([]);
    // Who may write to the repository runs nothing of it: what was built elsewhere is only handed on.
    for (const { permissions, steps } of jobs) {
      if (permissions?.['contents'] !== 'write') continue;
      expect(steps.filter(({ uses }) => uses?.startsWith('actions/checkout@'))).toEqual([]);
    }
  });

  it('leaves no credentials in a checkout', () => {
    const checkouts = stepsOf(workflow).filter(({ uses }) => uses?.startsWith('actions/checkout@') === true);
    expect(checkouts.length).toBeGreaterThan(0);
    for (const checkout of checkouts) expect(checkout.with?.['persist-credentials']).toBe(false);
  });

  it('puts no expression into a shell command', () => {
    for (const { run } of stepsOf(workflow)) expect(run ?? '').not.toContain('${{');
  });

  it('uploads only what Headstart wrote outside the checkout', () => {
    if (file === RELEASE) return; // It has no run of Headstart, and uploads the packs that it builds.
    for (const step of stepsOf(workflow)) {
      if (step.uses?.startsWith('actions/upload-artifact@') !== true) continue;
      expect(step.with?.['path']).toBe('${{ runner.temp }}/headstart-report');
      expect(step.if).toContain("steps.headstart.outputs.report-json != ''");
      const written = ours(stepsOf(workflow)).map((each) => each.with?.['out']);
      expect(written).toEqual(['${{ runner.temp }}/headstart-report']);
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
