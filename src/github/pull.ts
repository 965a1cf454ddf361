import { UnexpectedResponse } from './api-errors.js';
import type { GitHub } from './client.js';
import { at, isSha, type Repository } from './events/event.js';

/** The part of a pull request that is used. */
export interface Pull {
  isOpen: boolean;
  headSha: string;
  /** Tip of the base branch. */
  baseSha: string;
}

/**
 * The current state of a pull request.
 * @throws what GitHub refuses; UnexpectedResponse, because a response without a head must not look like another head.
 */
export async function pullOf(github: GitHub, repository: Repository, number: number): Promise<Pull> {
  const { data }: { data: unknown } = await github.rest.pulls.get({ ...repository, pull_number: number });
  const [state, headSha, baseSha] = [at(data, 'state'), at(data, 'head', 'sha'), at(data, 'base', 'sha')];
  if (typeof state !== 'string' || !isSha(headSha) || !isSha(baseSha)) throw new UnexpectedResponse();
  return { isOpen: state === 'open', headSha, baseSha };
}
