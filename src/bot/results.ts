/** Tasks about a run of the workflow. Each function returns what it did, for the log. */
import type { GitHub } from '../github/client.js';
import { DEFAULT_BACKBONE } from '../github/comments/comment-key.js';
import { commented, postReport } from '../github/comments/post-reports.js';
import { reportsOfRun } from '../github/forks/artifact.js';
import { causesOf, type MeasuredReports, shown } from '../github/forks/step-record.js';
import { pullOf } from '../github/pull.js';
import { InputError } from '../problem.js';
import type { Report } from '../report/types.js';
import { renderCheck } from '../report/render/check.js';
import { prose } from '../report/escape.js';
import { type Conclusion, endCheckRun, type Ending, findCheckRun, showRunning } from './check-run.js';
import { findRun, type JobContext, LOOK_AFTER_MS, runnerClient } from './dispatch.js';
import { nameOf, type Request } from './requests.js';
import type { LookAfter, NoteStart, PostResults, WorkflowRun } from './tasks.js';

/** The bot stops waiting for a run after this. GitHub ends jobs after 6 hours. */
const MAX_RUN_MS = 8 * 3600 * 1000;

/** Shows that the run began. */
export async function noteStart(task: NoteStart, context: JobContext): Promise<string> {
  const request = requestOf(task, context);
  if (request?.state !== 'dispatched') return 'no request waits for this run';
  await showRunning(await context.clients.forInstallation(request.installation), request, task.run.url);
  return 'shown as running';
}

/** Posts what a run measured, or that it measured nothing. */
export async function postResults(task: PostResults, context: JobContext): Promise<string> {
  const request = requestOf(task, context);
  if (request === null || !isNews(request, task.run)) return 'no request waits for this run';
  return post(request, task.run, context);
}

/** Asks GitHub about a run without events, as when the bot was offline. */
export async function lookAfter(task: LookAfter, context: JobContext): Promise<string> {
  const { requests, clients, queue, now } = context;
  const request = requests.find(task.request);
  if (request === null || request.state === 'over') return 'it is over';
  const age = now() - request.created;
  // Schedule the next look first, because this one may fail. The time between looks doubles.
  const looks = Math.floor(Math.log2(age / LOOK_AFTER_MS));
  await queue.accept(`look after ${request.id} ${looks}`, task, now() + Math.max(age, LOOK_AFTER_MS));
  const github = await clients.forInstallation(request.installation);
  const run = await findRun(await runnerClient(github, request, clients), request, context);
  if (run !== null && run.conclusion !== null) return post(request, run, context);
  if (run !== null && age < MAX_RUN_MS) return 'it still runs';
  const checkRun = request.checkRun ?? (await findCheckRun(github, request));
  if (checkRun === null) {
    // The request failed before it created anything on GitHub, so it may be repeated.
    requests.forget(request.id);
    return 'nothing came of it';
  }
  await endCheckRun(github, { ...request, checkRun }, withoutReport('lost', run?.url ?? null));
  requests.close(request.id, 'lost', null);
  return 'no run was found';
}

/** The request of a run; null when it did not run in the repository and on the branch that was dispatched to. */
function requestOf(
  { repository, request: id, run }: NoteStart | PostResults,
  { requests }: JobContext,
): Request | null {
  const request = requests.find(id);
  const isSame =
    request !== null &&
    nameOf(request.runner).toLowerCase() === nameOf(repository).toLowerCase() &&
    request.branch === run.branch;
  return isSame ? request : null;
}

/** Any run is news if none was posted, or a cancelled one; otherwise only another attempt of the same run. */
function isNews({ state, run: posted, outcome }: Request, run: WorkflowRun): boolean {
  if (state !== 'over' || posted === null || outcome === 'cancelled') return true;
  return posted.id === run.id && run.attempt > posted.attempt;
}

