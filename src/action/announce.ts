/** Shows progress on GitHub: always in the check run, and in comments that exist or were asked for. */
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

/** Comments that show progress, one per dataset. */
export interface Announced {
  github: GitHub;
  place: Conversation;
  headSha: string;
  /** Whether to create missing comments: someone asked, and waits. */
  create: boolean;
}

export interface Announcer {
  /** Announces the datasets that will be measured, by the keys of their comments, and withdraws earlier announcements of others. */
  begin: (keys: readonly string[]) => Promise<void>;
  progress: (event: Progress) => void;
  /** Waits for writes under way, so that nothing is written after the result. */
  settle: () => Promise<void>;
  /** The comments have their results. */
  end: () => void;
  /** The run ended without a result. */
  withdraw: () => Promise<void>;
}

/** GitHub allows 80 writes per minute. */
const EVERY_MS = 30_000;

/** @param usage of the client behind both. */
export function announcer(check: CheckRun, comments: Announced | null, usage: Usage): Announcer {
  const began = performance.now();
  let keys: readonly string[] = [];
  let pending: Promise<unknown> = Promise.resolve();
  let next = 0;
  /** Requests of the last update of all comments. */
  let cost = 0;
  const counted = async (telling: Promise<unknown>, before = usage.made): Promise<void> => {
    await telling;
    cost = usage.made - before;
  };
  const tell = async (progress: Underway['progress']): Promise<void> => {
    // An announcement must be replaced later. Without requests left for that, the comment stays as it is.
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

/** Replaces announcements in comments: measuring the commit ended without a result. */
export async function withdraw(
  github: GitHub,
  { headSha, keys, ...place }: UnfinishedComments,
): Promise<void> {
  if (await edit(github, place, keys, (previous) => notUnderway(previous, headSha))) endComments();
}

/** Edits existing comments; false if GitHub refused an edit. */
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
