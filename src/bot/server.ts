import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import type { Queue } from './queue.js';

/** GitHub waits for 10 seconds. */
const TIMEOUT_MS = 10_000;
const MAX_CONNECTIONS = 1000;

/** JSON or a page. */
export interface Reply {
  status: number;
  json?: object;
  html?: string;
  headers?: Record<string, string>;
}

export type Route = (request: IncomingMessage, url: URL) => Promise<Reply> | Reply;

/** Serves routes named `METHOD /path`. */
export function serve(routes: Record<string, Route>, log: Logger): Server {
  const paths = new Set(Object.keys(routes).map((route) => route.split(' ')[1]));
  const answer = async (request: IncomingMessage): Promise<Reply> => {
    const { method = '', url: target = '/' } = request;
    if (!URL.canParse(target, 'http://bot'))
      return { status: 400, json: { message: 'The URL is not valid.' } };
    const url = new URL(target, 'http://bot');
    const name = `${method} ${url.pathname}`;
    if (Object.hasOwn(routes, name)) return routes[name](request, url);
    return paths.has(url.pathname)
      ? { status: 405, json: { message: 'The method is not allowed here.' } }
      : { status: 404, json: { message: 'Not found.' } };
  };
  const server = createServer(
    {
      requestTimeout: TIMEOUT_MS,
      headersTimeout: TIMEOUT_MS,
      keepAliveTimeout: 5000,
      maxHeaderSize: 16 * 1024,
      connectionsCheckingInterval: 1000,
    },
    (request, response) => {
      answer(request).then(
        (reply) => send(request, response, reply),
        (error: unknown) => {
          // For example, the client disconnected or the disk is full. GitHub shows a failed delivery.
          log.error({ why: (error as Error).message }, 'could not answer');
          if (!response.headersSent)
            send(request, response, { status: 500, json: { message: 'Internal error.' } });
        },
      );
    },
  );
  server.maxConnections = MAX_CONNECTIONS;
  return server;
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  { status, json, html, headers }: Reply,
): void {
  // An unread body would block the next request on the connection.
  const isUnread = !request.complete;
  response.writeHead(status, {
    'content-type': html === undefined ? 'application/json; charset=utf-8' : 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(isUnread ? { connection: 'close' } : {}),
    ...headers,
  });
  response.end(html ?? JSON.stringify(json ?? {}));
}

/** Reports the state of the queue; fails when it cannot be read. */
export function healthRoute(queue: Queue, version: string): Route {
  return () => {
    try {
      return { status: 200, json: { status: 'ok', version, ...queue.state() } };
    } catch {
      return { status: 503, json: { status: 'the queue cannot be read', version } };
    }
  };
}
