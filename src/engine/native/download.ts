import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { HttpClient } from '@actions/http-client';
import { EngineUnavailable } from '../tensorflow/load.js';
import { atMost } from './at-most.js';
import { errorCode } from './error-code.js';
import { stopped } from './limit.js';
import type { Pin } from './pins.js';

const SILENCE = 30_000;

/**
 * Downloads a published pack into a file, never more of it than was published. What it holds is checked when it is
 * installed. The runner's proxy settings are kept.
 *
 * @throws EngineUnavailable when the server does not give it before the limit.
 */
export async function downloadPack({ url, bytes }: Pin, file: string, limit: AbortSignal): Promise<void> {
  const options = { socketTimeout: SILENCE, allowRetries: true, maxRetries: 2 };
  const client = new HttpClient('headstart', [], options);
  try {
    const { message } = await client.get(url);
    if (message.statusCode !== 200) {
      message.destroy();
      throw new EngineUnavailable(
        `The download failed: the server answers ${message.statusCode ?? 'nothing'}.`,
      );
    }
    await pipeline(message, atMost(bytes, tooLarge), createWriteStream(file), { signal: limit });
  } catch (error) {
    if (error instanceof EngineUnavailable || errorCode(error) === 'ENOSPC') throw error;
    throw new EngineUnavailable(
      `The download failed: ${limit.aborted ? stopped(limit) : messageOf(error)}.`,
      error,
    );
  } finally {
    client.dispose();
  }
}

function tooLarge(): EngineUnavailable {
  return new EngineUnavailable('The pack is refused: it is larger than the published one.');
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