async function post(request: Request, run: WorkflowRun, context: JobContext): Promise<string> {
  const { requests, clients } = context;
  const github = await clients.forInstallation(request.installation);
  const downloaded = await downloadReports(request, run, github, context);
  if ('ending' in downloaded) {
    await endCheckRun(github, request, downloaded.ending);
    requests.close(request.id, run.conclusion === 'cancelled' ? 'cancelled' : 'nothing', run);
    return downloaded.why;
  }
  const { artifacts } = downloaded;
  // Without a step record it is unknown whether file names may be shown.
  const reports = artifacts.flatMap((one) => shown(one, one.steps.length > 0 ? 'full' : 'counts'));
  const ending = endingOf(reports, artifacts, run);
  if (run.conclusion === 'cancelled') {
    await endCheckRun(github, request, ending);
    requests.close(request.id, 'cancelled', run);
    return 'posted to the check run alone: the run was cancelled';
  }
  const isCurrent = !requests.isOvertaken(request) && (await isHead(github, request));
  if (isCurrent) await postReportsOf(request, run, reports, github, context);
  await endCheckRun(github, request, ending);
  requests.close(request.id, 'posted', run);
  return isCurrent ? 'posted' : 'posted to the check run alone: there is a newer head, or a newer result';
}

async function isHead(github: GitHub, { repository, number, headSha }: Request): Promise<boolean> {
  return (await pullOf(github, repository, number)).headSha === headSha;
}

async function downloadReports(
  request: Request,
  run: WorkflowRun,
  github: GitHub,
  { clients }: JobContext,
): Promise<{ artifacts: MeasuredReports[] } | { ending: Ending; why: string }> {
  const client = await runnerClient(github, request, clients);
  try {
    const artifacts = await reportsOfRun(client, request.runner, run.id);
    if (artifacts.length > 0) return { artifacts };
    return { ending: withoutReport(run.conclusion ?? '', run.url), why: 'the run left no report' };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const ending: Ending = {
      conclusion: 'failure',
      title: 'The report was refused',
      summary: `The run did not leave a valid report of Headstart. ${prose(error.message)}`,
      url: run.url,
    };
    return { ending, why: 'the report was refused' };
  }
}

async function postReportsOf(
  { repository, number, headSha }: Request,
  { url }: WorkflowRun,
  reports: readonly Report[],
  github: GitHub,
  { clients, identity, server }: JobContext,
): Promise<void> {
  const author = await clients.login();
  for (const report of commented(reports)) {
    // The app's workflow measures with one backbone, so the key does not contain it.
    const measured = { report, backbone: DEFAULT_BACKBONE };
    await postReport(measured, {
      github,
      place: { ...repository, number },
      mode: 'sticky',
      author,
      workflow: identity.workflow,
      run: {
        headSha,
        repository: nameOf(repository),
        runUrl: url,
        serverUrl: server.serverUrl,
        // The app runs commands, but no boxes yet.
        listens: false,
      },
    });
  }
}

/** The result according to the steps, the reports, and GitHub's conclusion of the run. */
function endingOf(
  reports: readonly Report[],
  artifacts: readonly MeasuredReports[],
  { conclusion: ended, url }: WorkflowRun,
): Ending {
  const steps = artifacts.flatMap((one) => one.steps);
  const { conclusion, title, summary } = renderCheck(reports, causesOf(reports, steps, [], failureOf(ended)));
  const own = ended === 'cancelled' || ended === 'timed_out' ? ended : conclusion;
  return { conclusion: own, title, summary, url };
}

/** Why a run failed, by its conclusion; null: it succeeded. */
function failureOf(conclusion: string | null): string | null {
  switch (conclusion) {
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

const WITHOUT_REPORT: Record<string, [Conclusion, title: string, reason: string]> = {
  success: ['neutral', 'Nothing was measured', 'The workflow succeeded but left no report.'],
  cancelled: ['cancelled', 'Cancelled', 'The run was cancelled, for example by a newer commit.'],
  timed_out: ['timed_out', 'Out of time', 'The run took longer than the workflow allows.'],
  lost: [
    'failure',
    'No run was found',
    'The workflow was dispatched, but GitHub has no run of it that ended.',
  ],
};
const FAILED = [
  'failure',
  'The run failed',
  'The workflow failed and left no report; its log says why.',
] as const;

/** The check run of a run without a report, by how the run ended. */
function withoutReport(ended: string, url: string | null): Ending {
  const [conclusion, title, reason] = Object.hasOwn(WITHOUT_REPORT, ended) ? WITHOUT_REPORT[ended] : FAILED;
  const summary = `${reason} Comment \`/headstart probe\`, or re-request this check, to measure again.`;
  return { conclusion, title, summary, url };
}
