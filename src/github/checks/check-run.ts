/** The check run beside the comment: it is always there, on the commit that was measured, and says how it went. */
import type { Annotation } from '../../report/render/check.js';
import { isUrl } from '../../report/commit-links.js';
import { clean } from '../../report/escape.js';
import type { GitHub } from '../client.js';
import type { Repository } from '../events/event.js';
import { explain, isForbidden } from '../api-errors.js';
import { beginCheck, endCheck, type UnfinishedCheck } from '../unfinished.js';

export interface CheckPlace {
  github: GitHub;
  repository: Repository;
  headSha: string;
  /** The same in every run of the same step, so that the latest stands for all. */
  name: string;
  /** Names the workflow, the datasets and the run. */
  key: string;
  /** Page of the run; null: not known. */
  runUrl: string | null;
  /** How often the run has been started; an earlier attempt may have left its check run under way. */
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

/** As the check of a dataset folder is called, whoever leaves it; a backbone is named that is not the default. */
export function checkNameOf(path: string, backbone: string | null): string {
  const parts = [
    ...(path === '.' || path === '' ? [] : [clean(path, 60)]),
    ...(backbone === null ? [] : [`backbone ${clean(backbone, 60)}`]),
  ];
  return parts.length === 0 ? 'Headstart' : `Headstart (${parts.join(', ')})`;
}

/** GitHub takes that many annotations a request; further requests append. */
const ANNOTATIONS_A_REQUEST = 50;
const LONGEST_TITLE = 250;

/** What a run says of itself while it goes on; what GitHub refuses costs the check run and one warning. */
export interface CheckRun {
  progress: (title: string) => Promise<void>;
  complete: (result: CheckResult) => Promise<void>;
}

/** Creates it as under way; without the right to, everything that follows does nothing. A lost answer is looked for. */
export async function openCheckRun(place: CheckPlace): Promise<CheckRun> {
  const { github, repository, headSha, name, key, runUrl, attempt: attempts, warn } = place;
  const attempt = async <T>(doing: string, work: () => Promise<T>): Promise<T | null> => {
    try {
      return await work();
    } catch (error) {
      warn(explain(doing, error, 'checks: write'));
      return null;
    }
  };
  const begun: UnfinishedCheck = { ...repository, headSha, name, key, runUrl, id: null, ending: null };
  beginCheck(begun);
  const id = await attempt('create the check run', async () => {
    const left = attempts > 1 ? await underWay(github, begun).catch(() => null) : null;
    if (left !== null) return left;
    try {
      const { data } = await github.rest.checks.create({
        ...repository,
        name,
        head_sha: headSha,
        external_id: key,
        status: 'in_progress',
        // GitHub keeps it for apps alone: a workflow's check run always has GitHub's own page.
        ...(runUrl === null ? {} : { details_url: runUrl }),
        output: { title: 'Measuring', summary: linked('Headstart is measuring this commit.', runUrl) },
      });
      return idOf(data);
    } catch (error) {
      if (isForbidden(error)) {
        endCheck(begun);
        throw error;
      }
      const there = await underWay(github, begun);
      if (there === null) throw error;
      return there;
    }
  });
  if (id === null) return NO_CHECK;
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
    complete: async ({ conclusion, title, summary, text, annotations }) => {
      const output = {
        title: titleOf(title),
        summary: linked(summary, runUrl),
        ...(text === '' ? {} : { text }),
      };
      beginCheck({ ...open, ending: { conclusion, title: titleOf(title) } });
      const parts = partsOf(annotations);
      for (const [index, part] of parts.entries()) {
        const isLast = index === parts.length - 1;
        const done = await attempt('complete the check run', () =>
          github.rest.checks.update({
            ...address,
            ...(isLast ? { status: 'completed' as const, conclusion } : {}),
            output: { ...output, annotations: part.map(asGitHubHasIt) },
          }),
        );
        if (done !== null && isLast) endCheck(open);
        // Without its annotations it is still to be completed.
        if (done === null && !isLast) {
          const bare = await attempt('complete the check run', () =>
            github.rest.checks.update({ ...address, status: 'completed', conclusion, output }),
          );
          if (bare !== null) endCheck(open);
          return;
        }
      }
    },
  };
}

/**
 * Completes what a step has left under way: as the step meant it to end, and else as cancelled, which lets nothing pass.
 * @throws what GitHub refuses.
 */
export async function completeLeft(github: GitHub, left: UnfinishedCheck): Promise<void> {
  const id = await underWay(github, left);
  if (id === null) return;
  const { owner, repo, runUrl, ending } = left;
  const { conclusion, title } = ending ?? {
    conclusion: 'cancelled',
    title: 'Headstart was stopped before it had a result',
  };
  const output = { title, summary: linked(clean(title), runUrl) };
  await github.rest.checks.update({ owner, repo, check_run_id: id, status: 'completed', conclusion, output });
}

/** The check run that this run has under way; also one that GitHub has made although its answer never came. */
async function underWay(
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
  if (!Array.isArray(data.check_runs)) throw new Error('GitHub’s answer is no list of check runs');
  const own = data.check_runs.filter(
    (check) => check.external_id === key && (id === null || check.id === id),
  );
  return own.length === 0 ? null : idOf(own[0]);
}

/** GitHub may show a check run beside those of another workflow: the way to its own run stands on top. */
function linked(summary: string, runUrl: string | null): string {
  return runUrl === null || !isUrl(runUrl)
    ? summary
    : `[The run](${runUrl}) has the log and the report files.\n\n${summary}`;
}

/** An answer may have been cut or replaced on its way. */
function idOf({ id }: { id: unknown }): number {
  if (Number.isSafeInteger(id)) return id as number;
  throw new Error('GitHub’s answer has no id');
}

/** Does nothing. */
export const NO_CHECK: CheckRun = {
  progress: () => Promise.resolve(),
  complete: () => Promise.resolve(),
};

/** At least one part, which may be empty. */
function partsOf(annotations: readonly Annotation[]): (readonly Annotation[])[] {
  const parts: (readonly Annotation[])[] = [];
  for (let at = 0; at === 0 || at < annotations.length; at += ANNOTATIONS_A_REQUEST) {
    parts.push(annotations.slice(at, at + ANNOTATIONS_A_REQUEST));
  }
  return parts;
}

function asGitHubHasIt({ path, line, level, title, message }: Annotation) {
  return { path, start_line: line, end_line: line, annotation_level: level, title, message };
}

function titleOf(title: string): string {
  return Array.from(title).slice(0, LONGEST_TITLE).join('');
}
