/**
 * What a run asks of GitHub. `GITHUB_TOKEN` has 1,000 requests an hour for all runs of a repository together: the last
 * ones are for results, so progress stops first.
 */
export interface Usage {
  /** Requests, those that were tried again among them. */
  made: number;
  /** Requests that GitHub still takes; null: it has not said. */
  remaining: number | null;
  /** Milliseconds since 1970 from which it takes all again. */
  resetsAt: number;
}

/** Requests that are left to results, of this run and of others. */
const KEPT = 100;
/** Requests of a run whatever it lasts; each minute adds one for each dataset. */
const START = 25;
/** Those of its end beside the comments: the check run, a reaction, and a look at the workflows. */
const END = 8;

export function unused(): Usage {
  return { made: 0, remaining: null, resetsAt: 0 };
}

/** Keeps what an answer says of the limits; the answer comes back. */
export function noted(usage: Usage, answer: Response): Response {
  const { status, headers } = answer;
  const wait = headers.get('retry-after');
  if ((status === 403 || status === 429) && wait !== null) {
    usage.remaining = 0;
    usage.resetsAt = Date.now() + 1000 * Number(wait);
  } else if (headers.has('x-ratelimit-remaining') && headers.get('x-ratelimit-resource') !== 'graphql') {
    usage.remaining = Number(headers.get('x-ratelimit-remaining'));
    usage.resetsAt = 1000 * Number(headers.get('x-ratelimit-reset'));
  }
  return answer;
}

/** Whether GitHub takes more than the results need. */
export function hasRoom({ remaining, resetsAt }: Usage): boolean {
  return remaining === null || remaining > KEPT || Date.now() >= resetsAt;
}

/** Whether telling of progress, which takes `cost` requests, leaves enough to tell the result as well. */
export function affords({ made }: Usage, cost: number, datasets: number, minutes: number): boolean {
  return made + 2 * cost + END <= START + Math.max(1, datasets) * minutes;
}
