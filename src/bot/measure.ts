/** Tasks that request a measurement. Each function returns what it did, for the log. */
import { classifyFailure } from '../github/api-errors.js';
import type { GitHub } from '../github/client.js';
import { answer, explanationOf, notTheHead } from '../github/commands/answers.js';
import { mayWrite, react, readCommand } from '../github/commands/authorize.js';
import type { CommandOptions } from '../github/commands/command.js';
import { upsertComment } from '../github/comments/comment.js';
import type { Repository } from '../github/events/event.js';
import { pullOf } from '../github/pull.js';
import { code } from '../report/escape.js';
import { endCheckRun, queueCheckRun } from './check-run.js';
import { dispatch, findRun, findRunner, type JobContext, LOOK_AFTER_MS } from './dispatch.js';
import { nameOf, type Request } from './requests.js';
import type { HearCommand, Measure, MeasureAgain, MeasureAllAgain } from './tasks.js';

interface Wanted {
  /** What asked for it. */
  cause: string;
  installation: number;
  repository: Repository;
  number: number;
  options: CommandOptions;
  /** The commit that was asked for; null: the current head. */
  headSha: string | null;
}

type Requested = { dispatched: true } | { dispatched: false; why: string; missing?: true };

/** Measures the new head of a pull request. */
export async function measure(task: Measure, context: JobContext): Promise<string> {
  const { repository, installation, number, headSha, forkOf } = task;
  const github = await context.clients.forInstallation(installation);
  if (forkOf !== null && !(await mayWrite(github, repository, forkOf)))
    return 'the author of the fork has no write access';
  const cause = `${nameOf(repository)}#${number}@${headSha}`;
  const wanted = { cause, installation, repository, number, headSha, options: {} };
  return outcomeOf(await requestMeasurement(github, wanted, context));
}

/** Answers a command, or measures. */
export async function runCommand(task: HearCommand, context: JobContext): Promise<string> {
  const { repository, installation, number, commentId, sender, line } = task;
  const place = { ...repository, number };
  const github = await context.clients.forInstallation(installation);
  const event = { kind: 'command', repository, number, commentId, sender, line } as const;
  const reply = async (about: string, text: string): Promise<void> => {
    await upsertComment(github, place, answer(about, text), await context.clients.login());
  };
  const command = await readCommand(github, event);
  switch (command.kind) {
    case 'none':
      return 'no command';
    case 'answer':
      await reply(command.about, command.text);
      return `answered: ${command.about}`;
    case 'explain':
      await reply('explain', await explanationOf(github, place, await context.clients.login(), null));
      return 'answered: explain';
    case 'inspect':
    case 'cancel':
      await reply('errand', needsWorkflow(command.kind));
      return `left to a workflow: ${command.kind}`;
    case 'probe': {
      const { options, commit } = command;
      if (commit !== undefined) {
        const { headSha } = await pullOf(github, repository, number);
        if (!headSha.startsWith(commit)) {
          await reply('stale', notTheHead(headSha, commit));
          return 'answered: stale';
        }
      }
      const cause = `${nameOf(repository)}#${number} comment ${commentId}`;
      const wanted = { cause, installation, repository, number, headSha: null, options };
      const requested = await requestMeasurement(github, wanted, context);
      if (requested.dispatched) await react(github, event, 'eyes');
      else if (requested.missing) await reply('workflow', workflowMissing(context));
      return outcomeOf(requested);
    }
  }
}

/** Repeats the measurement of a check run with the same options. */
export async function measureAgain(task: MeasureAgain, context: JobContext): Promise<string> {
  const earlier = context.requests.find(task.request);
  if (earlier === null || nameOf(earlier.repository) !== nameOf(task.repository))
    return 'the request is not known any more';
  const { repository, number, headSha, options } = earlier;
  const { installation } = task;
  const github = await context.clients.forInstallation(installation);
  const cause = `${nameOf(repository)} check run ${task.checkRunId}`;
  const wanted = { cause, installation, repository, number, headSha, options };
  return outcomeOf(await requestMeasurement(github, wanted, context));
}

