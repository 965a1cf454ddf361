/** Downloads one file: redirects are checked, the size is limited while it streams, transient failures are retried. */
import { createWriteStream } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { HttpClient } from '@actions/http-client';
import { atMost, stopped } from '../../engine/native/limits.js';
import { errorCode, type InputError } from '../../problem.js';
import { cleanAddress, modelError, ModelUnavailable } from '../errors.js';
import type { Limits } from './model-files.js';

/** What all downloads of a model share. */
export interface Connection {
  client: HttpClient;
  trust: RedirectTrust;
  /** Sent to this origin only; null: none. */
  authorization: { origin: string; value: string } | null;
  limits: Limits;
  signal: AbortSignal;
  /** The error for a status from 400 on that is not retried. `code`: the hub's own code for it. */
  httpError: (status: number, file: URL, code: string | null) => InputError;
}

/** Decides which redirects to other hosts are followed. */
export interface RedirectTrust {
  /** A hash is checked afterward, so any host may serve the files. */
  pinned: boolean;
  /** Host name of the Hugging Face endpoint; null for other servers. */
  hub: string | null;
}

export interface Download {
  /** Address after redirects. */
  url: URL;
  /** Commit that the hub names; null: unknown. */
  commit: string | null;
  bytes: number;
}

/** A failure that a retry may overcome. */
export class TransientError extends Error {
  constructor(
    message: string,
    /** Milliseconds that the server asks to wait. */
    readonly retryAfter = 0,
  ) {
    super(message);
  }
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);
/** Hosts of Hugging Face and of its network for large files. */
const HUGGING_FACE = /(^|\.)(huggingface\.co|hf\.co)$/;
const TRANSIENT_CODES = new Set([
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'ERR_STREAM_PREMATURE_CLOSE',
]);
const MAX_RETRY_AFTER = 30_000;
const FINAL_ADDRESS = 'Use the final address of the model.json.';

/** Redirects and retries are ours, because the client does not check where they lead. It honors the proxy variables. */
export function openClient({ silence }: Limits): HttpClient {
  return new HttpClient('headstart', [], {
    socketTimeout: silence,
    allowRedirects: false,
    allowRetries: false,
    keepAlive: true,
  });
}

/**
 * Downloads a file to `target`, at most `maxBytes` of it.
 * @throws InputError when the server refuses the file or sends too much; ModelUnavailable when the network fails;
 *   system errors of disk and protocol.
 */
export async function downloadFile(
  address: URL,
  target: string,
  maxBytes: number,
  connection: Connection,
): Promise<Download> {
  const { limits, signal } = connection;
  for (let retry = 0; ; retry++) {
    try {
      return await attempt(address, target, maxBytes, connection);
    } catch (error) {
      if (signal.aborted) throw cancelled(address, signal);
      if (!(error instanceof TransientError)) throw error;
      if (retry >= limits.retries) {
        throw new ModelUnavailable(
          `${cleanAddress(address)}: ${error.message}, after ${limits.retries} retries.`,
        );
      }
      await sleep(Math.max(error.retryAfter, limits.pause * 2 ** retry), undefined, { signal }).catch(() => {
        throw cancelled(address, signal);
      });
    }
  }
}

async function attempt(
  address: URL,
  target: string,
  maxBytes: number,
  connection: Connection,
): Promise<Download> {
  const { message, url, commit } = await getFollowing(address, connection);
  try {
    checkResponse(message, address, url, connection);
    const bytes = await save(message, target, maxBytes, address, connection);
    return { url, commit, bytes };
  } finally {
    message.destroy();
  }
}

/** Follows redirects. The authorization is sent to its own origin only, also on the way. */
async function getFollowing(
  address: URL,
  connection: Connection,
): Promise<Omit<Download, 'bytes'> & { message: IncomingMessage }> {
  const { authorization, limits, trust } = connection;
  let url = address;
  let commit: string | null = null;
  for (let followed = 0; ; followed++) {
    const isAuthorized = authorization?.origin === url.origin;
    const message = await get(
      url,
      { 'accept-encoding': 'identity', ...(isAuthorized ? { authorization: authorization.value } : {}) },
      connection,
    );
    const header = message.headers['x-repo-commit'];
    if (typeof header === 'string' && /^[0-9a-f]{40}$/.test(header)) commit ??= header;
    if (!REDIRECTS.has(message.statusCode ?? 0)) return { message, url, commit };
    message.destroy();
    if (followed === limits.redirects) {
      throw modelError(
        cleanAddress(address),
        `the server redirects more than ${limits.redirects} times.`,
        FINAL_ADDRESS,
      );
    }
    url = redirectTarget(url, message.headers.location, trust);
  }
}

