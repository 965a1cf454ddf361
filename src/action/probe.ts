/** `mode: probe`: inputs and event in; report files, check run, job summary, outputs and one comment out. */
import { resolve } from 'node:path';
import * as core from '@actions/core';
import { answer, type CommandEvent } from '../github/commands/answer.js';
import type { CheckRun } from '../github/checks/check-run.js';
import { createClient, type GitHub, usageOf } from '../github/client.js';
import { postSticky } from '../github/comments/comment.js';
import { commentKey } from '../github/comments/comment-key.js';
import { type CommentOwner, keyOfBox, ownerOfComments } from '../github/comments/comment-owner.js';
import { type GitHubEvent, readEvent } from '../github/events/event.js';
import { failures } from '../github/failures.js';
import type { ActionInputs } from './inputs.js';
import { refuseLinks } from './output-links.js';
import { addToSummary, commented, logLine, setOutputs, writeSummary } from '../github/comments/publish.js';
import { react, type Reaction } from '../github/commands/reaction.js';
import { type RunPlace, runPlace } from '../github/events/run-place.js';
import { stepFile, type StepRecord } from '../github/forks/step.js';
import { cacheDigests } from '../github/checks/stored-digests.js';
import { unused } from '../github/usage.js';
import { verdictLines } from './verdict-lines.js';
import type { Outcome, ProbeRequest, Surroundings } from '../pipeline/run.js';
import { inspect, probe } from '../pipeline/probe.js';
import { InputError, problemLine } from '../problem.js';
import { LINES_FILE, refuseForeign, STEP_FILE } from '../pipeline/output-folder.js';
import { write } from '../pipeline/outputs.js';
import { renderCheck } from '../report/render/check.js';
import { prose } from '../report/escape.js';
import type { VerdictSnapshot } from '../report/snapshot.js';
import type { Report } from '../report/types.js';
import { problemsWithoutNames, withoutNames } from '../report/without-names.js';
import { announcer, type Announcer } from './announce.js';
import { assign, type Assignment, type ErrandAssignment } from './assign.js';
import { baseComparison } from './base.js';
import { cacheOf, modelsOf } from './caches.js';
import { checkFor, completeWithout, hiddenDigests } from './check.js';
import { runErrand } from './utility-command.js';
import { postReports } from './post.js';
import { aborted, surroundingsOf } from './run-context.js';

/**
 * Reads, measures and posts.
 * @param program path of the running entry: its worker and its weights lie beside it.
 * @returns the exit code of the step.
 */
export function measure(inputs: ActionInputs, program: string): Promise<number> {
  return report(inputs, program, probe);
}

/**
 * Everything around measuring: what the event asks for, and what is published.
 * @returns the exit code of the step.
 */
export async function report(
  inputs: ActionInputs,
  program: string,
  work: (request: ProbeRequest, surroundings: Surroundings) => Promise<Outcome[]>,
): Promise<number> {
  const event = await readEvent(process.env);
  if (event.kind === 'pull request target') await warnOf(event.reason);
  else if ('reason' in event) logLine(event.reason);
  if (event.kind === 'ignored') return 0;
  const place = runPlace(process.env);
  const github = inputs.token === '' ? null : createClient({ ...place, token: inputs.token, log: logLine });
  const assignment = await assign(inputs, event, github);
  if (assignment === null) return 0;
  const say = async (reaction: Reaction): Promise<void> => {
    for (const warning of await react(github, event, reaction)) core.warning(warning);
  };
  try {
    if ('errand' in assignment) {
      // What could not be done is said where it was asked for, and fails nothing.
      await say((await obey(inputs, program, assignment, place)) ? '+1' : 'confused');
      return 0;
    }
    const code = await measureAndPost(inputs, program, work, { event, assignment, github, place });
    await say(code === 0 ? 'rocket' : 'confused');
    return code;
  } catch (error) {
    await say('confused');
    if (error instanceof InputError && (event.kind === 'command' || event.kind === 'tick'))
      await tell(github, event, error, inputs.details);
    throw error;
  }
}

async function warnOf(reason: string): Promise<void> {
  core.warning(reason);
  await addToSummary(`🟡 ${prose(reason)}`);
}

function obey(
  inputs: ActionInputs,
  program: string,
  assignment: ErrandAssignment,
  { runUrl }: RunPlace,
): Promise<boolean> {
  const { request } = assignment;
  const { signal } = aborted();
  const surroundings = surroundingsOf(program, request.engine, signal, { progress: () => undefined });
  return runErrand({
    ...assignment,
    runUrl,
    path: request.path,
    countsOnly: inputs.details === 'counts',
    inspect: () => inspect(request, surroundings),
  });
}

interface Measuring {
  event: GitHubEvent;
  assignment: Assignment;
  github: GitHub | null;
  place: RunPlace;
}

