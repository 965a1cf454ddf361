import { RequestError } from 'octokit';
import type { GitHub } from '../client.js';
import { at, positiveInteger, type Repository } from '../events/event.js';
import { keyOfReport, markerOf } from './marker.js';
import { explain, isForbidden, isGone, isLost, SenselessAnswer } from '../api-errors.js';

/** A conversation: an issue or a pull request. */
export interface Conversation extends Repository {
  number: number;
}

export interface Posted {
  state: 'created' | 'updated' | 'unchanged';
  id: number;
  url: string;
}

/** How posting ended; refused is no failure of the run. */
export type Posting =
  | Posted
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
  /** Null: the account is gone. */
  author: string | null;
}

/** Comments that are searched for ours: 50 pages of 100. */
const mostPages = 50;
const perPage = 100;
/** Times that a comment is written, each after a look whether the one before is there after all. */
const mostTries = 3;

/** Like `leaveSticky`, for who has nothing better to do with a refusal than to tell of it: it never throws for one. */
export async function postSticky(github: GitHub, place: Conversation, text: Text): Promise<Posting> {
  try {
    return (await leaveSticky(github, place, text, await ownLogin(github))) ?? { state: 'none' };
  } catch (error) {
    return refusal(error);
  }
}

/**
 * Leaves one comment by `author` with the text's marker: the oldest is edited when its text differs, others with the
 * marker are deleted, and only where there is none one is written; null where there is no text for a first one.
 * @throws what GitHub refuses.
 */
export async function leaveSticky(
  github: GitHub,
  place: Conversation,
  text: Text,
  author: string,
): Promise<Posted | null> {
  const marker = markerOf(typeof text === 'string' ? text : text.marker);
  if (marker === '') throw new Error('the text has no marker of Headstart in its first line');
  for (let tries = 1; ; tries++) {
    const found = await settle(github, place, author, marker, text);
    if (found !== null) return found;
    const body = bodyAfter(text, null);
    if (body === null) return null;
    try {
      return await writeFirst(github, place, marker, body);
    } catch (error) {
      if (!isLost(error) || tries === mostTries) throw error;
    }
  }
}

