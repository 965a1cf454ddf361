import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { HttpClient } from '@actions/http-client';
import { errorCode } from '../../problem.js';
import { EngineUnavailable } from '../tensorflow/load.js';
import { atMost, stopped } from './limits.js';

/** A pack published with a release. */
export interface PublishedPack {
  url: string;
  /** Of the `.tar.gz`, lower-case hexadecimal. */
  sha256: string;
  bytes: number;
}

/**
 * The packs of this version by platform (`linux-x64`, `linux-arm64`, `darwin-arm64` or `win32-x64`), as
 * printed by `.github/workflows/release-packs.yml`. Only packs in this table are downloaded. It is empty
 * until the first release.
 */
export const PUBLISHED_PACKS: Readonly<Record<string, PublishedPack>> = {};

const SOCKET_TIMEOUT_MS = 30_000;

/**
 * Downloads a published pack to a file and stops beyond its published size. The hash is checked on
 * installation. Honors the runner's proxy settings.
 *
 * @throws EngineUnavailable when the download fails or reaches the limit.
 */
export async function downloadPack(
  { url, bytes }: PublishedPack,
  file: string,
  limit: AbortSignal,
): Promise<void> {
  const options = { socketTimeout: SOCKET_TIMEOUT_MS, allowRetries: true, maxRetries: 2 };
  const client = new HttpClient('headstart', [], options);
  try {
    const { message } = await client.get(url);
    if (message.statusCode !== 200) {
      message.destroy();
      throw new EngineUnavailable(
        `The download failed: the server responded with ${message.statusCode ?? 'no status'}.`,
      );
    }
    await pipeline(message, atMost(bytes, tooLarge), createWriteStream(file), { signal: limit });
  } catch (error) {
    if (error instanceof EngineUnavailable || errorCode(error) === 'ENOSPC') throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new EngineUnavailable(`The download failed: ${limit.aborted ? stopped(limit) : reason}.`, error);
  } finally {
    client.dispose();
  }
}

function tooLarge(): EngineUnavailable {
  return new EngineUnavailable('The pack was rejected: it is larger than the published one.');
}
