/** Posts reports as comments, for the Action and for the App. */
import * as core from '@actions/core';
import type { Report } from '../../report/types.js';
import { type CommentContext, renderComment, reportMarker } from '../../report/render/comment.js';
import { stateIn } from '../../report/comment-state.js';
import type { GitHub } from '../client.js';
import { BACKBONES } from '../commands/command.js';
import { logLine } from '../step-output.js';
import { commentKey, otherBackbone } from './comment-key.js';
import {
  type Conversation,
  createComment,
  type Posted,
  type Posting,
  refusal,
  upsertComment,
} from './comment.js';

const MAX_COMMENTS = 10;

/** The datasets that get a comment. */
export function commented<T>(datasets: readonly T[]): readonly T[] {
  return datasets.slice(0, MAX_COMMENTS);
}

/** A report, and the input `backbone` of the step that measured it. */
export interface Measured {
  report: Report;
  backbone: string;
}

/** Where the comments go, and what they say about the run. */
export interface CommentTarget {
  github: GitHub;
  place: Conversation;
  mode: 'sticky' | 'new';
  /** Login that the token writes as; default: GitHub is asked. */
  author?: string;
  /** Name of the workflow: each workflow has its own comments. */
  workflow: string;
  run: Omit<CommentContext, 'key' | 'backbone' | 'previous'>;
  /** The run is from a fork: its token may not post, which is expected and reported elsewhere. */
  fork?: boolean;
}

/** Suffix of the key of comments in the mode `new`, so that no sticky comment replaces them. */
export const ADDED = '.new';

/**
 * Posts a report unless it has no news: then an existing comment shrinks, and no new one is created.
 * @returns null when there is no comment.
 * @throws what GitHub refuses.
 */
export async function postReport(
  { report, backbone }: Measured,
  target: CommentTarget,
): Promise<Posted | null> {
  const { github, place, mode, author, workflow, run } = target;
  const { path = '', name = '' } = report.dataset ?? {};
  const own = commentKey(workflow, path, name, backbone);
  const key = mode === 'sticky' ? own : own + ADDED;
  const shownBackbone = otherBackbone(backbone);
  const render = (previous: string | null) =>
    renderComment(report, {
      key,
      ...run,
      backbone: shownBackbone,
      // A box repeats the backbone in a command, and not every backbone is allowed there.
      listens: run.listens && (shownBackbone === null || BACKBONES.includes(shownBackbone)),
      previous: previous === null ? null : stateIn(previous),
    });
  const hasNews = report.status !== 'unchanged';
  if (mode === 'new') return hasNews ? createComment(github, place, render(null)) : null;
  const after = (previous: string | null) => (previous === null && !hasNews ? null : render(previous));
  return upsertComment(github, place, { marker: reportMarker(key), after }, author);
}

/** Posts a comment per dataset. A refusal is only a warning: summary, outputs and files exist already. */
export async function postComments(measured: readonly Measured[], target: CommentTarget): Promise<Posting[]> {
  const postings: Posting[] = [];
  if (measured.length > MAX_COMMENTS) {
    core.warning(
      `There are ${measured.length} datasets; the first ${MAX_COMMENTS} get a comment, the others are in the job summary and the files.`,
    );
  }
  for (const each of commented(measured)) {
    const posting = await postReport(each, target).then((posted) => posted ?? NO_COMMENT, refusal);
    postings.push(posting);
    // GitHub would refuse the next one, too.
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

const NO_COMMENT = { state: 'none' } as const;
