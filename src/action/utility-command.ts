/** Commands that are answered without training: `explain`, `inspect` and `cancel`. */
import * as core from '@actions/core';
import { answer, explanationOf } from '../github/commands/answers.js';
import { cancelRuns } from '../github/commands/cancel.js';
import { runIdIn } from '../github/events/run-place.js';
import type { GitHub } from '../github/client.js';
import type { UtilityCommand } from '../github/commands/command.js';
import { type Conversation, ownLogin, postSticky } from '../github/comments/comment.js';
import { logLine } from '../github/step-output.js';
import { describeApiError } from '../github/api-errors.js';
import type { Split } from '../probe/stages.js';
import { code } from '../report/escape.js';
import { inspectionMarkdown } from '../report/render/inspection.js';
import { counted } from '../verdict/format.js';

export interface ErrandRequest {
  errand: UtilityCommand;
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
  inspect: () => Promise<Split[]>;
}

/**
 * Runs the command and answers in one comment per command.
 * @returns whether it succeeded.
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
    core.warning(describeApiError(`answer ${errand}`, error));
    return false;
  }
}

const texts: Record<UtilityCommand, (request: ErrandRequest) => Promise<{ text: string; ok: boolean }>> = {
  explain: async ({ github, place, runUrl }) => ({
    text: await explanationOf(github, place, await ownLogin(github), runUrl),
    ok: true,
  }),
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
