import { getUserAgentWithOrchestrationId } from '@actions/github/lib/utils';
import { HttpClient } from '@actions/http-client';
import { Octokit } from 'octokit';
import { type Dispatcher, fetch as undiciFetch } from 'undici';
import { recordResponse, unused, type Usage } from './usage.js';

export type GitHub = InstanceType<typeof Octokit>;

export interface Connection {
  /** `GITHUB_API_URL`, also for GitHub Enterprise. */
  apiUrl: string;
  /** Receives notices of rate limits; never the token. */
  log: (message: string) => void;
  /** Aborts requests in progress. */
  signal?: AbortSignal;
  /** Milliseconds in a second of waiting; tests use fewer than 1,000. */
  unit?: number;
}

export interface ClientOptions extends Connection {
  token: string;
}

interface RetryPolicy {
  /** How often to repeat a request after a server error. */
  retries: number;
  /** Longest rate limit to wait for. */
  maxWaitSeconds: number;
}

const REQUEST_TIMEOUT_MS = 15_000;
const DEFAULT_LIMIT_SECONDS = 20;

let clients = 0;
const usages = new WeakMap<GitHub, Usage>();

/**
 * A client for GitHub's API with two retries after server errors and one after a short rate limit. It repeats a POST
 * only after a rate limit: the first one may have created something although its response was lost. GraphQL is
 * exempt, because we only query it.
 */
export function createClient({ token, ...connection }: ClientOptions): GitHub {
  const usage = unused();
  // Waiting longer would occupy a runner just to post a comment.
  const options = optionsFor(connection, { retries: 2, maxWaitSeconds: 20 }, async (input, init) => {
    usage.made++;
    return recordResponse(usage, await proxyFetch(input, init));
  });
  const github = new Octokit({ auth: token, ...options });
  usages.set(github, usage);
  github.hook.before('request', (request) => {
    if (request.method === 'POST' && !request.url.endsWith('/graphql'))
      request.request = { ...request.request, retries: 0 };
  });
  return github;
}

/** The requests of a client so far. The object keeps counting. */
export function usageOf(github: GitHub): Usage {
  return usages.get(github) ?? unused();
}

/** The class of clients that `App` creates, which sign in themselves. They never retry: the caller decides. */
export function clientClass(connection: Connection): typeof Octokit {
  return Octokit.defaults(optionsFor(connection, { retries: 0, maxWaitSeconds: 0 }, proxyFetch));
}

function optionsFor(
  { apiUrl, log, signal, unit = 1000 }: Connection,
  { retries, maxWaitSeconds }: RetryPolicy,
  send: typeof fetch,
) {
  const onLimit = (retryAfter: number, request: unknown, _client: unknown, attempts: number): boolean => {
    const { method, url } = request as { method: string; url: string };
    const retry = attempts < 1 && retryAfter <= maxWaitSeconds;
    const plan = retry ? `trying again in ${retryAfter} s` : `not waiting ${retryAfter} s`;
    log(`GitHub limits ${method} ${url}; ${plan}.`);
    return retry;
  };
  clients += 1;
  return {
    baseUrl: apiUrl.replace(/\/+$/u, ''),
    // Contains an id set by the runner with which GitHub's support can find the job.
    userAgent: getUserAgentWithOrchestrationId('headstart') ?? 'headstart',
    log: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
    request: {
      fetch: (input: string | URL | Request, init?: RequestInit) => send(input, withTimeout(init, signal)),
    },
    // The throttling plugin handles rate limits, including those with status 429.
    retry: { retries, retryAfterBaseValue: unit, doNotRetry: [400, 401, 403, 404, 410, 422, 429, 451] },
    throttle: {
      // The plugin keeps a queue per id for the whole process.
      id: `headstart-${clients}`,
      retryAfterBaseValue: unit,
      fallbackSecondaryRateRetryAfter: DEFAULT_LIMIT_SECONDS,
      onRateLimit: onLimit,
      onSecondaryRateLimit: onLimit,
    },
  };
}

function withTimeout(init: RequestInit | undefined, signal: AbortSignal | undefined): RequestInit {
  const signals = [init?.signal, signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)];
  return { ...init, signal: AbortSignal.any(signals.filter((one) => one !== null && one !== undefined)) };
}

/** Node's own `fetch` does not accept a dispatcher from another version of undici. */
const send = undiciFetch as unknown as typeof fetch;

/** By origin: `NO_PROXY` may exempt some of them. */
const dispatchers = new Map<string, Dispatcher | undefined>();

/** `fetch` through the proxy in `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, with the rules of the runner's own tools. */
export const proxyFetch: typeof fetch = (input, init) => {
  const { origin } = new URL(input instanceof Request ? input.url : input);
  if (!dispatchers.has(origin))
    dispatchers.set(origin, new HttpClient('headstart').getAgentDispatcher(origin));
  const dispatcher = dispatchers.get(origin);
  return send(input, dispatcher === undefined ? init : { ...init, dispatcher: dispatcher as never });
};
