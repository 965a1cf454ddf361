/** Finds, creates and edits our comments on a pull request. */
import { RequestError } from 'octokit';
import { describeApiError, isForbidden, isGone, isLost, UnexpectedResponse } from '../api-errors.js';
import type { GitHub } from '../client.js';
import { at, positiveInteger, type Repository } from '../events/event.js';
import { keyOfReport, markerOf } from './comment-key.js';

/** An issue or a pull request. */
export interface Conversation extends Repository {
  number: number;
}

export interface Posted {
  state: 'created' | 'updated' | 'unchanged';
  id: number;
  url: string;
}

/** How posting ended. A refusal does not fail the run. */
export type Posting =
  | Posted
  /** There is no comment, and no reason to create one. */
  | { state: 'none' }
  /** `forbidden`: the token lacks permission, as in a run from a fork. */
  | { state: 'refused'; warning: string; forbidden: boolean };

/**
 * The text of a comment, or how to derive it from the existing text; null leaves things as they are. Its first line is
 * the marker.
 */
export type Text = string | { marker: string; after: (previous: string | null) => string | null };

interface Comment {
  id: number;
  url: string;
  body: string;
  /** Null: the account was deleted. */
  author: string | null;
}

/** Limits of the search for our comments. */
const MAX_PAGES = 50;
const PER_PAGE = 100;
/** How often to create a comment, each time after checking that the earlier one does not exist. */
const MAX_ATTEMPTS = 3;

/** Like `upsertComment`, but returns what GitHub refuses instead of throwing it. */
export async function postSticky(github: GitHub, place: Conversation, text: Text): Promise<Posting> {
  return upsertComment(github, place, text).then((posted) => posted ?? { state: 'none' }, refusal);
}

export function refusal(error: unknown): Posting {
  const warning = describeApiError('post the comment', error);
  return { state: 'refused', warning, forbidden: isForbidden(error) };
}

/**
 * Leaves exactly one comment with the marker of the text: edits the oldest if its text differs, deletes the others,
 * and creates one only if there is none.
 * @param author login that the client writes as; default: GitHub is asked.
 * @returns null when there is no comment and no text for a new one.
 * @throws what GitHub refuses.
 */
export async function upsertComment(
  github: GitHub,
  place: Conversation,
  text: Text,
  author?: string,
): Promise<Posted | null> {
  const marker = markerOf(typeof text === 'string' ? text : text.marker);
  if (marker === '') throw new Error('The first line of the text has no marker of Headstart.');
  const login = author ?? (await ownLogin(github));
  for (let attempt = 1; ; attempt++) {
    const existing = await editOldest(github, place, login, marker, text);
    if (existing !== null) return existing;
    const body = bodyAfter(text, null);
    if (body === null) return null;
    try {
      return await createFirst(github, place, marker, body);
    } catch (error) {
      if (!isLost(error) || attempt === MAX_ATTEMPTS) throw error;
    }
  }
}

/** Creates a comment after a check that there is none. */
async function createFirst(
  github: GitHub,
  place: Conversation,
  marker: string,
  body: string,
): Promise<Posted> {
  const { id, url, author } = await create(github, place, body);
  logins.set(github, author);
  // Another run may have created one at the same moment: the oldest stays.
  const oldest = await editOldest(github, place, author, marker, body).catch(() => null);
  return oldest === null || oldest.id === id ? { state: 'created', id, url } : oldest;
}

/**
 * Creates a comment even if there are others.
 * @throws what GitHub refuses.
 */
export async function createComment(github: GitHub, place: Conversation, body: string): Promise<Posted> {
  const { id, url } = await create(github, place, body);
  return { state: 'created', id, url };
}

/**
 * Edits one of our comments; false when it is someone else's, or was deleted.
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
    const comment = parseComment((await github.rest.issues.getComment({ owner, repo, comment_id: id })).data);
    if (comment.author !== author) return false;
    const text = { marker: '', after: (previous: string | null) => previous && after(previous) };
    return (await edit(github, place, comment, text)) !== null;
  } catch (error) {
    if (isGone(error)) return false;
    throw error;
  }
}

/** A comment with a report. Line ends are `\n`. */
export interface ReportComment {
  key: string;
  url: string;
  body: string;
}

/**
 * The newest report of each key in the comments of an author, oldest first.
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

/** By client: the login of a token does not change. */
const logins = new WeakMap<GitHub, string>();

/**
 * The login that the token writes as. Tokens of workflows and apps may ask only GraphQL for it; one that may not even
 * do that is most likely `github-actions[bot]`.
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
    if (typeof login !== 'string') throw new UnexpectedResponse();
    return login;
  } catch (error) {
    if (isForbidden(error)) return 'github-actions[bot]';
    throw error instanceof RequestError ? error : new UnexpectedResponse();
  }
}

/**
 * Gives our oldest comment the new text, then deletes the others with its marker. Nothing is deleted if the edit
 * fails. Null: there is no comment to keep.
 */
async function editOldest(
  github: GitHub,
  place: Conversation,
  author: string,
  marker: string,
  text: Text,
): Promise<Posted | null> {
  const isOurs = (one: Comment) => one.author === author && markerOf(one.body) === marker;
  const [oldest, ...others] = await commentsWhere(github, place, isOurs);
  if ((oldest as Comment | undefined) === undefined) return null;
  const state = await edit(github, place, oldest, text);
  if (state === null) return null;
  const { owner, repo } = place;
  for (const { id } of others) {
    // The next run deletes a duplicate that is left.
    await github.rest.issues.deleteComment({ owner, repo, comment_id: id }).catch(() => undefined);
  }
  return { state, id: oldest.id, url: oldest.url };
}

/** Oldest first. */
async function commentsWhere(
  github: GitHub,
  { owner, repo, number }: Conversation,
  isWanted: (comment: Comment) => boolean,
): Promise<Comment[]> {
  const found: Comment[] = [];
  for (let page = 1; page <= MAX_PAGES; page++) {
    const { data } = await github.rest.issues.listComments({
      owner,
      repo,
      issue_number: number,
      per_page: PER_PAGE,
      page,
    });
    // Anything but a list would look like no comments, and lead to a duplicate.
    if (!Array.isArray(data)) throw new UnexpectedResponse();
    found.push(...data.map(parseComment).filter(isWanted));
    if (data.length < PER_PAGE) break;
  }
  return found.sort((a, b) => a.id - b.id);
}

/** Null when the comment was deleted. */
async function edit(
  github: GitHub,
  { owner, repo }: Conversation,
  comment: Comment,
  text: Text,
): Promise<'updated' | 'unchanged' | null> {
  // GitHub may change line ends.
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
  { owner, repo, number }: Conversation,
  body: string,
): Promise<Comment & { author: string }> {
  const response = await github.rest.issues.createComment({ owner, repo, issue_number: number, body });
  const comment = parseComment(response.data);
  if (comment.author === null) throw new UnexpectedResponse();
  return { ...comment, author: comment.author };
}

function parseComment(data: unknown): Comment {
  const id = positiveInteger(at(data, 'id'));
  const url = at(data, 'html_url');
  const body = at(data, 'body') ?? '';
  const author = at(data, 'user', 'login') ?? null;
  if (id === null || typeof url !== 'string' || typeof body !== 'string') throw new UnexpectedResponse();
  if (author !== null && typeof author !== 'string') throw new UnexpectedResponse();
  return { id, url, body, author };
}
