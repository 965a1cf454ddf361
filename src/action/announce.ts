/** Says on GitHub that measuring is under way: in the check run always, in a comment where there is one or one was asked for. */
import type { CheckRun } from '../github/checks/check-run.js';
import type { GitHub } from '../github/client.js';
import { type Conversation, postSticky } from '../github/comments/comment.js';
import { beginComments, endComments, type UnfinishedComments } from '../github/unfinished.js';
import { affords, hasRoom, type Usage } from '../github/usage.js';
import type { Progress } from '../pipeline/run.js';
import { reportMarker } from '../report/render/comment.js';
import { asBefore, notUnderway, underwayComment, type Underway } from '../report/render/underway.js';
import { pastVerdict, briefVerdict, certaintyOf } from '../report/comment-state.js';
import { count, duration } from '../verdict/format.js';

/** Comments that are told of progress, one a dataset. */
export interface Announced {
  github: GitHub;
  place: Conversation;
  headSha: string;
  /** Writes a comment where there is none: somebody asked, and waits. */
  create: boolean;
}

export interface Announcer {
  /** The datasets that will be measured, by the keys of their comments; others that were named before are not. */
  begin: (keys: readonly string[]) => Promise<void>;
  progress: (event: Progress) => void;
  /** Waits for what is being written, so that nothing is written after the result. */
  settle: () => Promise<void>;
  /** The comments have their results. */
  end: () => void;
  /** The run ended without a result. */
  withdraw: () => Promise<void>;
}

/** GitHub asks for no more than 80 writes a minute. */
const EVERY_MS = 30_000;

/** `usage` is that of the client behind both. */
export function announcer(check: CheckRun, comments: Announced | null, usage: Usage): Announcer {
  const began = performance.now();
  let keys: readonly string[] = [];
  let pending: Promise<unknown> = Promise.resolve();
  let next = 0;
  /** Requests that it took to tell everybody the last time. */
  let cost = 0;
  const counted = async (telling: Promise<unknown>, before = usage.made): Promise<void> => {
    await telling;
    cost = usage.made - before;
  };
  const tell = async (progress: Underway['progress']): Promise<void> => {
    // What is said now is to be said otherwise later: without room for that, the comment stays as it is.
    if (comments === null || !hasRoom(usage)) return;
    const { github, place, headSha, create } = comments;
    for (const key of keys) {
      await postSticky(github, place, {
        marker: reportMarker(key),
        after: (previous) =>
          previous === null && !create ? null : underwayComment(previous, key, { headSha, progress }),
      });
    }
  };
  const said = async (title: string, progress: Underway['progress']): Promise<void> => {
    await check.progress(title);
    if (comments?.create === true) await tell(progress);
  };
  return {
    begin: async (own) => {
      const others = keys.filter((key) => !own.includes(key));
      keys = own;
      if (comments !== null) {
        const { github, place, headSha } = comments;
        const { owner, repo, number } = place;
        beginComments({ owner, repo, number, headSha, keys: [...others, ...own] });
        await edit(github, place, others, asBefore);
      }
      await counted(tell(null));
    },
    progress: ({ done, total, secondsLeft, verdict, stage }) => {
      const now = performance.now();
      if (stage !== 'train' || total === null || secondsLeft === null || now < next) return;
      if (!hasRoom(usage) || !affords(usage, cost, keys.length, (now - began) / 60_000)) return;
      next = Infinity;
      const soFar = verdict == null ? null : `${briefVerdict(verdict)}${certaintyOf(pastVerdict(verdict))}`;
      const title = `${count(done)} of about ${count(total)} trials, ${duration(secondsLeft)} left${soFar === null ? '' : `; so far ${soFar}`}`;
      pending = pending
        .then(() => counted(said(title, { done, total, secondsLeft, soFar })))
        .then(() => {
          next = now + EVERY_MS;
        });
    },
    settle: async () => {
      await pending;
    },
    end: endComments,
    withdraw: async () => {
      await pending;
      if (comments === null) return;
      const { owner, repo, number } = comments.place;
      await withdraw(comments.github, { owner, repo, number, headSha: comments.headSha, keys });
    },
  };
}

/** Says in the comments that measuring the commit ended without a result, where they say that it is under way. */
export async function withdraw(
  github: GitHub,
  { headSha, keys, ...place }: UnfinishedComments,
): Promise<void> {
  if (await edit(github, place, keys, (previous) => notUnderway(previous, headSha))) endComments();
}

/** Edits the comments that are there; false where GitHub refused one. */
async function edit(
  github: GitHub,
  place: Conversation,
  keys: readonly string[],
  after: (previous: string) => string,
): Promise<boolean> {
  let done = true;
  for (const key of keys) {
    const posting = await postSticky(github, place, {
      marker: reportMarker(key),
      after: (previous) => previous && after(previous),
    });
    if (posting.state === 'refused') done = false;
  }
  return done;
}
