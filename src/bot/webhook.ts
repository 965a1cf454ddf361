/** Receives webhooks: checks headers, size and signature, and queues a task. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Logger } from 'pino';
import type { Queue } from './queue.js';
import { nameOf } from './requests.js';
import type { Reply, Route } from './server.js';
import { decide } from './tasks.js';

/** GitHub sends at most 25 MB. */
const MAX_BODY_BYTES = 25 * 1024 * 1024;
/** Limit for all bodies that are being read. */
const MAX_BUFFERED_BYTES = 256 * 1024 * 1024;

export interface WebhookOptions {
  queue: Queue;
  log: Logger;
  secrets: readonly string[];
  /** File name of the workflow that the bot dispatches. */
  workflow: string;
  now: () => number;
}

/**
 * Checks the headers and the size first, then the signature. Parses the body only if the signature is valid, and
 * answers 202 only when the task is on the disk.
 */
export function webhookRoute({ queue, log, secrets, workflow, now }: WebhookOptions): Route {
  const read = bodyReader();
  return async (request) => {
    const headers = readHeaders(request.headers);
    const refuse = (status: number, message: string): Reply => {
      log.warn({ status, why: message }, 'refused');
      return { status, json: { message } };
    };
    if ('status' in headers) return refuse(headers.status, headers.message);
    const body = await read(request);
    if ('status' in body) return refuse(body.status, body.message);
    if (!isSigned(body.bytes, one(request.headers['x-hub-signature-256']), secrets))
      return refuse(401, 'The signature is not valid for this body.');
    const { event, delivery } = headers;
    let payload: unknown;
    try {
      payload = JSON.parse(body.bytes.toString('utf8'));
    } catch {
      return refuse(400, 'The body is not JSON.');
    }
    const decision = decide(event, payload, { workflow, now: now() });
    if ('ignore' in decision) {
      log.info({ delivery, event, why: decision.ignore }, 'ignored');
      return { status: 202, json: { state: 'ignored', why: decision.ignore } };
    }
    const isNew = await queue.accept(delivery, decision.do);
    const { kind, installation, repository } = decision.do;
    const about = { delivery, event, kind, installation, repository: nameOf(repository) };
    log.info(about, isNew ? 'accepted' : 'accepted before');
    return isNew
      ? { status: 202, json: { state: 'accepted' } }
      : { status: 200, json: { state: 'accepted before' } };
  };
}

type Body = { bytes: Buffer } | { status: number; message: string };

/** Limits the size of each body, and of all bodies that are being read. */
function bodyReader(): (request: IncomingMessage) => Promise<Body> {
  let buffered = 0;
  const tooLarge: Body = { status: 413, message: `The body has more than ${MAX_BODY_BYTES} bytes.` };
  return async (request) => {
    if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) return tooLarge;
    const chunks: Buffer[] = [];
    let bytes = 0;
    try {
      // When the loop stops early, the connection is still needed for the answer.
      for await (const chunk of request.iterator({ destroyOnReturn: false })) {
        const { length } = chunk as Buffer;
        bytes += length;
        buffered += length;
        if (bytes > MAX_BODY_BYTES) return tooLarge;
        if (buffered > MAX_BUFFERED_BYTES)
          return { status: 503, message: 'The bot is busy; send it again later.' };
        chunks.push(chunk as Buffer);
      }
    } finally {
      buffered -= bytes;
    }
    return { bytes: Buffer.concat(chunks) };
  };
}

/** The headers that are used. */
export interface WebhookHeaders {
  delivery: string;
  event: string;
}

/** Why a webhook is refused. */
export interface Refusal {
  status: 400 | 401 | 415;
  message: string;
}

type Headers = Record<string, string | string[] | undefined>;

/** Checks the headers. Ids and events may be any short word. */
export function readHeaders(headers: Headers): WebhookHeaders | Refusal {
  const delivery = one(headers['x-github-delivery']);
  const event = one(headers['x-github-event']);
  if (!/^[\w-]{1,100}$/u.test(delivery))
    return { status: 400, message: 'X-GitHub-Delivery is missing or not an id.' };
  if (!/^[a-z_]{1,50}$/u.test(event))
    return { status: 400, message: 'X-GitHub-Event is missing or not the name of an event.' };
  if (one(headers['x-hub-signature-256']) === '')
    return { status: 401, message: 'X-Hub-Signature-256 is missing.' };
  if (!/^application\/json\b/iu.test(one(headers['content-type'])))
    return {
      status: 415,
      message: 'The content type is not application/json; set it in the settings of the app.',
    };
  return { delivery, event };
}

/**
 * Whether one of the secrets signed exactly these bytes. Always tries every secret, and compares in constant time, so
 * that timing reveals nothing.
 */
export function isSigned(body: Uint8Array, signature: string, secrets: readonly string[]): boolean {
  const hex = /^sha256=([0-9a-f]{64})$/u.exec(signature)?.[1];
  if (hex === undefined) return false;
  const given = Buffer.from(hex, 'hex');
  let isValid = false;
  for (const secret of secrets) {
    const matches = timingSafeEqual(createHmac('sha256', secret).update(body).digest(), given);
    isValid ||= matches;
  }
  return isValid;
}

/** A header that must occur once. */
function one(header: string | string[] | undefined): string {
  return typeof header === 'string' ? header : '';
}
