import { RequestError } from 'octokit';
import { explain } from '../github/api-errors.js';
import { InputError } from '../problem.js';

/** Why a job could not be done now, and whether it is worth another try. */
export type Setback =
  /** GitHub wants to be left alone until then, in milliseconds since 1970. */
  | { kind: 'limit'; until: number; why: string }
  | { kind: 'passing'; why: string }
  | { kind: 'lasting'; why: string };

/** Seconds that GitHub asks for where it names no other. */
const secondaryWait = 60;
const longestWait = 3600;

export function setbackOf(error: unknown, now: number): Setback {
  const why = error instanceof InputError ? error.message : explain('do it', error);
  if (error instanceof InputError) return { kind: 'lasting', why };
  if (!(error instanceof RequestError)) return { kind: 'passing', why };
  const seconds = limitSeconds(error, now);
  if (seconds !== null) {
    const wait = Math.min(longestWait, Math.max(1, seconds));
    return { kind: 'limit', until: now + 1000 * wait, why: `GitHub’s rate limit: not before ${wait} s.` };
  }
  return { kind: error.status >= 500 || error.status === 408 ? 'passing' : 'lasting', why };
}

/** Seconds until a rate limit is over; null when none was hit. */
function limitSeconds(error: RequestError, now: number): number | null {
  if (error.status !== 403 && error.status !== 429) return null;
  const headers = error.response?.headers ?? {};
  const after = Number(headers['retry-after'] ?? NaN);
  if (after >= 0) return after;
  // A second more: clocks differ, and the limit is over after the second that is named.
  if (headers['x-ratelimit-remaining'] === '0') return Number(headers['x-ratelimit-reset']) - now / 1000 + 1;
  return error.status === 429 || /secondary rate/iu.test(error.message) ? secondaryWait : null;
}
