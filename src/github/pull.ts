import type { GitHub } from './client.js';
import { at, isSha, type Repository } from './events/event.js';
import { SenselessAnswer } from './api-errors.js';

/** As much of a pull request as is used. */
export interface Pull {
  isOpen: boolean;
  headSha: string;
  /** Tip of the base branch. */
  baseSha: string;
}

/**
 * A pull request as it is now.
 * @throws what GitHub refuses, and SenselessAnswer: an answer without a head must not look like another head.
 */
export async function pullOf(github: GitHub, repository: Repository, number: number): Promise<Pull> {
  const { data }: { data: unknown } = await github.rest.pulls.get({ ...repository, pull_number: number });
  const [state, headSha, baseSha] = [at(data, 'state'), at(data, 'head', 'sha'), at(data, 'base', 'sha')];
  if (typeof state !== 'string' || !isSha(headSha) || !isSha(baseSha)) throw new SenselessAnswer();
  return { isOpen: state === 'open', headSha, baseSha };
}
