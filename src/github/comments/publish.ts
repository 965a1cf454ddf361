import { basename } from 'node:path';
import * as core from '@actions/core';
import { plain } from '../../report/escape.js';
import { type CommentContext, renderComment, reportMarker } from '../../report/render/comment.js';
import { stateIn } from '../../report/comment-state.js';
import { MAX_MARKDOWN, renderMarkdown } from '../../report/render/markdown.js';
import type { Report } from '../../report/types.js';
import type { GitHub } from '../client.js';
import { BACKBONES } from '../commands/command.js';
import { commentKey, otherBackbone } from './comment-key.js';
import { type Conversation, postNew, postSticky, type Posting } from './comment.js';

/** A report and the paths of its files; there are none where it came from another run. */
export interface Published {
  report: Report;
  files: readonly string[];
}

/** A line in the log that the runner cannot take for a command, whatever a repository put into it. */
export function logLine(message: string): void {
  core.info(`headstart: ${plain(message)}`);
}

/** Appends the complete reports to the job summary; a runner without one gets a warning. */
export async function writeSummary(reports: readonly Report[]): Promise<void> {
  const limit = Math.floor(MAX_MARKDOWN / Math.max(1, reports.length));
  try {
    for (const report of reports) core.summary.addRaw(renderMarkdown(report, limit), true);
    await core.summary.write();
  } catch (error) {
    core.warning(`The job summary could not be written: ${(error as Error).message}`);
  }
}

/** The outputs of the step: the verdict of the first dataset, and all files that were written, one per line. */
export function setOutputs(outcomes: readonly Published[]): void {
  const verdict = outcomes.at(0)?.report.verdict ?? null;
  core.setOutput('recommendation', verdict?.choice ?? '');
  core.setOutput('family', verdict?.family ?? '');
  core.setOutput('confidence', verdict?.confidence ?? '');
  // With one side only there is nothing that could be lost against the other, and no number should say so.
  core.setOutput('expected-regret', verdict?.gap == null ? '' : verdict.expectedRegret);
  const files = outcomes.flatMap((outcome) => outcome.files);
  const called = (name: string) => files.filter((file) => basename(file) === name).join('\n');
  core.setOutput('report-json', called('report.json'));
  core.setOutput('report-markdown', called('report.md'));
}

/** One more sentence in the job summary. */
export async function addToSummary(markdown: string): Promise<void> {
  try {
    await core.summary.addRaw(`\n${markdown}`, true).write();
  } catch (error) {
    core.warning(`The job summary could not be written: ${(error as Error).message}`);
  }
}

/** A pull request with more comments than this is not read any more. */
const MOST_COMMENTS = 10;

/** Those that get a comment. */
export function commented<T>(datasets: readonly T[]): readonly T[] {
  return datasets.slice(0, MOST_COMMENTS);
}

/** A report, and the input `backbone` of the step that measured. */
export interface Measured {
  report: Report;
  backbone: string;
}

/** Where the comments go, and what is said about the run in them. */
export interface CommentTarget {
  github: GitHub;
  place: Conversation;
  mode: 'sticky' | 'new';
  /** Name of the workflow: two workflows keep comments of their own. */
  workflow: string;
  run: Omit<CommentContext, 'key' | 'backbone' | 'previous'>;
  /** The run is from a fork: that its token may not post is expected, and said elsewhere. */
  fork?: boolean;
}

/** Ends the key of a comment that stays when a later run writes another. */
export const ADDED = '.new';

/** One comment a dataset. What GitHub refuses becomes a warning; summary, outputs and files are there already. */
export async function postComments(measured: readonly Measured[], target: CommentTarget): Promise<Posting[]> {
  const postings: Posting[] = [];
  if (measured.length > MOST_COMMENTS) {
    core.warning(
      `There are ${measured.length} datasets; the first ${MOST_COMMENTS} get a comment, the others are in the job summary and the files.`,
    );
  }
  for (const { report, backbone: setting } of commented(measured)) {
    const { path = '', name = '' } = report.dataset ?? {};
    const own = commentKey(target.workflow, path, name, setting);
    const backbone = otherBackbone(setting);
    // A new comment is not one that a later sticky one may take over.
    const key = target.mode === 'sticky' ? own : own + ADDED;
    const rendered = (previous: string | null) =>
      renderComment(report, {
        key,
        ...target.run,
        backbone,
        // A box asks for the same backbone, which a comment may have to leave to the workflow.
        listens: target.run.listens && (backbone === null || BACKBONES.includes(backbone)),
        previous: previous === null ? null : stateIn(previous),
      });
    // What did not change is no news: a comment that is there shrinks, and none is written.
    const isNews = report.status !== 'unchanged';
    const posting =
      target.mode === 'sticky'
        ? await postSticky(target.github, target.place, {
            marker: reportMarker(key),
            after: (previous) => (previous === null && !isNews ? null : rendered(previous)),
          })
        : isNews
          ? await postNew(target.github, target.place, rendered(null))
          : ({ state: 'none' } as const);
    postings.push(posting);
    // What one dataset may not, the next may not either.
    if (target.fork === true && posting.state === 'refused' && posting.forbidden) break;
    if (posting.state === 'refused') core.warning(posting.warning);
    else
      logLine(posting.state === 'none' ? 'no news, no comment' : `comment ${posting.state}: ${posting.url}`);
  }
  const first = postings.find((posting) => posting.state !== 'refused' && posting.state !== 'none');
  core.setOutput('comment-id', first?.id ?? '');
  core.setOutput('comment-url', first?.url ?? '');
  return postings;
}
