import { errorCode } from '../../problem.js';

/** A failure that may be over when the file is asked for again. `message`: a clause after the address. */
export class Passing extends Error {
  constructor(
    message: string,
    /** Milliseconds that the server asks to wait. */
    readonly wait = 0,
  ) {
    super(message);
  }
}

/** Codes of connections that broke, of name servers that were busy, and of streams that ended early. */
const BROKEN = new Set([
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'ERR_STREAM_PREMATURE_CLOSE',
]);

/** Longest that a server's Retry-After is heeded. */
const MOST_WAIT = 30_000;

/** The passing failure behind a broken connection; null when it is another error. */
export function brokenConnection(error: unknown): Passing | null {
  const code = errorCode(error);
  return code !== null && BROKEN.has(code) ? new Passing(`the connection broke (${code})`) : null;
}

/** The passing failure that a status stands for; null when asking again does not help. */
export function passingStatus(status: number, retryAfter: string | undefined): Passing | null {
  if (status < 500 && status !== 429 && status !== 408) return null;
  const seconds = /^\d{1,6}$/.test(retryAfter ?? '') ? Number(retryAfter) : 0;
  return new Passing(`the server answers ${status}`, Math.min(1000 * seconds, MOST_WAIT));
}
