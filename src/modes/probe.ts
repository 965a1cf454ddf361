/** `mode: probe`: inputs and event in; report files, job summary, outputs and one comment out. */
import { dirname, join } from 'node:path';
import * as cacheService from '@actions/cache';
import * as core from '@actions/core';
import { provisionNative } from '../engine/native/provision.js';
import { programRoot } from '../engine/tensorflow/load.js';
import { admit, answer, type CommandEvent } from '../github/answer.js';
import { checkedOutCommit } from '../github/commits.js';
import { createClient, type GitHub } from '../github/client.js';
import { postSticky } from '../github/comment.js';
import { type GitHubEvent, readEvent, type Repository } from '../github/event.js';
import { failures } from '../github/exit.js';
import type { ActionInputs } from '../github/inputs.js';
import type { FolderCache } from '../github/folder-cache.js';
import { refuseLinks } from '../github/out.js';
import { restoreModelCache } from '../github/model-cache.js';
import { restoreRunCache } from '../github/run-cache.js';
import { addToSummary, logLine, postComments, setOutputs, writeSummary } from '../github/publish.js';
import { findSecondWorkflow, waitingFor, waitingMarkdown } from '../github/second-workflow.js';
import { probe, type ProbeRequest, type Progress } from '../headstart.js';
import { VERSION } from '../probe/machine.js';
import { InputError, problemLine } from '../manifest/problem.js';
import { prose } from '../report/escape.js';

/** What the run is to do after its event was looked at. */
interface Assignment {
  request: ProbeRequest;
  headSha: string | null;
  /** Pull request that gets the comment. */
  number: number | null;
}

/**
 * Reads, measures and posts.
 * @param program path of the running entry: its worker and its weights lie beside it.
 * @returns the exit code of the step.
 */
export async function measure(inputs: ActionInputs, program: string): Promise<number> {
  const event = await readEvent(process.env);
  if ('reason' in event) logLine(event.reason);
  if (event.kind === 'ignored') return 0;
  const github = inputs.token === '' ? null : client(inputs.token);
  const assignment = await assign(inputs, event, github);
  if (assignment === null) return 0;

  await refuseLinks(inputs.out, process.cwd());
  const abort = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => abort.abort());
  const home = dirname(program);
  const { signal } = abort;
  const cache = inputs.cache ? await cacheOf(assignment.request) : null;
  const models = inputs.cache ? await modelsOf(assignment.request) : null;
  const request = cache === null ? assignment.request : { ...assignment.request, cache: cache.folder };
  const native = {
    choice: request.engine,
    budgetSeconds: request.budgetSeconds,
    environment: process.env,
    home,
    root: programRoot(program),
    signal,
  };
  const outcomes = await probe(request, {
    home,
    cwd: process.cwd(),
    signal,
    onProgress: progressLines(),
    provision: (say) => provisionNative({ ...native, say }),
  }).catch(async (error: unknown) => {
    if (error instanceof InputError && event.kind === 'command') await tell(github, event, error);
    throw error;
  });
  await cache?.save();
  await models?.save();
  setOutputs(outcomes);
  await writeSummary(outcomes);
  // A cancelled run makes way for a newer one, which has the comment.
  if (abort.signal.aborted) return 1;
  await comment(inputs, event, github, assignment, outcomes);
  const causes = failures(
    outcomes.map(({ report }) => report),
    inputs.failOn,
  );
  for (const cause of causes) core.error(cause);
  return causes.length === 0 ? 0 : 1;
}

/** What the event asks for; null when a command was answered and there is nothing to measure. */
async function assign(
  inputs: ActionInputs,
  event: GitHubEvent,
  github: GitHub | null,
): Promise<Assignment | null> {
  const request = requestOf(inputs);
  if (event.kind === 'pull request') return { request, headSha: event.headSha, number: event.number };
  if (event.kind !== 'command') return { request, headSha: process.env['GITHUB_SHA'] ?? null, number: null };
  if (github === null) {
    core.warning('Commands cannot be answered without a token. Leave `github-token` at its default.');
    return null;
  }
  const admission = await admit(github, event, await checkedOutCommit(process.cwd()));
  for (const warning of admission.warnings) core.warning(warning);
  if (!admission.go) {
    logLine(admission.why);
    return null;
  }
  return { request: { ...request, ...admission.wishes }, headSha: admission.headSha, number: event.number };
}

function requestOf({
  path,
  manifest,
  out,
  budgetSeconds,
  engine,
  backbone,
  strategies,
  seed,
  workers,
}: ActionInputs): ProbeRequest {
  return {
    path,
    out,
    budgetSeconds,
    engine,
    backbone,
    seed,
    ...(manifest === null ? {} : { manifest }),
    ...(strategies === null ? {} : { strategies }),
    ...(workers === null ? {} : { workers }),
  };
}

