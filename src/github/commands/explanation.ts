/** What our comments on a pull request say, read back and put into plain words. */
import { stateIn } from '../../report/comment-state.js';
import { renderExplanation } from '../../report/render/explanation.js';
import { boxesIn } from './box.js';
import { runIdIn } from './cancel.js';
import type { GitHub } from '../client.js';
import { type Conversation, reportComments } from '../comments/comment.js';

/**
 * The answer to `explain`. `author` is who we write as, `runUrl` the page of a run in this repository, where there is one.
 * @throws what GitHub refuses.
 */
export async function explanationOf(
  github: GitHub,
  place: Conversation,
  author: string,
  runUrl: string | null,
): Promise<string> {
  const comments = await reportComments(github, place, author);
  return renderExplanation(
    comments.map(({ url, body }) => ({
      state: stateIn(body),
      url,
      next: boxesIn(body).map(({ command }) => command),
      runUrl: runOf(body, runUrl),
    })),
  );
}

/** The page of the run in the last line of a report; only one beside the page of a known run is believed. */
function runOf(body: string, known: string | null): string | null {
  const runs = known?.replace(/\d+$/u, '');
  const visible = body.slice(0, Math.max(0, body.lastIndexOf('<!-- headstart:state ')));
  const url = [...visible.matchAll(/\[the run\]\((\S+?)\)/gu)].at(-1)?.[1];
  return runs !== undefined && url?.startsWith(runs) === true && runIdIn(url) !== null ? url : null;
}
