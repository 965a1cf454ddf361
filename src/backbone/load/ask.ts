import type { IncomingMessage } from 'node:http';
import { errorCode } from '../../problem.js';
import { stopped } from '../../engine/native/limits.js';
import { InputError } from '../../problem.js';
import { cleanAddress } from './address.js';
import type { Connection } from './connection.js';
import { brokenConnection } from './transient-error.js';
import { redirectTarget } from './redirect.js';
import { ModelUnavailable } from './unavailable.js';

export interface Answer {
  /** Its body is not yet read: read or destroy it. */
  message: IncomingMessage;
  status: number;
  /** Where the answer came from in the end. */
  url: URL;
  /** The hub's commit of the file; null when no server on the way named one. */
  commit: string | null;
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/**
 * Asks for a file and follows redirects. The authorization goes to its own origin only, also on the way.
 * @throws Passing, ModelUnavailable; InputError for redirects that are not followed.
 */
export async function ask(
  address: URL,
  headers: Readonly<Record<string, string>>,
  connection: Connection,
): Promise<Answer> {
  const { authorization, limits, trust } = connection;
  let url = address;
  let commit: string | null = null;
  for (let followed = 0; ; followed++) {
    const own = authorization?.origin === url.origin ? { authorization: authorization.value } : {};
    const message = await get(url, { ...headers, ...own }, connection);
    const named = message.headers['x-repo-commit'];
    if (typeof named === 'string' && /^[0-9a-f]{40}$/.test(named)) commit ??= named;
    const status = message.statusCode ?? 0;
    if (!REDIRECTS.has(status)) return { message, status, url, commit };
    message.destroy();
    if (followed === limits.redirects) {
      throw new InputError([
        {
          file: cleanAddress(address),
          message: `the server redirects more than ${limits.redirects} times.`,
          remedy: 'Write the final address of the model.json.',
        },
      ]);
    }
    url = redirectTarget(url, message.headers.location, trust);
  }
}

/** The messages of the client name whole paths, query included, so none is passed on. */
async function get(
  url: URL,
  headers: Record<string, string>,
  { client, signal, limits }: Connection,
): Promise<IncomingMessage> {
  try {
    const { message } = await unlessAborted(client.get(url.href, headers), signal);
    return message;
  } catch (error) {
    if (signal.aborted) throw cancelled(url, signal);
    const broken = brokenConnection(error);
    if (broken !== null) throw broken;
    const silent = error instanceof Error && error.message.startsWith('Request timeout');
    const why = silent
      ? `gives no answer for ${limits.silence / 1000} s`
      : `cannot be reached (${errorCode(error) ?? 'unknown reason'})`;
    throw new ModelUnavailable(`${cleanAddress(url)}: ${url.host} ${why}.`);
  }
}

/** The run's own end of a download. */
export function cancelled(url: URL, signal: AbortSignal): ModelUnavailable {
  return new ModelUnavailable(`${cleanAddress(url)}: the download was stopped, ${stopped(signal)}.`);
}

/** The client takes no signal; an answer that comes too late is thrown away. */
function unlessAborted<T extends { message: IncomingMessage }>(
  answer: Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const end = () => {
      reject(new Error('aborted'));
      answer.then(
        ({ message }) => message.destroy(),
        () => undefined,
      );
    };
    signal.addEventListener('abort', end, { once: true });
    if (signal.aborted) end();
    answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', end));
  });
}
