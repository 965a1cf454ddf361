import { describe, expect, it } from '@jest/globals';
import { read, workflowsIn } from './sources.js';
import { checkoutsIn, type Job, ours, stepsOf, type Workflow, workflowIn } from './workflow.js';

/** What strangers may cost, what may push what aside, and what runs: the rules that every workflow is held to. */

const examples = workflowsIn('examples/workflows');
const files = [...workflowsIn('.github/workflows'), ...examples];

/** Minutes beside measuring: checkout, reading, posting and uploading. */
const SPARE_MINUTES = 5;

const listens = ({ on }: Workflow, event: string) => JSON.stringify(on).includes(`"${event}"`);
const needsOf = ({ needs = [] }: Job) => [needs].flat();
const checksOut = ({ steps }: Job) => checkoutsIn(steps).length > 0;

/** What a step measures by itself; a shard and the merge take the budget of the plan. */
const hasBudget = (mode: unknown) => mode === undefined || mode === 'probe' || mode === 'plan';

function minutesOf(budget: unknown): number | null {
  const found = /^(\d+)([smh])$/u.exec(String(budget));
  return found === null
    ? null
    : (Number(found[1]) * { s: 1, m: 60, h: 3600 }[found[2] as 's' | 'm' | 'h']) / 60;
}