/** Writes a comment where none of ours was a moment ago. */
async function writeFirst(
  github: GitHub,
  place: Conversation,
  marker: string,
  body: string,
): Promise<Posted> {
  const { id, url, author } = await create(github, place, body);
  logins.set(github, author);
  // Another run may have written its own at the same moment, and who writes is sure only now: the oldest stays.
  const settled = await settle(github, place, author, marker, body).catch(() => null);
  return settled === null || settled.id === id ? { state: 'created', id, url } : settled;
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

/**
 * Gives a comment of ours another text; false where it is not ours, or gone.
 * @throws what GitHub refuses.
 */
export async function rewrite(
  github: GitHub,
  place: Conversation,
  id: number,
  after: (previous: string) => string,
): Promise<boolean> {
  const { owner, repo } = place;
  const author = await ownLogin(github);
  try {
    const comment = commentOf((await github.rest.issues.getComment({ owner, repo, comment_id: id })).data);
    if (comment.author !== author) return false;
    const text = { marker: '', after: (previous: string | null) => previous && after(previous) };
    return (await edit(github, place, comment, text)) !== null;
  } catch (error) {
    if (isGone(error)) return false;
    throw error;
  }
}

/** A comment with a report; `body` has plain line ends. */
export interface ReportComment {
  key: string;
  url: string;
  body: string;
}

/**
 * Comments of an author with reports, the newest of each key, the oldest of these first.
 * @throws what GitHub refuses.
 */
export async function reportComments(
  github: GitHub,
  place: Conversation,
  author: string,
): Promise<ReportComment[]> {
  const newest = new Map<string, ReportComment>();
  for (const comment of await commentsWhere(github, place, (one) => one.author === author)) {
    const body = comment.body.replaceAll('\r\n', '\n');
    const key = keyOfReport(body);
    if (key !== null) newest.set(key, { key, url: comment.url, body });
  }
  return [...newest.values()];
}

/** By client: who a token writes as does not change. */
const logins = new WeakMap<GitHub, string>();

/**
 * Who the token writes as. Tokens of workflows and apps may ask it of GraphQL alone; one that may not either is most
 * often that of `github-actions[bot]`.
 * @throws what GitHub refuses.
 */
export async function ownLogin(github: GitHub): Promise<string> {
  const login = logins.get(github) ?? (await viewer(github));
  logins.set(github, login);
  return login;
}

async function viewer(github: GitHub): Promise<string> {
  try {
    const login = at(await github.graphql('{ viewer { login } }'), 'viewer', 'login');
    if (typeof login !== 'string') throw new SenselessAnswer();
    return login;
  } catch (error) {
    if (isForbidden(error)) return 'github-actions[bot]';
    throw error instanceof RequestError ? error : new SenselessAnswer();
  }
}

/**
 * Gives the oldest comment of ours the new text and removes the others with its marker; null when there is none to
 * keep. The text comes first: while it can't be given, nothing is removed.
 */
async function settle(
  github: GitHub,
  place: Conversation,
  author: string,
  marker: string,
  text: Text,
): Promise<Posted | null> {
  const [oldest, ...younger] = await ownComments(github, place, author, marker);
  if ((oldest as Comment | undefined) === undefined) return null;
  const state = await edit(github, place, oldest, text);
  if (state === null) return null;
  for (const { id } of younger) await remove(github, place, id);
  return { state, id: oldest.id, url: oldest.url };
}

/** Comments by us with the same marker, oldest first. */
function ownComments(
  github: GitHub,
  place: Conversation,
  author: string,
  marker: string,
): Promise<Comment[]> {
  return commentsWhere(github, place, (one) => one.author === author && markerOf(one.body) === marker);
}

async function commentsWhere(
  github: GitHub,
  place: Conversation,
  wanted: (comment: Comment) => boolean,
): Promise<Comment[]> {
  const found: Comment[] = [];
  for (let page = 1; page <= mostPages; page++) {
    const comments = await pageOfComments(github, place, page);
    found.push(...comments.filter(wanted));
    if (comments.length < perPage) break;
  }
  return found.sort((a, b) => a.id - b.id);
}

async function pageOfComments(github: GitHub, place: Conversation, page: number): Promise<Comment[]> {
  const { data } = await github.rest.issues.listComments({ ...address(place), per_page: perPage, page });
  // What is no list would look like no comments, and lead to a second one of ours.
  if (!Array.isArray(data)) throw new SenselessAnswer();
  return data.map(commentOf);
}

/** Null when the comment has gone. */
async function edit(
  github: GitHub,
  { owner, repo }: Conversation,
  comment: Comment,
  text: Text,
): Promise<'updated' | 'unchanged' | null> {
  // GitHub keeps line ends as it likes.
  const previous = comment.body.replaceAll('\r\n', '\n');
  const body = bodyAfter(text, previous);
  if (body === null || previous.trim() === body.trim()) return 'unchanged';
  try {
    await github.rest.issues.updateComment({ owner, repo, comment_id: comment.id, body });
    return 'updated';
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
): Promise<Comment & { author: string }> {
  const written = commentOf((await github.rest.issues.createComment({ ...address(place), body })).data);
  const { author } = written;
  if (author === null) throw new SenselessAnswer();
  return { ...written, author };
}

/** A double that stays is left to the next run: the comment itself has its text. */
async function remove(github: GitHub, { owner, repo }: Conversation, id: number): Promise<void> {
  await github.rest.issues.deleteComment({ owner, repo, comment_id: id }).catch(() => undefined);
}

function address({ owner, repo, number }: Conversation): {
  owner: string;
  repo: string;
  issue_number: number;
} {
  return { owner, repo, issue_number: number };
}

function commentOf(answer: unknown): Comment {
  const id = positiveInteger(at(answer, 'id'));
  const url = at(answer, 'html_url');
  const body = at(answer, 'body') ?? '';
  const author = at(answer, 'user', 'login') ?? null;
  if (id === null || typeof url !== 'string' || typeof body !== 'string') throw new SenselessAnswer();
  if (author !== null && typeof author !== 'string') throw new SenselessAnswer();
  return { id, url, body, author };
}
