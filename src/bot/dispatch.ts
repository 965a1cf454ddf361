import { acknowledge, answer, hear, mayWrite, notTheHead, type Wishes } from '../github/commands/answer.js';
import type { GitHub } from '../github/client.js';
import { leaveSticky } from '../github/comments/comment.js';
import type { Repository } from '../github/events/event.js';
import { explanationOf } from '../github/commands/explanation.js';
import { isGone, SenselessAnswer } from '../github/api-errors.js';
import { pullOf } from '../github/pull.js';
import { code } from '../report/escape.js';
import type { HearCommand, Measure, MeasureAgain, MeasureAllAgain } from './action.js';
import { endCheckRun, openCheckRun } from './check-run.js';
import { readRun } from './decide.js';
import type { Means } from './job-context.js';
import { nameOf, type Request } from './requests.js';
import { setbackOf } from './failure-kind.js';

/** Milliseconds after which a run that sent no word is looked for. */
export const patience = 90 * 60 * 1000;

/** What is to be measured, and why. */
interface Wanted {
  cause: string;
  installation: number;
  repository: Repository;
  number: number;
  wishes: Wishes;
  /** The commit that the cause was about; null: whatever is the head now. */
  headSha: string | null;
}

/** How asking went: dispatched, or not and why. */
type Asked = { dispatched: true } | { dispatched: false; why: string; missing?: true };

/** Measures the new head of a pull request. Each function returns what was done, for the log. */
export async function measure(action: Measure, means: Means): Promise<string> {
  const { repository, installation, number, headSha, forkOf } = action;
  const github = await means.hub.actFor(installation);
  if (forkOf !== null && !(await mayWrite(github, repository, forkOf)))
    return 'the author of the fork may not write here';
  const cause = `${nameOf(repository)}#${number}@${headSha}`;
  return said(await ask(github, { cause, installation, repository, number, headSha, wishes: {} }, means));
}

/** Answers a command, or measures as it asks. */
export async function obey(action: HearCommand, means: Means): Promise<string> {
  const { repository, installation, number, commentId, sender, line } = action;
  const github = await means.hub.actFor(installation);
  const event = { kind: 'command', repository, number, commentId, sender, line } as const;
  const hearing = await hear(github, event);
  const reply = async (about: string, text: string): Promise<void> => {
    await leaveSticky(github, { ...repository, number }, answer(about, text), await means.hub.login());
  };
  if (hearing.kind === 'none') return 'no command';
  if (hearing.kind === 'answer') {
    await reply(hearing.about, hearing.text);
    return `answered: ${hearing.about}`;
  }
  if (hearing.kind === 'explain') {
    const author = await means.hub.login();
    await reply('explain', await explanationOf(github, { ...repository, number }, author, null));
    return 'answered: explain';
  }
  if (hearing.kind !== 'probe') {
    await reply('errand', notTheApps(hearing.kind));
    return `left to a workflow: ${hearing.kind}`;
  }
  const { wishes, commit } = hearing;
  if (commit !== undefined) {
    const { headSha } = await pullOf(github, repository, number);
    if (!headSha.startsWith(commit)) {
      await reply('stale', notTheHead(headSha, commit));
      return 'answered: stale';
    }
  }
  const cause = `${nameOf(repository)}#${number} comment ${commentId}`;
  const asked = await ask(github, { cause, installation, repository, number, headSha: null, wishes }, means);
  if (asked.dispatched) await acknowledge(github, event);
  else if (asked.missing) await reply('workflow', missing(means));
  return said(asked);
}

/** Measures once more what a check run was about, as it was asked for then. */
export async function measureAgain(action: MeasureAgain, means: Means): Promise<string> {
  const earlier = means.requests.find(action.request);
  if (earlier === null || nameOf(earlier.repository) !== nameOf(action.repository))
    return 'the request is not known any more';
  const { repository, number, headSha, wishes } = earlier;
  const github = await means.hub.actFor(action.installation);
  const cause = `${nameOf(repository)} check run ${action.checkRunId}`;
  const { installation } = action;
  return said(await ask(github, { cause, installation, repository, number, headSha, wishes }, means));
}

/** The same for each pull request that has this commit as its head, as it was asked for last. */
export async function measureAllAgain(action: MeasureAllAgain, means: Means): Promise<string> {
  const { repository, installation, checkSuiteId, headSha, asked } = action;
  const github = await means.hub.actFor(installation);
  const done: string[] = [];
  for (const { number, wishes } of means.requests.latestOf(repository, headSha)) {
    const cause = `${nameOf(repository)}#${number} check suite ${checkSuiteId} ${asked}`;
    done.push(said(await ask(github, { cause, installation, repository, number, headSha, wishes }, means)));
  }
  return done.join(', ') || 'no request for this commit is known any more';
}

/**
 * Opens the request, its check run and its run of the workflow. Every step is recorded before the next: where an
 * earlier attempt was stopped on the way, GitHub is asked what that one did, and only the rest is done.
 */