async function cacheOf({
  path,
  manifest,
  seed,
  engine,
  strategies,
  backbone,
}: ProbeRequest): Promise<FolderCache | null> {
  const { RUNNER_TEMP, GITHUB_RUN_ID, GITHUB_RUN_ATTEMPT } = process.env;
  if (RUNNER_TEMP === undefined) return null;
  return restoreRunCache({
    service: cacheService,
    folder: join(RUNNER_TEMP, 'headstart-cache'),
    settings: { path, manifest, seed, engine, strategies, backbone: backbone.source },
    version: VERSION,
    runId: `${GITHUB_RUN_ID ?? ''}-${GITHUB_RUN_ATTEMPT ?? ''}`,
    warn: (message) => core.warning(message),
  });
}

function modelsOf({ backbone }: ProbeRequest): Promise<FolderCache | null> {
  return restoreModelCache({
    service: cacheService,
    backbone,
    cwd: process.cwd(),
    environment: process.env,
    warn: (message) => core.warning(message),
  });
}

async function comment(
  { comment: mode }: ActionInputs,
  event: GitHubEvent,
  github: GitHub | null,
  { number, headSha }: Assignment,
  outcomes: Awaited<ReturnType<typeof probe>>,
): Promise<void> {
  if (mode === 'off' || number === null || !('repository' in event)) return;
  if (github === null) {
    core.warning(
      'There is no token, so no comment: the report is in the job summary and in the report files.',
    );
    return;
  }
  const { GITHUB_SERVER_URL, GITHUB_REPOSITORY, GITHUB_RUN_ID, GITHUB_WORKFLOW } = process.env;
  const serverUrl = GITHUB_SERVER_URL ?? 'https://github.com';
  const workflow = GITHUB_WORKFLOW ?? '';
  const fork = event.kind === 'pull request' && event.fork;
  const postings = await postComments(outcomes, {
    github,
    place: { ...event.repository, number },
    mode,
    workflow,
    fork,
    run: {
      headSha,
      repository: GITHUB_REPOSITORY ?? null,
      runUrl:
        GITHUB_RUN_ID === undefined
          ? null
          : `${serverUrl}/${GITHUB_REPOSITORY ?? ''}/actions/runs/${GITHUB_RUN_ID}`,
      serverUrl,
    },
  });
  if (postings.some((posting) => posting.state === 'refused' && posting.forbidden)) {
    await handOver(github, event.repository, workflow, fork);
  }
}

/** Says who posts instead: in a run from a fork, and where else the token only reads, such as for Dependabot. */
async function handOver(
  github: GitHub,
  repository: Repository,
  workflow: string,
  fork: boolean,
): Promise<void> {
  const second = await findSecondWorkflow(github, repository, workflow);
  // Without a second workflow it is the permission that is to be mended here, as the warning says.
  if (!fork && second !== 'listening') return;
  const sentence = waitingFor(second, workflow);
  if (fork) logLine('The token of a pull request from a fork only reads, so this run posts nothing.');
  if (second === 'missing' || second === 'deaf') core.warning(sentence);
  else logLine(sentence);
  await addToSummary(waitingMarkdown(second, workflow));
}

/** Tells who commanded a probe what is wrong with the input; others read it in the log. */
async function tell(
  github: GitHub | null,
  { repository, number }: CommandEvent,
  error: InputError,
): Promise<void> {
  if (github === null) return;
  const problems = error.problems.slice(0, 10).map((problem) => `- ${prose(problemLine(problem))}`);
  const text = `**Headstart** could not read the dataset.\n\n${problems.join('\n')}`;
  const posting = await postSticky(github, { ...repository, number }, answer('input', text));
  if (posting.state === 'refused') core.warning(posting.warning);
}

function client(token: string): GitHub {
  return createClient({
    token,
    apiUrl: process.env['GITHUB_API_URL'] ?? 'https://api.github.com',
    log: logLine,
  });
}

/** A line when the stage changes, and every ten seconds within one. */
function progressLines(): (event: Progress) => void {
  let stage = '';
  let next = 0;
  return (event) => {
    const now = performance.now();
    if (event.stage === stage && now < next) return;
    stage = event.stage;
    next = now + 10_000;
    const share = event.total === null ? '' : ` (${event.done} of ${event.total})`;
    const left = event.secondsLeft === null ? '' : `, ${Math.round(event.secondsLeft)} s left`;
    logLine(`${event.message}${share}${left}`);
  };
}
