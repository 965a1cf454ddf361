import { RequestError } from 'octokit';
import { InputError } from '../problem.js';

const retryLater = 'Run the job again later; the report is in the job summary and in the report files';

/** One or two sentences: what failed, why as far as known, and what to do about it. */
export function describeApiError(
  action: string,
  error: unknown,
  permission = 'pull-requests: write',
): string {
  const reason =
    error instanceof RequestError ? reasonFor(error, permission) : `${firstLine((error as Error).message)}.`;
  return `Could not ${action}: ${reason}`;
}

/** GitHub reported success, but the response is not what was asked for. */
export class UnexpectedResponse extends Error {
  constructor() {
    super(`Unexpected response from GitHub. ${retryLater}`);
  }
}

/** True when the token lacks permission. The run goes on without what was denied. */
export function isForbidden(error: unknown): boolean {
  return (
    error instanceof RequestError && (error.status === 401 || error.status === 403) && !isRateLimit(error)
  );
}

/** True when the request may have succeeded although its response was lost. */
export function isLost(error: unknown): boolean {
  return error instanceof UnexpectedResponse || (error instanceof RequestError && error.status >= 500);
}

export function isGone(error: unknown): boolean {
  return error instanceof RequestError && (error.status === 404 || error.status === 410);
}

/** Whether a failed request is worth another try. */
export type FailureKind = 'rateLimited' | 'transient' | 'permanent';

export type Failure =
  | { kind: Exclude<FailureKind, 'rateLimited'>; reason: string }
  /** `until`: GitHub accepts requests again, in milliseconds since 1970. */
  | { kind: 'rateLimited'; until: number; reason: string };

/** GitHub's recommendation for secondary limits. */
const DEFAULT_WAIT_SECONDS = 60;
const MAX_WAIT_SECONDS = 3600;

export function classifyFailure(error: unknown, now: number): Failure {
  if (error instanceof InputError) return { kind: 'permanent', reason: error.message };
  const reason = describeApiError('do it', error);
  if (!(error instanceof RequestError)) return { kind: 'transient', reason };
  const seconds = secondsToWait(error, now);
  if (seconds !== null) {
    const wait = Math.min(MAX_WAIT_SECONDS, Math.max(1, seconds));
    return { kind: 'rateLimited', until: now + 1000 * wait, reason: `GitHub’s rate limit: wait ${wait} s.` };
  }
  return { kind: error.status >= 500 || error.status === 408 ? 'transient' : 'permanent', reason };
}

/** Seconds until a rate limit resets; null: it is no rate limit. */
function secondsToWait(error: RequestError, now: number): number | null {
  if (error.status !== 403 && error.status !== 429) return null;
  const headers = error.response?.headers ?? {};
  const after = Number(headers['retry-after'] ?? NaN);
  if (after >= 0) return after;
  // One second more: clocks differ, and the limit resets after the given second.
  if (headers['x-ratelimit-remaining'] === '0') return Number(headers['x-ratelimit-reset']) - now / 1000 + 1;
  return isRateLimit(error) ? DEFAULT_WAIT_SECONDS : null;
}

function isRateLimit({ status, message, response }: RequestError): boolean {
  return (
    status === 429 || response?.headers['x-ratelimit-remaining'] === '0' || /secondary rate/iu.test(message)
  );
}

function reasonFor(error: RequestError, permission: string): string {
  if (isRateLimit(error)) return `GitHub’s rate limit is used up. ${retryLater}.`;
  switch (error.status) {
    case 401:
      return 'GitHub does not accept the token (401). Give `github-token` a valid one, or leave it at its default.';
    case 403:
      return `the token lacks permission (403). Give the job \`permissions: ${permission}\`. Pull requests from forks have a read-only token, so a second workflow posts for them (docs/forks.md of Headstart). The report is in the job summary.`;
    case 404:
      return `GitHub does not show it to this token (404). Give the job \`permissions: ${permission}\`, and check that the token is for this repository.`;
    case 410:
      return 'it no longer exists (410).';
    case 422:
      return `GitHub rejected it (422: ${firstLine(error.message)}). The conversation may be locked; the report is in the job summary and in the report files.`;
    default:
      return error.status >= 500
        ? `GitHub failed (${error.status}). ${retryLater}.`
        : `GitHub answered ${error.status}: ${firstLine(error.message)}.`;
  }
}

function firstLine(message: string): string {
  return message.split(/\r?\n/u, 1)[0].slice(0, 200).replace(/\.$/u, '');
}
