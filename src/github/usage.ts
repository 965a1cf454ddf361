/**
 * Counts a run's requests to GitHub. `GITHUB_TOKEN` allows 1,000 requests an hour for all runs of a repository together.
 * The last ones are reserved for results, so progress updates stop first.
 */
export interface Usage {
  /** Requests sent, including retries. */
  made: number;
  /** Requests that GitHub still accepts; null: unknown. */
  remaining: number | null;
  /** When the limit resets, in milliseconds since 1970. */
  resetsAt: number;
}

/** Requests reserved for the results of this run and of others. */
const RESERVED = 100;
/** Requests that every run may send; each minute adds one per dataset. */
const ALLOWANCE = 25;
/** Requests at the end of a run besides the comments: the check run, a reaction, reading workflows. */
const FINAL = 8;

export function unused(): Usage {
  return { made: 0, remaining: null, resetsAt: 0 };
}

/** Records the limits in a response, and returns the response. */
export function recordResponse(usage: Usage, response: Response): Response {
  const { status, headers } = response;
  const wait = headers.get('retry-after');
  if ((status === 403 || status === 429) && wait !== null) {
    usage.remaining = 0;
    usage.resetsAt = Date.now() + 1000 * Number(wait);
  } else if (headers.has('x-ratelimit-remaining') && headers.get('x-ratelimit-resource') !== 'graphql') {
    usage.remaining = Number(headers.get('x-ratelimit-remaining'));
    usage.resetsAt = 1000 * Number(headers.get('x-ratelimit-reset'));
  }
  return response;
}

/** Whether GitHub accepts more requests than the results need. */
export function hasRoom({ remaining, resetsAt }: Usage): boolean {
  return remaining === null || remaining > RESERVED || Date.now() >= resetsAt;
}

/** Whether a progress update of `cost` requests leaves enough for the results. */
export function affords({ made }: Usage, cost: number, datasets: number, minutes: number): boolean {
  return made + 2 * cost + FINAL <= ALLOWANCE + Math.max(1, datasets) * minutes;
}
