import { defaults } from '@actions/github/lib/utils';
import { Octokit } from 'octokit';

/** Goes through the runner's proxy, if it has one. */
const throughProxy = defaults.request?.fetch as unknown as typeof fetch;

export type GitHub = InstanceType<typeof Octokit>;

export interface ClientOptions {
  token: string;
  /** `GITHUB_API_URL`, also of GitHub Enterprise. */
  apiUrl: string;
  /** Told of retries; never of the token. */
  log: (message: string) => void;
  /** Ends every request that is under way. */
  signal?: AbortSignal;
  /** Milliseconds of a unit of waiting, 1,000 but in tests. */
  unit?: number;
}

/** A comment is no reason to keep a runner waiting for long. */
const longestWaitSeconds = 20;
const requestSeconds = 15;

let clients = 0;

/**
 * GitHub's API with two retries for faults and one for a rate limit that is over soon. A POST is retried for a limit
 * alone: it makes something new, and may have done so although its answer was lost.
 */
export function createClient({ token, apiUrl, log, signal, unit = 1000 }: ClientOptions): GitHub {
  const onLimit = (retryAfter: number, request: unknown, _client: unknown, retries: number): boolean => {
    const { method, url } = request as { method: string; url: string };
    const again = retries < 1 && retryAfter <= longestWaitSeconds;
    log(
      `GitHub limits ${method} ${url}; ${again ? `trying again in ${retryAfter} s` : `not waiting ${retryAfter} s`}.`,
    );
    return again;
  };
  clients += 1;
  const github = new Octokit({
    auth: token,
    baseUrl: apiUrl.replace(/\/+$/u, ''),
    userAgent: 'headstart',
    log: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
    request: {
      fetch: (input: string | URL | Request, init?: RequestInit) =>
        throughProxy(input, bounded(init, signal)),
    },
    retry: { retries: 2, retryAfterBaseValue: unit },
    throttle: {
      // The plugin keeps its queues per id, for the whole process.
      id: `headstart-${clients}`,
      retryAfterBaseValue: unit,
      fallbackSecondaryRateRetryAfter: longestWaitSeconds,
      onRateLimit: onLimit,
      onSecondaryRateLimit: onLimit,
    },
  });
  github.hook.before('request', (options) => {
    if (options.method === 'POST') options.request = { ...options.request, retries: 0 };
  });
  return github;
}

function bounded(init: RequestInit | undefined, signal: AbortSignal | undefined): RequestInit {
  const signals = [init?.signal, signal, AbortSignal.timeout(1000 * requestSeconds)];
  return { ...init, signal: AbortSignal.any(signals.filter((one) => one !== null && one !== undefined)) };
}
