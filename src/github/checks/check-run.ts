/** The check run beside the comment: every run has one, on the commit that was measured, and it says how the run went. */
import type { Annotation } from '../../report/render/check.js';
import { isUrl } from '../../report/commit-links.js';
import { clean } from '../../report/escape.js';
import type { GitHub } from '../client.js';
import type { Repository } from '../events/event.js';
import { runIdIn } from '../events/run-place.js';
import { describeApiError, isForbidden, UnexpectedResponse } from '../api-errors.js';
import { beginCheck, endCheck, type UnfinishedCheck } from '../unfinished.js';

export interface CheckPlace {
  github: GitHub;
  repository: Repository;
  headSha: string;
  /** The same in every run of the same step, so that GitHub shows the latest. */
  name: string;
  /** Names the workflow, the datasets and the run. */
  key: string;
  /** Page of the run; null: unknown. */
  runUrl: string | null;
  /** Attempt of the run, from 1; an earlier one may have left its check run in progress. */
  attempt: number;
  warn: (message: string) => void;
}

export type Conclusion = 'success' | 'neutral' | 'failure' | 'cancelled';

export interface CheckResult {
  conclusion: Conclusion;
  /** One line of plain text. */
  title: string;
  /** Markdown, at most 65,535 bytes; so is `text`. */
  summary: string;
  text: string;
  annotations: readonly Annotation[];
}

/** The name of a dataset folder's check run, whoever creates it. It names the backbone unless that is the default. */
export function checkNameOf(path: string, backbone: string | null): string {
  const parts = [
    ...(path === '.' || path === '' ? [] : [clean(path, 60)]),
    ...(backbone === null ? [] : [`backbone ${clean(backbone, 60)}`]),
  ];
  return parts.length === 0 ? 'Headstart' : `Headstart (${parts.join(', ')})`;
}

/** Joins the key of a check run and its run: GitHub links them in no other way. */
export function checkKey(key: string, runUrl: string | null): string {
  const run = runIdIn(runUrl);
  return run === null ? key : `${key}/${run}`;
}

/** Annotations that GitHub accepts in one request; further requests append. */
const MAX_ANNOTATIONS = 50;
const MAX_TITLE_LENGTH = 250;

/** How a run reports on itself. What GitHub refuses is a warning, and never fails the run. */
export interface CheckRun {
  progress: (title: string) => Promise<void>;
  complete: (result: CheckResult) => Promise<void>;
}

/** Creates it in progress. Without permission, all that follows does nothing. */
export async function openCheckRun(place: CheckPlace): Promise<CheckRun> {
  const { github, repository, headSha, name, key, runUrl, warn } = place;
  const begun: UnfinishedCheck = { ...repository, headSha, name, key, runUrl, id: null, ending: null };
  beginCheck(begun);
  let id: number;
  try {
    id = await createdOrFound(place, begun);
  } catch (error) {
    warn(describeApiError('create the check run', error, 'checks: write'));
    if (isForbidden(error)) {
      endCheck(begun);
      return NO_CHECK;
    }
    // GitHub may have created it all the same: the `post` step looks for it, and has to know how it ends.
    return {
      ...NO_CHECK,
      complete: (result) => {
        beginCheck(meantToEnd(begun, result));
        return Promise.resolve();
      },
    };
  }
  const attempt = async (doing: string, work: () => Promise<unknown>): Promise<boolean> => {
    try {
      await work();
      return true;
    } catch (error) {
      warn(describeApiError(doing, error, 'checks: write'));
      return false;
    }
  };
  const open = { ...begun, id };
  beginCheck(open);
  const address = { ...repository, check_run_id: id };
  return {
    progress: async (title) => {
      await attempt('update the check run', () =>
        github.rest.checks.update({
          ...address,
          output: { title: titleOf(title), summary: linked(title, runUrl) },
        }),
      );
    },
    complete: async (result) => {
      const { conclusion, title, summary, text, annotations } = result;
      const output = {
        title: titleOf(title),
        summary: linked(summary, runUrl),
        ...(text === '' ? {} : { text }),
      };
      const doing = 'complete the check run';
      const ended = { status: 'completed', conclusion } as const;
      beginCheck(meantToEnd(open, result));
      let isDone = true;
      const parts = partsOf(annotations);
      for (const [index, part] of parts.entries()) {
        const isLast = index === parts.length - 1;
        const annotated = { ...output, annotations: part.map(apiAnnotation) };
        isDone &&= await attempt(doing, () =>
          github.rest.checks.update({ ...address, ...(isLast ? ended : {}), output: annotated }),
        );
      }
      // GitHub may refuse an annotation: the result matters more.
      if (!isDone && annotations.length > 0)
        isDone = await attempt(doing, () => github.rest.checks.update({ ...address, ...ended, output }));
      if (isDone) endCheck(open);
    },
  };
}

