import type { GitHub } from './client.js';
import type { Repository } from './event.js';
import { explain, isForbidden, isGone } from './trouble.js';

/** A conversation: an issue or a pull request. */
export interface Conversation extends Repository {
  number: number;
}

/** How posting ended; refused is no failure of the run. */
export type Posting =
  | { state: 'created' | 'updated' | 'unchanged'; id: number; url: string }
  /** There is no comment, and nothing that is worth one. */
  | { state: 'none' }
  /** `forbidden`: the token may not, as in a run from a fork. */
  | { state: 'refused'; warning: string; forbidden: boolean };

/** A text, or how it follows from the one that is there: null leaves things as they are. Its first line is the marker. */
export type Text = string | { marker: string; after: (previous: string | null) => string | null };

interface Comment {
  id: number;
  url: string;
  body: string;
}

/** Comments that are searched for ours: 50 pages of 100. */
const mostPages = 50;

/**
 * Leaves one comment of ours with the text's marker: the oldest is edited when its text differs,
 * others of ours with the marker are deleted, and only where there is none one is written. Never throws for what
 * GitHub answers.
 */
export async function postSticky(github: GitHub, place: Conversation, text: Text): Promise<Posting> {
  try {
    const marker = markerOf(typeof text === 'string' ? text : text.marker);
    if (marker === '') throw new Error('the text has no marker of Headstart in its first line');
    const author = await ownLogin(github);
    const found = await settle(github, place, await ownComments(github, place, author, marker), text);
    if (found !== null) return found;
    const body = bodyAfter(text, null);
    if (body === null) return { state: 'none' };
    const { author: writer, ...written } = await create(github, place, body);
    // Another run may have written its own at the same moment, and who writes is sure only now: the oldest stays.
    const settled = await settle(github, place, await ownComments(github, place, writer, marker), body);
    return settled?.state === 'updated' || settled?.state === 'unchanged'
      ? settled.id === written.id
        ? { state: 'created', ...written }
        : settled
      : { state: 'created', ...written };
  } catch (error) {
    return refusal(error);
  }
}

/** Writes a new comment whatever is there. */
export async function postNew(github: GitHub, place: Conversation, body: string): Promise<Posting> {
  try {
    const { id, url } = await create(github, place, body);
    return { state: 'created', id, url };
  } catch (error) {
    return refusal(error);
  }
}

function refusal(error: unknown): Posting {
  return { state: 'refused', warning: explain('post the comment', error), forbidden: isForbidden(error) };
}

/** Who the token writes as; tokens of workflows and apps may not ask: most often it is `github-actions[bot]`. */
async function ownLogin(github: GitHub): Promise<string> {
  try {
    return (await github.rest.users.getAuthenticated()).data.login;
  } catch (error) {
    if (isForbidden(error)) return 'github-actions[bot]';
    throw error;
  }
}

/** Comments by us with the same marker, oldest first. */
async function ownComments(
  github: GitHub,
  place: Conversation,
  author: string,
  marker: string,
): Promise<Comment[]> {
  const found: Comment[] = [];
  const pages = github.paginate.iterator(github.rest.issues.listComments, {
    ...address(place),
    per_page: 100,
  });
  let page = 0;
  for await (const { data } of pages) {
    for (const comment of data) {
      if (comment.user?.login === author && markerOf(comment.body ?? '') === marker) {
        found.push({ id: comment.id, url: comment.html_url, body: comment.body ?? '' });
      }
    }
    page += 1;
    if (page === mostPages) break;
  }
  return found.sort((a, b) => a.id - b.id);
}

/** Keeps the oldest with the new text and removes the rest; null when there is none to keep. */
async function settle(
  github: GitHub,
  place: Conversation,
  [oldest, ...younger]: Comment[],
  text: Text,
): Promise<Posting | null> {
  if ((oldest as Comment | undefined) === undefined) return null;
  for (const { id } of younger) await remove(github, place, id);
  const kept = { id: oldest.id, url: oldest.url };
  // GitHub keeps line ends as it likes.
  const previous = oldest.body.replaceAll('\r\n', '\n');
  const body = bodyAfter(text, previous);
  if (body === null || previous.trim() === body.trim()) return { state: 'unchanged', ...kept };
  try {
    await github.rest.issues.updateComment({
      owner: place.owner,
      repo: place.repo,
      comment_id: oldest.id,
      body,
    });
    return { state: 'updated', ...kept };
  } catch (error) {
    if (isGone(error)) return null;
    throw error;
  }
}

function bodyAfter(text: Text, previous: string | null): string | null {
  return typeof text === 'string' ? text : text.after(previous);
}

async function create(
  github: GitHub,
  place: Conversation,
  body: string,
): Promise<{ id: number; url: string; author: string }> {
  const { data } = await github.rest.issues.createComment({ ...address(place), body });
  return { id: data.id, url: data.html_url, author: data.user?.login ?? '' };
}

async function remove(github: GitHub, { owner, repo }: Conversation, id: number): Promise<void> {
  try {
    await github.rest.issues.deleteComment({ owner, repo, comment_id: id });
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}

function address({ owner, repo, number }: Conversation): {
  owner: string;
  repo: string;
  issue_number: number;
} {
  return { owner, repo, issue_number: number };
}

/** The first line without the version of the schema, so that a newer Headstart finds what an older one wrote. */
function markerOf(body: string): string {
  const match = /^<!-- (headstart:\w+ key=[\w./]+) schema=\d+ -->/u.exec(body);
  return match === null ? '' : match[1];
}
