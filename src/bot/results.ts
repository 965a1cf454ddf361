import { acceptReports } from '../github/forks/accept.js';
import { downloadArtifact, reportArtifacts } from '../github/forks/artifact.js';
import { leaveSticky } from '../github/comments/comment.js';
import type { GitHub } from '../github/client.js';
import { commentKey, DEFAULT_BACKBONE } from '../github/comments/comment-key.js';
import { type Accepted, causesOf, shown } from '../github/forks/step.js';
import { pullOf } from '../github/pull.js';
import { InputError } from '../problem.js';
import { renderCheck } from '../report/render/check.js';
import { stateIn } from '../report/comment-state.js';
import { renderComment, reportMarker } from '../report/render/comment.js';
import { prose } from '../report/escape.js';
import type { Report } from '../report/types.js';
import type { LookAfter, NoteStart, PostResults, WorkflowRun } from './action.js';
import { type Conclusion, endCheckRun, type Ending, findCheckRun, showRunning } from './check-run.js';
import { findRun, patience } from './dispatch.js';
import type { Means } from './job-context.js';
import { nameOf, type Request } from './requests.js';

/** A pull request with more comments than this is not read any more. */
const mostComments = 10;
/** Milliseconds after which nobody waits for a run any more; GitHub ends its jobs after 6 hours. */
const longest = 8 * 3600 * 1000;

/** Shows that the run began. Each function returns what was done, for the log. */
export async function noteStart(action: NoteStart, means: Means): Promise<string> {
  const request = requestOf(action, action.run, means);
  if (request?.state !== 'dispatched') return 'nobody waits for this run';
  await showRunning(await means.hub.actFor(request.installation), request, action.run.url);
  return 'shown as running';
}

/** Posts what a run measured, or that it measured nothing. */
export async function postResults(action: PostResults, means: Means): Promise<string> {
  const request = requestOf(action, action.run, means);
  if (request === null || !isNews(request, action.run)) return 'nobody waits for this run';
  return post(request, action.run, means);
}

/** Asks for a run of which no word came, as when the bot was away while GitHub told of it. */
export async function lookAfter(action: LookAfter, means: Means): Promise<string> {
  const request = means.requests.find(action.request);
  if (request === null || request.state === 'over') return 'it is over';
  const age = means.now() - request.created;
  // The next look comes first, for this one may fail: after twice the time, until the check run has ended.
  const looks = Math.floor(Math.log2(age / patience));
  await means.queue.accept(
    `look after ${request.id} ${looks}`,
    action,
    means.now() + Math.max(age, patience),
  );
  const github = await means.hub.actFor(request.installation);
  const own = nameOf(request.runner) === nameOf(request.repository);
  const runner = own ? github : await means.hub.actFor(await means.hub.installationAt(request.runner));
  const run = await findRun(runner, request, means);
  if (run !== null && run.conclusion !== null) return post(request, run, means);
  if (run !== null && age < longest) return 'it still runs';
  const checkRun = request.checkRun ?? (await findCheckRun(github, request));
  if (checkRun === null) {
    // Asking failed before anything of it could be seen on GitHub: what asked may ask again.
    means.requests.forget(request.id);
    return 'nothing came of it';
  }
  await endCheckRun(github, { ...request, checkRun }, without('lost', run?.url ?? null));
  means.requests.isOver(request.id, 'lost', null);
  return 'no run was found';
}

/** The request of a run; null for a run in another place or on another branch than it was dispatched to. */
function requestOf(
  { repository, request: id }: NoteStart | PostResults,
  run: WorkflowRun,
  { requests }: Means,
): Request | null {
  const request = requests.find(id);
  const same =
    request !== null &&
    nameOf(request.runner).toLowerCase() === nameOf(repository).toLowerCase() &&
    request.branch === run.branch;
  return same ? request : null;
}

/** Any run is news where none was posted or one that was cancelled; after that, another attempt of the same run. */
function isNews({ state, run: posted, outcome }: Request, run: WorkflowRun): boolean {
  if (state !== 'over' || posted === null || outcome === 'cancelled') return true;
  return posted.id === run.id && run.attempt > posted.attempt;
}

async function post(request: Request, run: WorkflowRun, means: Means): Promise<string> {
  const github = await means.hub.actFor(request.installation);
  const measured = await reportsOf(request, run, github, means);
  if ('ending' in measured) {
    await endCheckRun(github, request, measured.ending);
    means.requests.isOver(request.id, run.conclusion === 'cancelled' ? 'cancelled' : 'nothing', run);
    return measured.why;
  }
  // What is not known to be allowed is not shown: without a word of the step, no names.
  const reports = measured.accepted.flatMap((one) => shown(one, one.steps.length > 0 ? 'full' : 'counts'));
  const ending = endingOf(reports, measured.accepted, run);
  if (run.conclusion === 'cancelled') {
    await endCheckRun(github, request, ending);
    means.requests.isOver(request.id, 'cancelled', run);
    return 'posted to the check run alone: the run was cancelled';
  }
  const current = !means.requests.isOvertaken(request) && (await isCurrent(github, request));
  if (current) await comment(github, request, run, reports, means);
  await endCheckRun(github, request, ending);
  means.requests.isOver(request.id, 'posted', run);
  return current ? 'posted' : 'posted to the check run alone: there is a newer head, or a newer result';
}

