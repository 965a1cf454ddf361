/** `mode: probe`: event, command, context, base, probe, post. */
import { resolve } from 'node:path';
import * as core from '@actions/core';
import type { CheckRun } from '../github/checks/check-run.js';
import { cacheDigests } from '../github/checks/stored-verdicts.js';
import { createClient, type GitHub, usageOf } from '../github/client.js';
import { answer } from '../github/commands/answers.js';
import { type CommandEvent, react, type Reaction } from '../github/commands/authorize.js';
import { commentKey } from '../github/comments/comment-key.js';
import { type CommentOwner, keyOfBox, ownerOfComments } from '../github/comments/comment-owner.js';
import { postSticky } from '../github/comments/comment.js';
import { addToSummary, logLine, setOutputs, writeSummary } from '../github/step-output.js';
import { commented } from '../github/comments/post-reports.js';
import { type GitHubEvent, readEvent } from '../github/events/event.js';
import { type RunPlace, runPlace } from '../github/events/run-place.js';
import { failureCauses } from '../github/fail-on.js';
import { stepFile, type StepRecord } from '../github/forks/step-record.js';
import { unused } from '../github/usage.js';
import { LINES_FILE, refuseForeign, STEP_FILE } from '../pipeline/output-folder.js';
import { write } from '../pipeline/outputs.js';
import { inspect, listDatasets, probeDatasets } from '../pipeline/probe.js';
import type { ComparedDatasets, ListedDatasets, Outcome, ProbeRequest, RunContext } from '../pipeline/run.js';
import { InputError, problemLine } from '../problem.js';
import type { Report } from '../report/types.js';
import { renderCheck } from '../report/render/check.js';
import { prose } from '../report/escape.js';
import { problemsWithoutNames, withoutNames } from '../report/without-names.js';
import { announcer, type Announcer } from './announce.js';
import { assign, type Assignment, type ErrandAssignment } from './assign.js';
import { compareWithItsBase } from './base.js';
import { cacheOf, modelsOf } from './caches.js';
import { checkFor, completeWithout, hiddenDigests } from './check.js';
import type { ActionInputs } from './inputs.js';
import { refuseLinks } from './output-links.js';
import { postReports } from './post.js';
import { cancellation, createContext } from './run-context.js';
import { runErrand } from './utility-command.js';
import { verdictLines } from './verdict-lines.js';

/** How results are obtained: one machine probes, `mode: merge` joins the results of several. */
export interface Measurement {
  list: (request: ProbeRequest, context: RunContext) => Promise<ListedDatasets>;
  measure: (
    request: ProbeRequest,
    listed: ListedDatasets,
    compared: ComparedDatasets,
    context: RunContext,
  ) => Promise<Outcome[]>;
}

const PROBE: Measurement = { list: listDatasets, measure: probeDatasets };

/**
 * Does what the event asks for: measures and posts, or answers a command.
 * @param program path of the running entry: its worker and its weights lie beside it.
 * @returns the exit code of the step.
 */
export async function runProbe(inputs: ActionInputs, program: string, work = PROBE): Promise<number> {
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
      // A command that fails is answered where it was given, and does not fail the step.
      await say((await answerCommand(inputs, program, assignment, place)) ? '+1' : 'confused');
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

function answerCommand(
  inputs: ActionInputs,
  program: string,
  assignment: ErrandAssignment,
  { runUrl }: RunPlace,
): Promise<boolean> {
  const { request } = assignment;
  const context = createContext(program, inputs, cancellation(), () => undefined);
  return runErrand({
    ...assignment,
    runUrl,
    path: request.path,
    countsOnly: inputs.details === 'counts',
    inspect: () => inspect(request, context),
  });
}

interface Run {
  event: GitHubEvent;
  assignment: Assignment;
  github: GitHub | null;
  place: RunPlace;
}

async function measureAndPost(
  inputs: ActionInputs,
  program: string,
  { list, measure }: Measurement,
  { event, assignment, github, place }: Run,
): Promise<number> {
  await refuseLinks(inputs.out, process.cwd());
  refuseForeign(resolve(inputs.out), inputs.out, [LINES_FILE, STEP_FILE]);
  const signal = cancellation();
  // A killed run leaves this beside its results.
  const begun = stepFile(recordOf(inputs, null));
  for (const why of whyNot(() => write(resolve(inputs.out), STEP_FILE, begun))) core.warning(why);
  const check = await checkFor(inputs, assignment, github, place);
  const announce = announcer(
    check,
    announced(inputs, assignment, github),
    github === null ? unused() : usageOf(github),
  );
  try {
    const box = keyOfBox(event);
    if (box !== null) await announce.begin([box]);
    const cache = inputs.cache ? await cacheOf(assignment.request) : null;
    const models = inputs.cache ? await modelsOf(assignment.request) : null;
    const request = cache === null ? assignment.request : { ...assignment.request, cache: cache.folder };
    const context = createContext(program, inputs, signal, announce.progress);

    const listed = await list(request, context);
    const { datasets } = listed;
    const compared = await compareWithItsBase({
      ...{ inputs, assignment, request, context, datasets, github, place, cache },
    });
    const keysOf = ({ workflow, backbone }: CommentOwner) =>
      datasets.map(({ name }) => commentKey(workflow, request.path, name, backbone));
    const asked = { workflow: place.workflow, backbone: inputs.backbone.source };
    const owner = await ownerOfComments(github, event, asked, request.backbone.source, keysOf);
    // From now on the comments of these datasets say that they are being measured.
    const isMeasured = (_: unknown, index: number) => compared.comparisons[index]?.measure ?? true;
    await announce.begin(commented(keysOf(owner)).filter(isMeasured));

    const outcomes = await measure(request, listed, compared, context);

    const bases = compared.comparisons.flatMap(({ base }) => base?.digest ?? []);
    const digests = [...outcomes.flatMap(({ digest }) => digest ?? []), ...bases];
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

/** The comments that show progress; null: none. */
function announced(
  { comment }: ActionInputs,
  { headSha, pullRequest, commanded }: Assignment,
  github: GitHub | null,
) {
  return github === null || pullRequest === null || headSha === null || comment !== 'sticky'
    ? null
    : { github, place: pullRequest, headSha, create: commanded };
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
  const causes = [...failureCauses(reports, inputs.failOn), ...unwritten];
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
    // A newer run may be about to write the comment.
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

/** A full disk fails the step, but everything is posted. */
function whyNot(writing: () => void): string[] {
  try {
    writing();
    return [];
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}

/** Writes `verdicts.jsonl` beside the reports. */
function keepLines(
  { out }: ActionInputs,
  { headSha, pullRequest }: Assignment,
  { repository, runUrl }: RunPlace,
  reports: readonly Report[],
): void {
  const run = { repository, commit: headSha, pullRequest: pullRequest?.number ?? null, run: runUrl };
  core.setOutput('verdicts', write(resolve(out), LINES_FILE, verdictLines(reports, run)));
}

/** Answers a commanded probe with the errors in the input; otherwise they are in the log. */
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
