import { createWriteStream, statSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { atMost } from '../../engine/native/limits.js';
import { InputError } from '../../problem.js';
import { cleanAddress } from './address.js';
import { ask, cancelled, type Answer } from './ask.js';
import type { Connection } from './connection.js';
import { Part, type Start } from './partial-download.js';
import { brokenConnection, Passing, passingStatus } from './transient-error.js';
import { ModelUnavailable } from './unavailable.js';

export interface Fetched {
  /** Where it came from in the end. */
  url: URL;
  commit: string | null;
  bytes: number;
}

/**
 * Downloads a file to `target`, at most `most` bytes of it; what an earlier download left is gone on with.
 * @throws InputError when the server does not give it or gives too much; ModelUnavailable when it cannot be had now;
 *   the system's errors of disk and protocol.
 */
export async function fetchFile(
  address: URL,
  target: string,
  most: number,
  connection: Connection,
): Promise<Fetched> {
  const { limits, signal } = connection;
  for (let retry = 0; ; retry++) {
    try {
      return await attempt(address, target, most, connection);
    } catch (error) {
      if (signal.aborted) throw cancelled(address, signal);
      if (!(error instanceof Passing)) throw error;
      if (retry >= limits.retries) {
        throw new ModelUnavailable(`${cleanAddress(address)}: ${error.message}, also when asked again.`);
      }
      await sleep(Math.max(error.wait, limits.pause * 2 ** retry), undefined, { signal }).catch(() => {
        throw cancelled(address, signal);
      });
    }
  }
}

async function attempt(address: URL, target: string, most: number, connection: Connection): Promise<Fetched> {
  const part = new Part(target);
  const start = part.start(most);
  const range = start === null ? null : { range: `bytes=${start.bytes}-`, 'if-range': start.etag };
  const answer = await ask(address, { 'accept-encoding': 'identity', ...range }, connection);
  try {
    const from = firstByte(answer, start, part, address, connection);
    if (from === 0) part.begin(answer.message.headers.etag);
    await save(answer.message, part.file, { from, most, address }, connection);
  } finally {
    answer.message.destroy();
  }
  part.settle();
  return { url: answer.url, commit: answer.commit, bytes: statSync(target).size };
}

/** Where in the file the body begins: 0, or where the part ends. */
function firstByte(
  { status, message, url }: Answer,
  start: Start | null,
  part: Part,
  address: URL,
  { refusal }: Connection,
): number {
  const { 'content-encoding': encoding = 'identity', 'content-range': range, etag } = message.headers;
  if (encoding !== 'identity' && status < 300) {
    throw refused(
      address,
      'the server sends it compressed although that was not asked for.',
      'Serve it as it is.',
    );
  }
  if (status === 200) return 0;
  if (status === 206 || status === 416) {
    const first = /^bytes (\d+)-/.exec(range ?? '')?.at(1);
    const same = etag === undefined || etag === start?.etag;
    if (status === 206 && start !== null && first === String(start.bytes) && same) return start.bytes;
    part.drop();
    throw new Passing('the server answers with another part of the file than was asked for');
  }
  const passing = passingStatus(status, message.headers['retry-after']);
  if (passing !== null) throw passing;
  const code = message.headers['x-error-code'];
  if (status >= 400) throw refusal(status, url, typeof code === 'string' ? code : null);
  throw new ModelUnavailable(
    `${cleanAddress(address)}: the server answers ${status}, which means nothing here.`,
  );
}

interface Body {
  from: number;
  most: number;
  address: URL;
}

async function save(
  message: IncomingMessage,
  file: string,
  { from, most, address }: Body,
  { limits, signal }: Connection,
): Promise<void> {
  const tooLong = () => refused(address, `it is longer than ${most} bytes, the most that it may have.`);
  if (from + Number(message.headers['content-length'] ?? 0) > most) throw tooLong();
  const out = createWriteStream(file, { flags: from === 0 ? 'w' : 'a' });
  // The client only half-closes a silent connection, and a server may keep its half open for ever.
  const silence = setTimeout(() => {
    message.destroy(new Passing(`the server fell silent for ${limits.silence / 1000} s`));
  }, limits.silence);
  const heard = async function* (source: AsyncIterable<Buffer>) {
    for await (const chunk of source) {
      silence.refresh();
      yield chunk;
    }
  };
  try {
    await pipeline(message, heard, atMost(most - from, tooLong), out, { signal });
  } catch (error) {
    throw brokenConnection(error) ?? error;
  } finally {
    clearTimeout(silence);
  }
}

function refused(address: URL, message: string, remedy?: string): InputError {
  const file = cleanAddress(address);
  return new InputError([{ file, message, ...(remedy === undefined ? {} : { remedy }) }]);
}