/** The client's own errors are not passed on, because they contain queries. */
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
    const transient = transientConnectionError(error);
    if (transient !== null) throw transient;
    const isTimeout = error instanceof Error && error.message.startsWith('Request timeout');
    const reason = isTimeout
      ? `did not respond within ${limits.silence / 1000} s`
      : `cannot be reached (${errorCode(error) ?? 'unknown reason'})`;
    throw new ModelUnavailable(`${cleanAddress(url)}: ${url.host} ${reason}.`);
  }
}

/** The client takes no signal, so a response that arrives after the abort is destroyed here. */
function unlessAborted<T extends { message: IncomingMessage }>(
  response: Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      reject(new Error('aborted'));
      response.then(
        ({ message }) => message.destroy(),
        () => undefined,
      );
    };
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    response.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

function cancelled(url: URL, signal: AbortSignal): ModelUnavailable {
  return new ModelUnavailable(`${cleanAddress(url)}: the download was stopped, ${stopped(signal)}.`);
}

function checkResponse(message: IncomingMessage, address: URL, url: URL, { httpError }: Connection): void {
  const { statusCode: status = 0, headers } = message;
  if (status === 200) {
    if ((headers['content-encoding'] ?? 'identity') === 'identity') return;
    throw modelError(
      cleanAddress(address),
      'the server compresses the file although it was asked not to.',
      'Serve the file uncompressed.',
    );
  }
  const transient = transientStatusError(status, headers['retry-after']);
  if (transient !== null) throw transient;
  const code = headers['x-error-code'];
  if (status >= 400) throw httpError(status, url, typeof code === 'string' ? code : null);
  throw new ModelUnavailable(
    `${cleanAddress(address)}: the server answered with unexpected status ${status}.`,
  );
}

/** Returns the number of bytes. */
async function save(
  message: IncomingMessage,
  target: string,
  maxBytes: number,
  address: URL,
  { limits, signal }: Connection,
): Promise<number> {
  const tooLarge = () => modelError(cleanAddress(address), `is larger than the limit of ${maxBytes} bytes.`);
  if (Number(message.headers['content-length'] ?? 0) > maxBytes) throw tooLarge();
  const output = createWriteStream(target);
  // The client only half-closes a silent connection, and a server may keep its half open forever.
  const silence = setTimeout(() => {
    message.destroy(new TransientError(`the server sent nothing for ${limits.silence / 1000} s`));
  }, limits.silence);
  const refreshTimeout = async function* (source: AsyncIterable<Buffer>) {
    for await (const chunk of source) {
      silence.refresh();
      yield chunk;
    }
  };
  try {
    await pipeline(message, refreshTimeout, atMost(maxBytes, tooLarge), output, { signal });
    return output.bytesWritten;
  } catch (error) {
    throw transientConnectionError(error) ?? error;
  } finally {
    clearTimeout(silence);
  }
}

/** @throws InputError when a redirect has no target, leads from https to http, or to a host that is not trusted. */
export function redirectTarget(from: URL, location: string | undefined, trust: RedirectTrust): URL {
  const file = cleanAddress(from);
  if (location === undefined || !URL.canParse(location, from.href)) {
    throw modelError(file, 'the server redirects to an invalid address.', FINAL_ADDRESS);
  }
  const target = new URL(location, from);
  target.hash = '';
  if (target.protocol !== 'https:' && !(target.protocol === 'http:' && from.protocol === 'http:')) {
    const schemes = `${from.protocol}// to ${target.protocol}//`;
    throw modelError(
      file,
      `the server redirects from ${schemes}, which Headstart does not follow.`,
      FINAL_ADDRESS,
    );
  }
  if (target.hostname !== from.hostname && !isTrusted(from, target, trust)) {
    throw modelError(
      file,
      `${from.hostname} redirects to another host, ${target.hostname}, and the expected hash is not known.`,
      `Set the hash (backbone-sha256), or use the final address if you trust it: ${cleanAddress(target)}`,
    );
  }
  return target;
}

function isTrusted(from: URL, target: URL, { pinned, hub }: RedirectTrust): boolean {
  const isHub = ({ hostname }: URL) => hostname === hub || HUGGING_FACE.test(hostname);
  return pinned || (isHub(from) && isHub(target));
}

/** null: a retry would not help. */
export function transientConnectionError(error: unknown): TransientError | null {
  const code = errorCode(error);
  if (code === null || !TRANSIENT_CODES.has(code)) return null;
  return new TransientError(`the connection was interrupted (${code})`);
}

/** null: a retry would not help. */
export function transientStatusError(status: number, retryAfter: string | undefined): TransientError | null {
  if (status < 500 && status !== 429 && status !== 408) return null;
  const seconds = /^\d{1,6}$/.test(retryAfter ?? '') ? Number(retryAfter) : 0;
  return new TransientError(
    `the server answered with status ${status}`,
    Math.min(1000 * seconds, MAX_RETRY_AFTER),
  );
}