type Measured = { accepted: Accepted[] } | { ending: Ending; why: string };

async function reportsOf(
  request: Request,
  run: WorkflowRun,
  github: GitHub,
  { hub }: Means,
): Promise<Measured> {
  const own = nameOf(request.runner) === nameOf(request.repository);
  const runner = own ? github : await hub.actFor(await hub.installationAt(request.runner));
  try {
    const accepted: Accepted[] = [];
    for (const artifact of await reportArtifacts(runner, request.runner, run.id)) {
      accepted.push(await acceptReports(await downloadArtifact(runner, request.runner, artifact)));
    }
    if (accepted.length > 0) return { accepted };
    return { ending: without(run.conclusion ?? '', run.url), why: 'the run left no report' };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const ending: Ending = {
      conclusion: 'failure',
      title: 'The report was refused',
      summary: `What the run left is not a report of Headstart. ${prose(error.message)}`,
      url: run.url,
    };
    return { ending, why: 'the report was refused' };
  }
}

async function isCurrent(github: GitHub, { repository, number, headSha }: Request): Promise<boolean> {
  return (await pullOf(github, repository, number)).headSha === headSha;
}

async function comment(
  github: GitHub,
  request: Request,
  run: WorkflowRun,
  reports: readonly Report[],
  { hub, identity, place }: Means,
): Promise<void> {
  const author = await hub.login();
  for (const report of reports.slice(0, mostComments)) {
    const { path = '', name = '' } = report.dataset ?? {};
    const key = commentKey(identity.workflow, path, name, DEFAULT_BACKBONE);
    const rendered = (previous: string | null): string =>
      renderComment(report, {
        key,
        // The workflow of the app takes the backbone that a command asks for, and measures with one alone.
        backbone: null,
        headSha: request.headSha,
        repository: nameOf(request.repository),
        runUrl: run.url,
        serverUrl: place.serverUrl,
        previous: previous === null ? null : stateIn(previous),
        // Commands are heard, boxes are not yet.
        listens: false,
      });
    // What did not change is no news: a comment that is there shrinks, and none is written.
    const after = (previous: string | null): string | null =>
      previous === null && report.status === 'unchanged' ? null : rendered(previous);
    const where = { ...request.repository, number: request.number };
    await leaveSticky(github, where, { marker: reportMarker(key), after }, author);
  }
}

/** As the run had it: what its steps decided, and how GitHub says that it ended. */
function endingOf(
  reports: readonly Report[],
  accepted: readonly Accepted[],
  { conclusion: ended, url }: WorkflowRun,
): Ending {
  const steps = accepted.flatMap((one) => one.steps);
  const causes = causesOf(reports, steps, [], notWell(ended));
  const { conclusion, title, summary } = renderCheck(reports, causes);
  const own = ended === 'cancelled' || ended === 'timed_out' ? ended : conclusion;
  return { conclusion: own, title, summary, url };
}

/** Why a run that ended so is no success; null: it is one. */
function notWell(ended: string | null): string | null {
  switch (ended) {
    case 'success':
      return null;
    case 'cancelled':
      return 'The run was cancelled.';
    case 'timed_out':
      return 'The run took longer than the workflow allows.';
    default:
      return 'The run failed; its log says why.';
  }
}

/** What is shown where a run left no report, by how the run ended. */
function without(ended: string, url: string | null): Ending {
  const sentences: Record<string, [Conclusion, string, string]> = {
    success: ['neutral', 'Nothing was measured', 'The workflow ended well but left no report.'],
    cancelled: ['cancelled', 'Cancelled', 'The run was cancelled, as when a newer commit came.'],
    timed_out: ['timed_out', 'Out of time', 'The run took longer than the workflow allows.'],
    lost: [
      'failure',
      'No run was found',
      'The workflow was asked to measure, but GitHub knows no run of it that ended.',
    ],
  };
  const [conclusion, title, why] = Object.hasOwn(sentences, ended)
    ? sentences[ended]
    : (['failure', 'The run failed', 'The workflow failed and left no report; its log says why.'] as const);
  const again = ' Comment `/headstart probe`, or ask for this check again, to measure.';
  return { conclusion, title, summary: why + again, url };
}