/** Repeats the latest measurement of each pull request with this head. */
export async function measureAllAgain(task: MeasureAllAgain, context: JobContext): Promise<string> {
  const { repository, installation, checkSuiteId, headSha, asked } = task;
  const github = await context.clients.forInstallation(installation);
  const outcomes: string[] = [];
  for (const { number, options } of context.requests.latestOf(repository, headSha)) {
    const cause = `${nameOf(repository)}#${number} check suite ${checkSuiteId} ${asked}`;
    const wanted = { cause, installation, repository, number, headSha, options };
    outcomes.push(outcomeOf(await requestMeasurement(github, wanted, context)));
  }
  return outcomes.join(', ') || 'no request for this commit is known any more';
}

/**
 * Creates the request, its check run and its workflow run. Each step is recorded before the next. If an earlier
 * attempt was interrupted, GitHub is asked which steps it completed, and only the others are done.
 */
async function requestMeasurement(github: GitHub, wanted: Wanted, context: JobContext): Promise<Requested> {
  const { requests, queue, identity, now } = context;
  const { repository, number, headSha, ...rest } = wanted;
  const pull = await pullOf(github, repository, number);
  if (!pull.isOpen) return { dispatched: false, why: 'the pull request is not open' };
  if (headSha !== null && pull.headSha !== headSha)
    return { dispatched: false, why: 'the pull request has a newer head' };
  const runner = identity.central ?? repository;
  const found = await findRunner(github, runner, repository, context);
  if (found === null) return { dispatched: false, why: 'there is no workflow', missing: true };

  const created = { ...rest, repository, number, headSha: pull.headSha, runner, branch: found.branch };
  const { request: opened, isNew } = requests.open(created);
  let request = opened;
  if (request.state !== 'open') return { dispatched: false, why: 'it was asked for already' };
  await queue.accept(
    `look after ${request.id}`,
    { kind: 'look after', repository, installation: wanted.installation, request: request.id },
    now() + LOOK_AFTER_MS,
  );
  if (request.checkRun === null) {
    requests.recordCheckRun(request.id, await queueCheckRun(github, request, !isNew));
    request = requests.find(request.id) ?? request;
  }
  const isRunning = !isNew && (await findRun(found.github, request, context)) !== null;
  if (!isRunning) {
    try {
      await dispatch(found.github, request, pull.baseSha, context);
    } catch (error) {
      await showRefusal(github, request, error, context);
      throw error;
    }
  }
  requests.markDispatched(request.id);
  return { dispatched: true };
}

/** Reports a permanent failure in the check run. Other failures are tried again. */
async function showRefusal(
  github: GitHub,
  request: Request,
  error: unknown,
  { requests, identity, now }: JobContext,
): Promise<void> {
  if (classifyFailure(error, now()).kind !== 'permanent') return;
  await endCheckRun(github, request, {
    conclusion: 'failure',
    title: 'The workflow could not be started',
    summary: `GitHub did not start ${code(identity.workflow)}. Does it have the trigger \`workflow_dispatch\` with the inputs of the example, and does the app have write access to Actions?`,
    url: null,
  });
  // Close it last: nobody looks after a closed request, so its check run would never end.
  requests.close(request.id, 'refused', null);
}

/** The bot reads no images, and does not cancel runs. */
function needsWorkflow(command: 'inspect' | 'cancel'): string {
  return `Sorry. The **Headstart** app answers \`/headstart probe\`, \`explain\` and \`help\`; \`${command}\` needs the workflow examples/workflows/headstart-bot.yml of Headstart. The check run on the commit has the complete report.`;
}

function workflowMissing({ identity }: JobContext): string {
  const where = identity.central === null ? 'this repository' : code(nameOf(identity.central));
  return `**Headstart** measured nothing: ${where} has no active workflow ${code(`.github/workflows/${identity.workflow}`)} on its default branch. Copy it from the examples of Headstart, then comment \`/headstart probe\` again.`;
}

function outcomeOf(requested: Requested): string {
  return requested.dispatched ? 'dispatched' : requested.why;
}
