import { getUserAgentWithOrchestrationId } from '@actions/github/lib/utils';
import { Octokit } from 'octokit';
import { proxyFetch } from './proxy-fetch.js';
import { noted, unused, type Usage } from './usage.js';

export type GitHub = InstanceType<typeof Octokit>;

export interface Connection {
  /** `GITHUB_API_URL`, also of GitHub Enterprise. */
  apiUrl: string;
  /** Told of retries; never of the token. */
  log: (message: string) => void;
  /** Ends every request that is under way. */
  signal?: AbortSignal;
  /** Milliseconds of a unit of waiting, 1,000 but in tests. */
  unit?: number;
}

export interface ClientOptions extends Connection {
  token: string;
}

/** How long a client insists by itself. */
interface Insistence {
  /** How often a request is tried again after a fault. */
  retries: number;
  /** Seconds that a rate limit is waited for. */
  longestWaitSeconds: number;
}

const requestSeconds = 15;
const fallbackSeconds = 20;

let clients = 0;
const usages = new WeakMap<GitHub, Usage>();

/**
 * GitHub's API with two retries for faults and one for a rate limit that is over soon. A POST is retried for a limit
 * alone: it makes something new, and may have done so although its answer was lost. With GraphQL we only ask.
 */
export function createClient({ token, ...connection }: ClientOptions): GitHub {
  // A comment is no reason to keep a runner waiting for long.
  const usage = unused();
  const settings = settingsOf(connection, { retries: 2, longestWaitSeconds: 20 }, async (input, init) => {
    usage.made++;
    return noted(usage, await proxyFetch(input, init));
  });
  const github = new Octokit({ auth: token, ...settings });
  usages.set(github, usage);
  github.hook.before('request', (options) => {
    if (options.method === 'POST' && !options.url.endsWith('/graphql'))
      options.request = { ...options.request, retries: 0 };
  });
  return github;
}

/** What a client that was created here has asked so far; it goes on counting. */
export function usageOf(github: GitHub): Usage {
  return usages.get(github) ?? unused();
}

/**
 * Clients that are made later and sign in by themselves, as `App` makes them; all of one class share their limits.
 * They never wait and try again: that is for whoever asked.
 */
export function clientClass(connection: Connection): typeof Octokit {
  return Octokit.defaults(settingsOf(connection, { retries: 0, longestWaitSeconds: 0 }, proxyFetch));
}

function settingsOf(
  { apiUrl, log, signal, unit = 1000 }: Connection,
  { retries, longestWaitSeconds }: Insistence,
  send: typeof fetch,
) {
  const onLimit = (retryAfter: number, request: unknown, _client: unknown, attempts: number): boolean => {
    const { method, url } = request as { method: string; url: string };
    const again = attempts < 1 && retryAfter <= longestWaitSeconds;
    log(
      `GitHub limits ${method} ${url}; ${again ? `trying again in ${retryAfter} s` : `not waiting ${retryAfter} s`}.`,
    );
    return again;
  };
  clients += 1;
  return {
    baseUrl: apiUrl.replace(/\/+$/u, ''),
    // GitHub's support finds the job of a request by the id that the runner sets.
    userAgent: getUserAgentWithOrchestrationId('headstart') ?? 'headstart',
    log: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
    request: {
      fetch: (input: string | URL | Request, init?: RequestInit) => send(input, bounded(init, signal)),
    },
    // A limit is the throttle's to wait for, also where GitHub tells of it by 429.
    retry: { retries, retryAfterBaseValue: unit, doNotRetry: [400, 401, 403, 404, 410, 422, 429, 451] },
    throttle: {
      // The plugin keeps its queues per id, for the whole process.
      id: `headstart-${clients}`,
      retryAfterBaseValue: unit,
      fallbackSecondaryRateRetryAfter: fallbackSeconds,
      onRateLimit: onLimit,
      onSecondaryRateLimit: onLimit,
    },
  };
}

function bounded(init: RequestInit | undefined, signal: AbortSignal | undefined): RequestInit {
  const signals = [init?.signal, signal, AbortSignal.timeout(1000 * requestSeconds)];
  return { ...init, signal: AbortSignal.any(signals.filter((one) => one !== null && one !== undefined)) };
}
