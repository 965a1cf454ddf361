import { describe, expect, it } from '@jest/globals';
import type { Finding } from '../../src/checks/finding.js';
import { requestInTitle } from '../../src/bot/tasks.js';
import type { Random } from '../../src/verdict/statistics.js';
import { reportOf } from '../action/quick-step.js';
import { botNode, whyNot } from '../fixtures/bot/process.js';
import { checkAgain, comment, pullRequest, suiteAgain, workflowRun } from '../fixtures/bot/webhooks.js';
import type { FakeRun } from '../fixtures/github/actions.js';
import type { FakeCheckRun } from '../fixtures/github/checks.js';
import { FakeGitHub } from '../fixtures/github/fake.js';
import { randomFaults, scattered } from '../fixtures/github/faults.js';
import { zipOf } from '../fixtures/zip.js';
import { MortalBot } from './mortal-bot.js';

/**
 * Sequences of a pull request that is measured again and again while GitHub fails, webhooks are lost or come twice, and
 * the bot is killed and started again: what is left there each time that GitHub works and has sent everything.
 */

/** `HEADSTART_FAULT_SEQUENCES=500` takes half an hour on two cores. */
const sequences = Number(process.env['HEADSTART_FAULT_SEQUENCES'] ?? 6);
const firstSeed = Number(process.env['HEADSTART_FIRST_SEED'] ?? 1);
/** Under way at the same moment: most of the time is waiting. */
const together = 12;

const hour = 3600_000;
const inputs = [
  'repository',
  'pull-request',
  'head-sha',
  'base-sha',
  'request',
  'budget',
  'strategies',
  'engine',
  'backbone',
];

/** What no sequence may leave, counted. */
const none = { duplicates: 0, lost: 0, inProgress: 0, green: 0, named: 0 };
const seen = { rounds: 0, killed: 0, undelivered: 0, runs: 0, gated: 0, counts: 0, reports: 0 };

/** A pull request of a repository that has the app. */
class Scene {
  readonly #fake: FakeGitHub;
  readonly #bot: MortalBot;
  readonly #random: Random;
  readonly #seed: number;
  readonly #isGated: boolean;
  readonly #details: 'full' | 'counts';
  readonly #datasets: readonly string[];
  readonly left = { ...none };
  #asked = 0;