describe.each(files)('%s', (file) => {
  const text = read(file);
  const workflow = workflowIn(file);
  const jobs = Object.values(workflow.jobs);

  it('runs actions of others by the whole commit, with the version beside it', () => {
    const uses = [...text.matchAll(/^ *-? *uses: (.*)$/gmu)].map(([, what]) => what);
    expect(uses.length).toBeGreaterThan(0);
    const loose = uses.filter(
      (what) =>
        !/^(?:\.\/|OWNER\/headstart@v0)(?: #.*)?$/u.test(what) &&
        !/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/u.test(what),
    );
    expect(loose).toEqual([]);
  });

  it('caps what it measures, and leaves the job the time to say so', () => {
    for (const job of jobs) {
      // What waits for a command that was refused measures nothing.
      for (const { with: inputs = {} } of checksOut(job) ? ours(job.steps) : []) {
        if (!hasBudget(inputs['mode'])) continue;
        const most = inputs['max-minutes'] as number;
        expect(most).toBeGreaterThan(0);
        expect(most).toBeLessThanOrEqual(job['timeout-minutes']! - SPARE_MINUTES);
        const budget = minutesOf(inputs['budget']);
        if (budget !== null) expect(budget).toBeLessThanOrEqual(most);
      }
    }
  });

  it('says what `lfs: true` asks of the runner', () => {
    const lines = text.split('\n').filter((line) => /^ *lfs: true/u.test(line));
    expect(lines.filter((line) => !line.includes('git-lfs'))).toEqual([]);
  });

  it('may leave a check run wherever a result is posted', () => {
    for (const { permissions = workflow.permissions, steps } of jobs) {
      const posting = ours(steps).filter(
        ({ with: inputs = {} }) =>
          !['plan', 'shard'].includes(String(inputs['mode'])) && inputs['check-run'] !== false,
      );
      if (posting.length === 0 || (checkoutsIn(steps).length === 0 && !listens(workflow, 'workflow_run')))
        continue;
      expect(permissions).toMatchObject({ checks: 'write' });
    }
  });
});

describe('the actions of others', () => {
  it('are the same commit under the same version everywhere', () => {
    const pins = files.flatMap((file) => [...read(file).matchAll(/uses: ([\w/-]+)@([0-9a-f]{40} # v\S+)/gu)]);
    const versions = new Map<string, Set<string>>();
    for (const [, action, pin] of pins) versions.set(action, (versions.get(action) ?? new Set()).add(pin));
    expect(versions.size).toBeGreaterThan(3);
    for (const [action, found] of versions) expect([action, [...found]]).toEqual([action, [[...found][0]]]);
  });
});

describe.each(examples.filter((file) => listens(workflowIn(file), 'issue_comment')))(
  '%s, which strangers can start',
  (file) => {
    const workflow = workflowIn(file);
    const waiting = Object.values(workflow.jobs).filter(checksOut);

    it('checks out nothing before a small job has asked whether they may write', () => {
      expect(waiting.length).toBeGreaterThan(0);
      for (const job of waiting) {
        const [name, ...others] = needsOf(job);
        expect(others).toEqual([]);
        const first = workflow.jobs[name];
        expect(needsOf(first)).toEqual([]);
        expect(checksOut(first)).toBe(false);
        expect(first['timeout-minutes']).toBeLessThanOrEqual(5);
        expect(Object.keys(first.outputs ?? {})).toEqual(['may-write']);
        expect(job.if).toBe(`needs.${name}.outputs.may-write == 'true'`);
      }
    });

    it('has nobody wait, or pushed aside, by what has not been allowed', () => {
      // A group of the workflow, or of the first job, would be entered before anybody was asked.
      expect(workflow.concurrency).toBeUndefined();
      for (const job of Object.values(workflow.jobs)) {
        if (!checksOut(job)) expect(job.concurrency).toBeUndefined();
        else {
          const [name] = needsOf(job);
          expect(job.concurrency?.group).toContain(`needs.${name}.outputs.may-write == 'true' && (`);
          expect(job.concurrency?.group).toMatch(/\|\| github\.run_id \}\}$/u);
          expect(job.concurrency?.['cancel-in-progress'] ?? false).toBe(false);
        }
      }
    });
  },
);

describe('what is measured at the same time', () => {
  it('is cancelled for a newer push to the same pull request', () => {
    for (const file of examples) {
      const workflow = workflowIn(file);
      if (!listens(workflow, 'pull_request')) continue;
      expect(workflow.concurrency?.group).toContain('github.event.pull_request.number');
      expect(workflow.concurrency?.['cancel-in-progress']).toBe(true);
    }
  });

  it('is a commit each on the default branch, since a group has place for one that waits', () => {
    const { concurrency } = workflowIn('examples/workflows/headstart-push.yml');
    expect(concurrency?.group).toContain('github.sha');
    expect(concurrency?.['cancel-in-progress'] ?? false).toBe(false);
  });
});

describe('workflows that measure pull requests on the default branch', () => {
  it.each(['headstart-app.yml', 'headstart-bot.yml'])(
    'keeps no cache where the data of a fork is measured: %s',
    (name) => {
      const { jobs } = workflowIn(`examples/workflows/${name}`);
      const measuring = Object.values(jobs).filter(checksOut);
      expect(measuring).toHaveLength(1);
      for (const { with: inputs } of ours(measuring[0].steps)) expect(inputs).toMatchObject({ cache: false });
    },
  );
});

describe('the merge of a matrix', () => {
  const { jobs } = workflowIn('examples/workflows/headstart-matrix.yml');

  it('runs also where planning failed, and posts why', () => {
    expect(jobs['merge'].if).toBe('${{ !cancelled() }}');
    expect(jobs['merge'].permissions).toEqual({
      contents: 'read',
      'pull-requests': 'write',
      checks: 'write',
    });
    const downloads = jobs['merge'].steps.filter(({ uses }) => uses?.includes('download-artifact') === true);
    expect(downloads.map((step) => step.if)).toEqual([
      "needs.plan.outputs.plan-json != ''",
      "needs.plan.outputs.plan-json != ''",
    ]);
  });

  it('is the only job that may write', () => {
    for (const [name, { permissions = {} }] of Object.entries(jobs))
      expect([name, Object.values(permissions).includes('write')]).toEqual([name, name === 'merge']);
    expect(stepsOf({ jobs } as unknown as Workflow).length).toBeGreaterThan(0);
  });
});