/** The id of a new check run, of one that an earlier attempt left, or of one that was created with a lost answer. */
async function createdOrFound(
  { github, repository, headSha, name, key, runUrl, attempt }: CheckPlace,
  begun: UnfinishedCheck,
): Promise<number> {
  const left = attempt > 1 ? await findInProgress(github, begun).catch(() => null) : null;
  if (left !== null) return left;
  try {
    const { data } = await github.rest.checks.create({
      ...repository,
      name,
      head_sha: headSha,
      external_id: key,
      status: 'in_progress',
      // GitHub honors it for apps only: the check run of a workflow always links to a page of GitHub.
      ...(runUrl === null ? {} : { details_url: runUrl }),
      output: { title: 'Measuring', summary: linked('Headstart is measuring this commit.', runUrl) },
    });
    return idOf(data);
  } catch (error) {
    const made = isForbidden(error) ? null : await findInProgress(github, begun).catch(() => null);
    if (made === null) throw error;
    return made;
  }
}

function meantToEnd(check: UnfinishedCheck, { conclusion, title }: CheckResult): UnfinishedCheck {
  return { ...check, ending: { conclusion, title: titleOf(title) } };
}

/**
 * Completes a check run that a step left in progress: as the step meant to, or else as cancelled, which passes no
 * required check.
 * @throws what GitHub refuses.
 */
export async function completeLeft(github: GitHub, left: UnfinishedCheck): Promise<void> {
  const id = await findInProgress(github, left);
  if (id === null) return;
  const { owner, repo, runUrl, ending } = left;
  const { conclusion, title } = ending ?? {
    conclusion: 'cancelled',
    title: 'Headstart was stopped before it had a result',
  };
  const output = { title, summary: linked(clean(title), runUrl) };
  await github.rest.checks.update({ owner, repo, check_run_id: id, status: 'completed', conclusion, output });
}

/** The check run that this run has in progress, including one that GitHub created although its answer was lost. */
async function findInProgress(
  github: GitHub,
  { owner, repo, headSha, name, key, id }: UnfinishedCheck,
): Promise<number | null> {
  const { data } = await github.rest.checks.listForRef({
    owner,
    repo,
    ref: headSha,
    check_name: name,
    status: 'in_progress',
    filter: 'all',
    per_page: 100,
  });
  if (!Array.isArray(data.check_runs)) throw new UnexpectedResponse();
  const own = data.check_runs.filter(
    (check) => check.external_id === key && (id === null || check.id === id),
  );
  return own.length === 0 ? null : idOf(own[0]);
}

/** GitHub may list a check run under another workflow, so its summary starts with a link to its own run. */
function linked(summary: string, runUrl: string | null): string {
  return runUrl === null || !isUrl(runUrl)
    ? summary
    : `[The run](${runUrl}) has the log and the report files.\n\n${summary}`;
}

/** A proxy may have cut or replaced the answer. */
function idOf({ id }: { id: unknown }): number {
  if (Number.isSafeInteger(id)) return id as number;
  throw new UnexpectedResponse();
}

/** Does nothing. */
export const NO_CHECK: CheckRun = {
  progress: () => Promise.resolve(),
  complete: () => Promise.resolve(),
};

/** At least one part, which may be empty. */
function partsOf(annotations: readonly Annotation[]): (readonly Annotation[])[] {
  const parts: (readonly Annotation[])[] = [];
  for (let at = 0; at === 0 || at < annotations.length; at += MAX_ANNOTATIONS) {
    parts.push(annotations.slice(at, at + MAX_ANNOTATIONS));
  }
  return parts;
}

function apiAnnotation({ path, line, level, title, message }: Annotation) {
  return { path, start_line: line, end_line: line, annotation_level: level, title, message };
}

function titleOf(title: string): string {
  return Array.from(title).slice(0, MAX_TITLE_LENGTH).join('');
}
