import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { decide } from './decide.js';
import type { Log } from './log.js';
import type { Queue } from './queue.js';
import { isSigned, one, readHeaders } from './webhook.js';

/** GitHub sends at most 25 MB. */
const largestBody = 25 * 1024 * 1024;
/** Bytes of bodies that are being read, of all requests together. */
const mostBuffered = 256 * 1024 * 1024;
/** Milliseconds; GitHub waits for 10 seconds. */
const patience = 10_000;
const mostConnections = 1000;

/** An answer: a status, and JSON or a page. */
export interface Reply {
  status: number;
  json?: object;
  html?: string;
  headers?: Record<string, string>;
}

export type Route = (request: IncomingMessage, url: URL) => Promise<Reply> | Reply;

/** Answers `METHOD /path`; what no route is there for is not found. */
export function serve(routes: Record<string, Route>, log: Log): Server {
  const paths = new Set(Object.keys(routes).map((route) => route.split(' ')[1]));
  const answer = async (request: IncomingMessage): Promise<Reply> => {
    const { method = '', url: target = '/' } = request;
    if (!URL.canParse(target, 'http://bot'))
      return { status: 400, json: { message: 'There is no such address.' } };
    const url = new URL(target, 'http://bot');
    const name = `${method} ${url.pathname}`;
    if (Object.hasOwn(routes, name)) return routes[name](request, url);
    return paths.has(url.pathname)
      ? { status: 405, json: { message: 'There is no such method here.' } }
      : { status: 404, json: { message: 'There is nothing here.' } };
  };
  const server = createServer(
    {
      requestTimeout: patience,
      headersTimeout: patience,
      keepAliveTimeout: 5000,
      maxHeaderSize: 16 * 1024,
      connectionsCheckingInterval: 1000,
    },
    (request, response) => {
      answer(request).then(
        (reply) => send(request, response, reply),
        (error: unknown) => {
          // Who asked went away, or the disk is full: the message says which, and GitHub will show a failed delivery.
          log.error({ why: (error as Error).message }, 'could not answer');
          if (!response.headersSent)
            send(request, response, { status: 500, json: { message: 'It did not work.' } });
        },
      );
    },
  );
  server.maxConnections = mostConnections;
  return server;
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  { status, json, html, headers }: Reply,
): void {
  // What of the body was not read stands in the way of the next request.
  const unread = !request.complete;
  response.writeHead(status, {
    'content-type': html === undefined ? 'application/json; charset=utf-8' : 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(unread ? { connection: 'close' } : {}),
    ...headers,
  });
  response.end(html ?? JSON.stringify(json ?? {}));
}

/** What webhooks are judged by and where they go. */
export interface Intake {
  queue: Queue;
  log: Log;
  secrets: readonly string[];
  workflow: string;
  now: () => number;
}

/**
 * Takes a webhook in. Cheap reasons to refuse come first, then the signature over the bytes as they came; nothing in
 * them is read before it is right, and only what is on the disk is answered with 202.
 */
export function webhookRoute({ queue, log, secrets, workflow, now }: Intake): Route {
  const read = bodyReader();
  return async (request) => {
    const headers = readHeaders(request.headers);
    const refused = (status: number, message: string): Reply => {
      log.warn({ status, why: message }, 'refused');
      return { status, json: { message } };
    };
    if ('status' in headers) return refused(headers.status, headers.message);
    const body = await read(request);
    if ('status' in body) return refused(body.status, body.message);
    if (!isSigned(body.bytes, one(request.headers['x-hub-signature-256']), secrets))
      return refused(401, 'The signature is not of this body and a secret of the app.');
    const { event, delivery } = headers;
    let payload: unknown;
    try {
      payload = JSON.parse(body.bytes.toString('utf8'));
    } catch {
      return refused(400, 'The body is no JSON.');
    }
    const decision = decide(event, payload, { workflow, now: now() });
    if ('ignore' in decision) {
      log.info({ delivery, event, why: decision.ignore }, 'ignored');
      return { status: 202, json: { state: 'ignored', why: decision.ignore } };
    }
    const isNew = await queue.accept(delivery, decision.do);
    const { kind, installation, repository } = decision.do;
    const about = {
      delivery,
      event,
      kind,
      installation,
      repository: `${repository.owner}/${repository.repo}`,
    };
    log.info(about, isNew ? 'accepted' : 'accepted before');
    return isNew
      ? { status: 202, json: { state: 'accepted' } }
      : { status: 200, json: { state: 'accepted before' } };
  };
}

type Body = { bytes: Buffer } | { status: number; message: string };

/** Reads bodies up to the limit of one, and the limit of all that are being read. */
function bodyReader(): (request: IncomingMessage) => Promise<Body> {
  let buffered = 0;
  const tooLarge: Body = { status: 413, message: `The body has more than ${largestBody} bytes.` };
  return async (request) => {
    if (Number(request.headers['content-length'] ?? 0) > largestBody) return tooLarge;
    const chunks: Buffer[] = [];
    let bytes = 0;
    try {
      // Left in the middle, the connection stays for the answer.
      for await (const chunk of request.iterator({ destroyOnReturn: false })) {
        const { length } = chunk as Buffer;
        bytes += length;
        buffered += length;
        if (bytes > largestBody) return tooLarge;
        if (buffered > mostBuffered)
          return { status: 503, message: 'Too much is being read; send it again later.' };
        chunks.push(chunk as Buffer);
      }
    } finally {
      buffered -= bytes;
    }
    return { bytes: Buffer.concat(chunks) };
  };
}

/** Tells whether the bot works and how much waits; it fails when the queue cannot be read. */
export function healthRoute(queue: Queue, version: string): Route {
  return () => {
    try {
      return { status: 200, json: { status: 'ok', version, ...queue.state() } };
    } catch {
      return { status: 503, json: { status: 'the queue cannot be read', version } };
    }
  };
}
