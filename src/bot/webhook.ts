import { createHmac, timingSafeEqual } from 'node:crypto';

/** The headers of a webhook, as far as they are used. */
export interface WebhookHeaders {
  delivery: string;
  event: string;
}

/** What is wrong with a webhook before anything of it was believed: status and sentence. */
export interface Refusal {
  status: 400 | 401 | 415;
  message: string;
}

type Headers = Record<string, string | string[] | undefined>;

/** Reads the headers; which id a delivery has and which event it is may be any short word. */
export function readHeaders(headers: Headers): WebhookHeaders | Refusal {
  const delivery = one(headers['x-github-delivery']);
  const event = one(headers['x-github-event']);
  if (!/^[\w-]{1,100}$/u.test(delivery))
    return { status: 400, message: 'X-GitHub-Delivery is missing or is no id.' };
  if (!/^[a-z_]{1,50}$/u.test(event))
    return { status: 400, message: 'X-GitHub-Event is missing or names no event.' };
  if (one(headers['x-hub-signature-256']) === '')
    return { status: 401, message: 'X-Hub-Signature-256 is missing.' };
  if (!/^application\/json\b/iu.test(one(headers['content-type'])))
    return {
      status: 415,
      message: 'The content type is not application/json; set it so on the page of the app.',
    };
  return { delivery, event };
}

/**
 * Whether one of the secrets signed exactly these bytes. Every secret is tried to the end, and digests are compared
 * in constant time, so that the time it takes tells nothing.
 */
export function isSigned(body: Uint8Array, signature: string, secrets: readonly string[]): boolean {
  const hex = /^sha256=([0-9a-f]{64})$/u.exec(signature)?.[1];
  if (hex === undefined) return false;
  const given = Buffer.from(hex, 'hex');
  let signed = false;
  for (const secret of secrets) {
    const right = timingSafeEqual(createHmac('sha256', secret).update(body).digest(), given);
    signed ||= right;
  }
  return signed;
}

/** A header that must come once. */
export function one(header: string | string[] | undefined): string {
  return typeof header === 'string' ? header : '';
}