  constructor(fake: FakeGitHub, seed: number) {
    const random = scattered(seed);
    this.#fake = fake;
    this.#random = random;
    this.#seed = seed;
    this.#bot = new MortalBot(fake.url, random);
    this.#isGated = this.#chance(0.4);
    this.#details = this.#chance(0.5) ? 'counts' : 'full';
    this.#datasets = this.#chance(0.3) ? ['shapes', 'more'] : ['shapes'];
    if (this.#isGated) seen.gated += 1;
    if (this.#details === 'counts') seen.counts += 1;
    const path = '.github/workflows/headstart-app.yml';
    fake.workflows.push({ id: 6, name: 'Headstart app', path, state: 'active', inputs });
    fake.installations.push({ id: 5, account: 'octo-org', suspended_at: null });
    fake.permissions = { octocat: 'write' };
    fake.account = 'headstart[bot]';
    for (let index = 0; index < [0, 30, 230][random.index(3)]; index++) fake.addComment('a comment', 'mona');
    let requests = 0;
    let killAt = 1 + random.index(14);
    fake.before = () => {
      if (++requests < killAt) return;
      if (this.#bot.kill()) seen.killed += 1;
      killAt = requests + 10 + random.index(60);
    };
  }

  async play(): Promise<void> {
    await this.#bot.start();
    const answersWell = this.#fake.chance;
    const rounds = 2 + this.#random.index(2);
    for (let round = 1; round <= rounds; round++) {
      seen.rounds += 1;
      const checksBefore = this.#fake.checkRuns.length;
      // The last one shows that nothing of those before stands in the way.
      if (round < rounds) this.#fake.chance = faults(10 * this.#seed + round);
      await this.#measure();
      if (this.#chance(0.3)) await this.#measure();
      if (this.#chance(0.5)) await this.#bot.live();
      this.#fake.chance = answersWell;
      // Twice: the runs that it leads to are told of by webhooks, too.
      for (let times = 0; times < 2; times++) {
        await this.#bot.redeliver();
        while (await this.#work());
      }
      if (this.#fake.checkRuns.length === checksBefore) this.left.lost += 1;
      this.#count();
    }
    expect(this.#bot.log).not.toContain('cannot go on');
    expect(this.#fake.violations).toEqual([]);
  }

  async remove(): Promise<void> {
    this.#fake.before = () => undefined;
    seen.undelivered += this.#bot.undelivered;
    await this.#bot.remove();
  }

  #chance(share: number): boolean {
    return this.#random.uniform() < share;
  }

  async #measure(): Promise<void> {
    await this.#ask();
    await this.#work();
  }

  /** By a new commit, a command, or one of GitHub's two buttons. */
  async #ask(): Promise<void> {
    const fake = this.#fake;
    const way = this.#asked === 0 ? 0 : this.#random.index(4);
    this.#asked += 1;
    const check = fake.checkRuns.at(-1);
    if (way === 0) {
      fake.headSha = this.#asked.toString(16).padStart(40, '0');
      const head = { 'pull_request.head.sha': fake.headSha, 'pull_request.updated_at': this.#bot.now() };
      await this.#bot.deliver('pull_request', pullRequest(head));
    } else if (way === 1 || check?.head_sha !== fake.headSha) {
      const said = { 'comment.id': fake.nextId(), 'comment.created_at': this.#bot.now() };
      await this.#bot.deliver('issue_comment', comment('/headstart probe', said));
    } else if (way === 2) {
      await this.#bot.deliver('check_run', checkAgain(check.id, check.external_id!));
    } else {
      const when = { 'check_suite.updated_at': `time ${this.#asked}` };
      await this.#bot.deliver('check_suite', suiteAgain(check.check_suite.id, fake.headSha, when));
    }
  }

  /** Waits for runs, and works at the newest, which cancels the others; false when the bot rests and there is none. */
  async #work(): Promise<boolean> {
    const queued = (): FakeRun[] => this.#fake.workflowRuns.filter(({ status }) => status === 'queued');
    await this.#bot.live(() => queued().length > 0);
    const [newest, ...older] = queued().reverse();
    for (const run of older) await this.#end(run, 'cancelled');
    if ((newest as FakeRun | undefined) === undefined) return false;
    newest.status = 'in_progress';
    await this.#tell(newest, 'in_progress');
    // From no time at all to half a day.
    const end = this.#bot.ahead + 12 * hour * this.#random.uniform() ** 2;
    await this.#bot.live(() => this.#bot.ahead >= end);
    const isCancelled = this.#chance(0.1);
    const fails = this.#isGated && this.#chance(0.7);
    if (!isCancelled) this.#leaveReports(newest);
    await this.#end(newest, isCancelled ? 'cancelled' : fails ? 'failure' : 'success');
    return true;
  }

  async #end(run: FakeRun, conclusion: string): Promise<void> {
    seen.runs += 1;
    Object.assign(run, { status: 'completed', conclusion });
    await this.#tell(run, 'completed');
  }

  #tell(run: FakeRun, action: string): Promise<void> {
    const payload = workflowRun(requestInTitle(run.display_title)!, {
      action,
      'workflow_run.id': run.id,
      'workflow_run.conclusion': run.conclusion,
      'workflow_run.html_url': `https://github.com/octo-org/shapes/actions/runs/${run.id}`,
    });
    return this.#bot.deliver('workflow_run', payload);
  }

  #leaveReports(run: FakeRun): void {
    const finding: Finding = {
      id: 'leak-exact',
      severity: 'error',
      effect: 'weakens',
      message: `${markOf(run)}: one test image is a training image as well.`,
      remedy: 'Remove it from one of them.',
      count: 1,
      evidence: ['data/patient-smith.png'],
      places: [{ file: 'data/patient-smith.png' }],
    };
    const causes = this.#isGated ? ['fail-on names leak-exact.'] : [];
    const files: Record<string, object> = {
      'step.json': { schema: 'headstart/step/v1', details: this.#details, causes },
    };
    for (const name of this.#datasets) files[`${name}/report.json`] = reportOf(name, { findings: [finding] });
    this.#fake.artifacts.push({
      id: this.#fake.nextId(),
      name: 'headstart-report',
      runId: run.id,
      archive: zipOf(
        Object.entries(files).map(([name, content]) => ({ name, content: JSON.stringify(content) })),
      ),
      expired: false,
      created_at: '2026-01-01T00:00:00Z',
    });
  }

  /** Counts what a bot at rest has left. */
  #count(): void {
    const { comments, checkRuns, workflowRuns, account, headSha } = this.#fake;
    const ours = comments.filter(({ user }) => user?.login === account).map(({ body }) => body);
    const firstLines = new Set(ours.map((body) => body.split('\n', 1)[0]));
    const reports = ours.filter((body) => body.startsWith('<!-- headstart:report'));
    if (firstLines.size < ours.length || reports.length > this.#datasets.length) this.left.duplicates += 1;
    if (checkRuns.some(({ status }) => status !== 'completed')) this.left.inProgress += 1;
    if (this.#isGated && checkRuns.some(isGreen)) this.left.green += 1;
    if (this.#details === 'counts' && JSON.stringify([ours, checkRuns]).includes('patient-smith'))
      this.left.named += 1;
    const last = workflowRuns.filter(({ conclusion }) => conclusion !== 'cancelled').at(-1);
    const check = checkRuns.find(({ external_id }) => external_id === requestInTitle(last?.display_title));
    if (last === undefined || check?.head_sha !== headSha) return;
    seen.reports += 1;
    const isPosted = reports.filter((body) => body.includes(markOf(last))).length === this.#datasets.length;
    if (!isPosted || check.conclusion !== (this.#isGated ? 'failure' : 'success')) this.left.lost += 1;
  }
}

function isGreen({ conclusion }: FakeCheckRun): boolean {
  return conclusion === 'success' || conclusion === 'neutral';
}

/** All but one: where GitHub says that there is no workflow, a push is not measured. */
function faults(seed: number): FakeGitHub['chance'] {
  const chance = randomFaults({ seed, share: 0.2, most: 2 });
  return (operationId) => {
    const fault = chance(operationId);
    const isNoWorkflow =
      operationId === 'actions/get-workflow' && fault !== null && 'status' in fault && fault.status === 404;
    return isNoWorkflow ? null : fault;
  };
}

/** Tells the reports of a run from those of others. */
function markOf({ id }: FakeRun): string {
  return `Run ${id}`;
}

/** What it has left, counted. */
async function sequence(seed: number): Promise<typeof none> {
  const fake = await FakeGitHub.start();
  const scene = new Scene(fake, seed);
  try {
    await scene.play();
    return scene.left;
  } catch (error) {
    throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error });
  } finally {
    await scene.remove();
    await fake.stop();
  }
}

(botNode === null ? describe.skip : describe)(`headstart bot in ${sequences} sequences${whyNot}`, () => {
  it('leaves nothing wrong behind, whatever fails and wherever it is killed', async () => {
    const seeds = Array.from({ length: sequences }, (_, index) => firstSeed + index);
    const left = { ...none };
    const worker = async (): Promise<void> => {
      for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift()) {
        const its = await sequence(seed);
        for (const what of Object.keys(none) as (keyof typeof none)[]) left[what] += its[what];
        if (Object.values(its).some((times) => times > 0)) console.warn(`seed ${seed}`, its);
      }
    };
    await Promise.all(Array.from({ length: together }, worker));
    console.info(`${sequences} sequences`, seen, left);
    expect(left).toEqual(none);
    expect(seen.killed).toBeGreaterThanOrEqual(sequences);
  }, 7_200_000);
});