async function ask(github: GitHub, wanted: Wanted, means: Means): Promise<Asked> {
  const { repository, number, headSha, ...rest } = wanted;
  const pull = await pullOf(github, repository, number);
  if (!pull.isOpen) return { dispatched: false, why: 'the pull request is not open' };
  if (headSha !== null && pull.headSha !== headSha)
    return { dispatched: false, why: 'the pull request has a newer head' };
  const runner = means.identity.central ?? repository;
  const runs = await runnerOf(github, runner, repository, means);
  if (runs === null) return { dispatched: false, why: 'there is no workflow', missing: true };

  const opened = { ...rest, repository, number, headSha: pull.headSha, runner, branch: runs.branch };
  const { request: found, isNew } = means.requests.open(opened);
  let request = found;
  if (request.state !== 'open') return { dispatched: false, why: 'it was asked for already' };
  await means.queue.accept(
    `look after ${request.id}`,
    { kind: 'look after', repository, installation: wanted.installation, request: request.id },
    means.now() + patience,
  );
  if (request.checkRun === null) {
    means.requests.hasCheckRun(request.id, await openCheckRun(github, request, !isNew));
    request = means.requests.find(request.id) ?? request;
  }
  const isRunning = !isNew && (await findRun(runs.github, request, means)) !== null;
  if (!isRunning) {
    try {
      await dispatch(runs.github, request, pull.baseSha, means);
    } catch (error) {
      await refuse(github, request, error, means);
      throw error;
    }
  }
  means.requests.wasDispatched(request.id);
  return { dispatched: true };
}

interface Runner {
  github: GitHub;
  /** Default branch, of which the workflow is taken. */
  branch: string;
}

/** Who dispatches the workflow and on which branch; null when the workflow is not there, or was disabled. */
async function runnerOf(
  github: GitHub,
  runner: Repository,
  repository: Repository,
  { hub, identity }: Means,
): Promise<Runner | null> {
  const own = nameOf(runner) === nameOf(repository);
  const there = own ? github : await hub.actFor(await hub.installationAt(runner));
  try {
    const { data } = await there.rest.actions.getWorkflow({ ...runner, workflow_id: identity.workflow });
    if (typeof data.state !== 'string') throw new SenselessAnswer();
    if (data.state !== 'active') return null;
  } catch (error) {
    if (isGone(error)) return null;
    throw error;
  }
  const { data } = await there.rest.repos.get({ ...runner });
  return { github: there, branch: data.default_branch };
}

async function dispatch(
  github: GitHub,
  request: Request,
  baseSha: string,
  { identity }: Means,
): Promise<void> {
  const { budgetSeconds, strategies, engine, backbone } = request.wishes;
  await github.rest.actions.createWorkflowDispatch({
    ...request.runner,
    workflow_id: identity.workflow,
    ref: request.branch,
    // An empty input leaves the choice to the workflow.
    inputs: {
      repository: nameOf(request.repository),
      'pull-request': String(request.number),
      'head-sha': request.headSha,
      'base-sha': baseSha,
      request: request.id,
      budget: budgetSeconds === undefined ? '' : `${budgetSeconds}s`,
      strategies: strategies?.join(',') ?? '',
      engine: engine ?? '',
      backbone: backbone ?? '',
    },
  });
}

/** Pages of 100 runs, newest first, that are searched. */
const mostPages = 3;

/** The run of a request, by its title; null where there is none yet. */
export async function findRun(
  github: GitHub,
  request: Request,
  { identity }: Pick<Means, 'identity'>,
): Promise<NonNullable<ReturnType<typeof readRun>>['run'] | null> {
  for (let page = 1; page <= mostPages; page++) {
    const { data } = await github.rest.actions.listWorkflowRuns({
      ...request.runner,
      workflow_id: identity.workflow,
      event: 'workflow_dispatch',
      branch: request.branch,
      per_page: 100,
      page,
    });
    const read = data.workflow_runs.map((run) => readRun(run, identity.workflow));
    const found = read.find((candidate) => candidate?.request === request.id);
    if (found != null) return found.run;
    if (data.workflow_runs.length < 100) break;
  }
  return null;
}

/** What GitHub will not do on another try either is shown where people look for the result. */
async function refuse(github: GitHub, request: Request, error: unknown, means: Means): Promise<void> {
  const setback = setbackOf(error, means.now());
  if (setback.kind !== 'lasting') return;
  await endCheckRun(github, request, {
    conclusion: 'failure',
    title: 'The workflow could not be started',
    summary: `GitHub did not start ${code(means.identity.workflow)}. Does it have the trigger \`workflow_dispatch\` with the inputs of the example, and may the app write to Actions?`,
    url: null,
  });
  // Only now: a request that is over is not looked after, and its check run would stay as it is.
  means.requests.isOver(request.id, 'refused', null);
}

/** The bot reads no images, and a run that it asked for ends by its own time limit or by hand. */
function notTheApps(errand: string): string {
  return `Sorry. As an app **Headstart** answers \`/headstart probe\`, \`explain\` and \`help\`; \`${errand}\` needs the workflow examples/workflows/headstart-bot.yml of Headstart. The check run on the commit has the complete report.`;
}

function missing({ identity }: Means): string {
  const where = identity.central === null ? 'this repository' : code(nameOf(identity.central));
  return `**Headstart** measured nothing: ${where} has no active workflow ${code(`.github/workflows/${identity.workflow}`)} on its default branch. Copy it from the examples of Headstart, then comment \`/headstart probe\` again.`;
}

function said(asked: Asked): string {
  return asked.dispatched ? 'dispatched' : asked.why;
}
