/** Commands that are answered without training: `explain`, `inspect` and `cancel`. */
import * as core from '@actions/core';
import { answer } from '../github/answer.js';
import { boxesIn } from '../github/box.js';
import { cancelRuns, runIdIn } from '../github/cancel.js';
import type { GitHub } from '../github/client.js';
import type { Errand } from '../github/command.js';
import { type Conversation, postSticky, reportComments } from '../github/comment.js';
import { logLine } from '../github/publish.js';
import { explain } from '../github/trouble.js';
import type { ProbeState } from '../probe/state.js';
import { stateIn } from '../report/comment-state.js';
import { code } from '../report/escape.js';
import { renderExplanation } from '../report/explanation.js';
import { inspectionMarkdown } from '../report/inspection.js';
import { counted } from '../report/words.js';

export interface ErrandRequest {
  errand: Errand;
  github: GitHub;
  /** The pull request. */
  place: Conversation;
  headSha: string;
  /** Page of this run; null: not known. */
  runUrl: string | null;
  /** Path of the datasets, as the user gave it. */
  path: string;
  countsOnly: boolean;
  /** Reads and checks the images. */
  inspect: () => Promise<ProbeState[]>;
}

/**
 * Does what was asked for, and answers in one comment of its kind.
 * @returns whether it went well.
 * @throws InputError when the dataset cannot be read.
 */
export async function runErrand(request: ErrandRequest): Promise<boolean> {
  const { errand, github, place } = request;
  try {
    const { text, ok } = await texts[errand](request);
    const posting = await postSticky(github, place, answer(errand, text));
    if (posting.state === 'refused') core.warning(posting.warning);
    else logLine(`answered: ${errand}`);
    return ok && posting.state !== 'refused';
  } catch (error) {
    if (errand === 'inspect') throw error;
    core.warning(explain(`answer ${errand}`, error));
    return false;
  }
}

const texts: Record<Errand, (request: ErrandRequest) => Promise<{ text: string; ok: boolean }>> = {
  explain: async ({ github, place, runUrl }) => {
    const comments = await reportComments(github, place);
    const remembered = comments.map(({ url, body }) => ({
      state: stateIn(body),
      url,
      next: boxesIn(body).map(({ command }) => command),
      runUrl: runOf(body, runUrl),
    }));
    return { text: renderExplanation(remembered), ok: true };
  },
  inspect: async ({ inspect, path, headSha, countsOnly }) => ({
    text: inspectionMarkdown(await inspect(), { path, headSha, countsOnly }),
    ok: true,
  }),
  cancel: async ({ github, place, headSha, runUrl }) => {
    const { owner, repo, number } = place;
    const runId = runIdIn(runUrl);
    if (runId === null)
      return { text: '**Headstart** cancelled nothing: it cannot tell which run is its own.', ok: false };
    const done = await cancelRuns({ github, repository: { owner, repo }, number, headSha, runId });
    for (const warning of done.warnings) core.warning(warning);
    return { text: cancelled(done, headSha), ok: done.forbidden === 0 && done.warnings.length === 0 };
  },
};

function cancelled({ runs, warnings }: Awaited<ReturnType<typeof cancelRuns>>, headSha: string): string {
  const what = `that ${runs === 1 ? 'was' : 'were'} measuring this pull request at ${code(headSha.slice(0, 7))}`;
  const did =
    runs > 0
      ? `**Headstart** cancelled ${counted(runs, 'run')} ${what}.`
      : `**Headstart** cancelled nothing: it found no run that could be ended at ${code(headSha.slice(0, 7))}.`;
  return warnings.length === 0
    ? did
    : `${did} GitHub did not show or end all that may be under way: the job needs \`permissions: actions: write\` in the workflow that answers commands, and the log of this run says what was refused.`;
}

/** The page of the run in the last line of a report; only one beside the page of this run is believed. */
function runOf(body: string, ownUrl: string | null): string | null {
  const runs = ownUrl?.replace(/\d+$/u, '');
  const visible = body.slice(0, Math.max(0, body.lastIndexOf('<!-- headstart:state ')));
  const url = [...visible.matchAll(/\[the run\]\((\S+?)\)/gu)].at(-1)?.[1];
  return runs !== undefined && url?.startsWith(runs) === true && runIdIn(url) !== null ? url : null;
}
