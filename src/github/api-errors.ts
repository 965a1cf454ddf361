import { RequestError } from 'octokit';

const later = 'Run the job again later; the report is in the job summary and in the report files';

/** What GitHub refused, why as far as is known, and what to do about it: one sentence each. */
export function explain(doing: string, error: unknown, permission = 'pull-requests: write'): string {
  if (!(error instanceof RequestError)) return `Could not ${doing}: ${firstLine((error as Error).message)}.`;
  return `Could not ${doing}: ${cause(error, permission)}`;
}

/** GitHub answered that all is well, and with something else than was asked for. */
export class SenselessAnswer extends Error {
  constructor() {
    super(`GitHub’s answer makes no sense. ${later}`);
  }
}

/** True when the run may not do this: the rest of the run goes on without. */
export function isForbidden(error: unknown): boolean {
  return (
    error instanceof RequestError && (error.status === 401 || error.status === 403) && !isRateLimit(error)
  );
}

/** True when what was asked for may have been done: the answer broke off, or says nothing about it. */
export function isLost(error: unknown): boolean {
  return error instanceof SenselessAnswer || (error instanceof RequestError && error.status >= 500);
}

export function isGone(error: unknown): boolean {
  return error instanceof RequestError && (error.status === 404 || error.status === 410);
}

function cause(error: RequestError, permission: string): string {
  if (isRateLimit(error)) return `GitHub’s rate limit is used up. ${later}.`;
  switch (error.status) {
    case 401:
      return 'GitHub does not accept the token (401). Give `github-token` a valid one, or leave it at its default.';
    case 403:
      return `the token may not do this (403). Give the job \`permissions: ${permission}\`; a pull request from a fork has a token that only reads, so a second workflow posts for it (docs/forks.md of Headstart). The report is in the job summary.`;
    case 404:
      return `GitHub does not show it to this token (404). Give the job \`permissions: ${permission}\`, and check that the token is for this repository.`;
    case 410:
      return 'it is gone (410).';
    case 422:
      return `GitHub rejects it (422: ${firstLine(error.message)}). The conversation may be locked; the report is in the job summary and in the report files.`;
    default:
      return error.status >= 500
        ? `GitHub did not answer as it should (${error.status}). ${later}.`
        : `GitHub answered ${error.status}: ${firstLine(error.message)}.`;
  }
}

function isRateLimit({ status, message, response }: RequestError): boolean {
  return (
    status === 429 || response?.headers['x-ratelimit-remaining'] === '0' || /secondary rate/iu.test(message)
  );
}

function firstLine(message: string): string {
  return message.split(/\r?\n/u, 1)[0].slice(0, 200).replace(/\.$/u, '');
}
