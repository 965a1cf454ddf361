/** Says on GitHub that measuring is under way: in the check run always, in a comment where there is one or one was asked for. */
import type { CheckRun } from '../github/check-run.js';
import type { GitHub } from '../github/client.js';
import { type Conversation, postSticky } from '../github/comment.js';
import { beginComments, endComments, type UnfinishedComments } from '../github/unfinished.js';
import type { Progress } from '../run.js';
import { reportMarker } from '../report/comment.js';
import { asBefore, notUnderway, underwayComment, type Underway } from '../report/underway.js';
import { pastVerdict, saidBriefly, saidSurely } from '../report/comment-state.js';
import { count, duration } from '../report/words.js';

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

export function announcer(check: CheckRun, comments: Announced | null): Announcer {
  let keys: readonly string[] = [];
  let pending: Promise<unknown> = Promise.resolve();
  let next = 0;
  const tell = async (progress: Underway['progress']): Promise<void> => {
    if (comments === null) return;
    const { github, place, headSha, create } = comments;
    for (const key of keys) {
      await postSticky(github, place, {
        marker: reportMarker(key),
        after: (previous) =>
          previous === null && !create ? null : underwayComment(previous, key, { headSha, progress }),
      });
    }
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
      await tell(null);
    },
    progress: ({ done, total, secondsLeft, verdict, stage }) => {
      const now = performance.now();
      if (stage !== 'train' || total === null || secondsLeft === null || now < next) return;
      next = now + EVERY_MS;
      const soFar = verdict == null ? null : `${saidBriefly(verdict)}${saidSurely(pastVerdict(verdict))}`;
      const title = `${count(done)} of about ${count(total)} trials, ${duration(secondsLeft)} left${soFar === null ? '' : `; so far ${soFar}`}`;
      pending = pending
        .then(() => check.progress(title))
        .then(() => (comments?.create === true ? tell({ done, total, secondsLeft, soFar }) : undefined));
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