async function measureAndPost(
  inputs: ActionInputs,
  program: string,
  work: (request: ProbeRequest, surroundings: Surroundings) => Promise<Outcome[]>,
  { event, assignment, github, place }: Measuring,
): Promise<number> {
  await refuseLinks(inputs.out, process.cwd());
  refuseForeign(resolve(inputs.out), inputs.out, [LINES_FILE, STEP_FILE]);
  const { signal } = aborted();
  // A run that is killed leaves this beside what it has measured.
  const begun = stepFile(recordOf(inputs, null));
  for (const why of whyNot(() => write(resolve(inputs.out), STEP_FILE, begun))) core.warning(why);
  const { headSha, pullRequest, commanded } = assignment;
  const check = await checkFor(inputs, assignment, github, place);
  const comments =
    github === null || pullRequest === null || headSha === null || inputs.comment !== 'sticky'
      ? null
      : { github, place: pullRequest, headSha, create: commanded };
  const announce = announcer(check, comments, github === null ? unused() : usageOf(github));
  try {
    const box = keyOfBox(event);
    if (box !== null) await announce.begin([box]);
    const cache = inputs.cache ? await cacheOf(assignment.request) : null;
    const models = inputs.cache ? await modelsOf(assignment.request) : null;
    const request = cache === null ? assignment.request : { ...assignment.request, cache: cache.folder };
    const surroundings = surroundingsOf(program, request.engine, signal, announce);
    const compare = await baseComparison({ inputs, assignment, request, surroundings, github, place, cache });
    let owner: CommentOwner = { workflow: place.workflow, backbone: inputs.backbone.source };
    let bases: (VerdictSnapshot | null)[] = [];
    const outcomes = await work(request, {
      ...surroundings,
      compare: async (datasets) => {
        const compared = await compare(datasets);
        bases = compared.comparisons.map(({ base }) => base?.digest ?? null);
        const keysOf = ({ workflow, backbone }: CommentOwner) =>
          datasets.map(({ name }) => commentKey(workflow, request.path, name, backbone));
        owner = await ownerOfComments(github, event, owner, request.backbone.source, keysOf);
        // The comments of what is going to be measured say so, from when it is known that it will be.
        const isMeasured = (_: unknown, index: number) => compared.comparisons[index]?.measure ?? true;
        await announce.begin(commented(keysOf(owner)).filter(isMeasured));
        return compared;
      },
    });
    const digests = [...outcomes.map(({ digest }) => digest), ...bases].flatMap((digest) => digest ?? []);
    if (cache !== null)
      for (const why of whyNot(() => cacheDigests(cache.folder, digests)))
        core.warning(`Later runs cannot compare with this one: ${why}`);
    await cache?.save();
    await models?.save();
    return await publish({
      inputs,
      assignment,
      github,
      place: { ...place, workflow: owner.workflow },
      backbone: owner.backbone,
      check,
      announce,
      outcomes,
      cancelled: signal.aborted,
    });
  } catch (error) {
    await announce.withdraw();
    await completeWithout(check, error, inputs.details);
    throw error;
  }
}

interface Finished {
  inputs: ActionInputs;
  assignment: Assignment;
  github: GitHub | null;
  place: RunPlace;
  /** The input of the workflow whose comments get the results. */
  backbone: string;
  check: CheckRun;
  announce: Announcer;
  outcomes: Outcome[];
  cancelled: boolean;
}

async function publish({
  inputs,
  assignment,
  github,
  place,
  backbone,
  check,
  announce,
  outcomes,
  cancelled,
}: Finished): Promise<number> {
  const { out, details } = inputs;
  const reports = outcomes.map(({ report }) => (details === 'counts' ? withoutNames(report) : report));
  const unwritten = [
    ...outcomes.flatMap((outcome) => outcome.unwritten),
    ...whyNot(() => setOutputs(outcomes)),
    ...whyNot(() => keepLines(inputs, assignment, place, reports)),
  ];
  const causes = [...failures(reports, inputs.failOn), ...unwritten];
  causes.push(
    ...whyNot(() => write(resolve(out), STEP_FILE, stepFile(recordOf(inputs, cancelled ? null : causes)))),
  );
  await writeSummary(reports);
  await announce.settle();
  const rendered = renderCheck(reports, causes);
  await check.complete({
    ...rendered,
    conclusion: cancelled ? 'cancelled' : rendered.conclusion,
    text: hiddenDigests(outcomes),
  });
  if (cancelled) {
    // A newer run may be waiting to have the comment.
    await announce.withdraw();
    return 1;
  }
  const measured = reports.map((report) => ({ report, backbone }));
  if (await postReports(measured, { ...assignment, github, mode: inputs.comment, place })) announce.end();
  for (const cause of causes) core.error(cause);
  return causes.length === 0 ? 0 : 1;
}

function recordOf({ details, backbone }: ActionInputs, causes: StepRecord['causes']) {
  return { details, backbone: backbone.source, causes };
}

/** A disk that is full fails the step, and keeps nothing from being posted. */
function whyNot(writing: () => void): string[] {
  try {
    writing();
    return [];
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}

/** Beside the reports, whatever of them is posted. */
function keepLines(
  { out }: ActionInputs,
  { headSha, pullRequest }: Assignment,
  { repository, runUrl }: RunPlace,
  reports: readonly Report[],
): void {
  const run = { repository, commit: headSha, pullRequest: pullRequest?.number ?? null, run: runUrl };
  core.setOutput('verdicts', write(resolve(out), LINES_FILE, verdictLines(reports, run)));
}

/** Tells who commanded a probe what is wrong with the input; others read it in the log. */
async function tell(
  github: GitHub | null,
  { repository, number }: CommandEvent,
  error: InputError,
  details: ActionInputs['details'],
): Promise<void> {
  if (github === null) return;
  const shown = details === 'counts' ? problemsWithoutNames(error.problems) : error.problems;
  const problems = shown.slice(0, 10).map((problem) => `- ${prose(problemLine(problem))}`);
  const text = `**Headstart** could not read the dataset.\n\n${problems.join('\n')}`;
  const posting = await postSticky(github, { ...repository, number }, answer('input', text));
  if (posting.state === 'refused') core.warning(posting.warning);
}
