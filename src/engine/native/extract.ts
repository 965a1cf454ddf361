import { createReadStream, createWriteStream, mkdirSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract, type Header } from 'tar-stream';
import { EngineUnavailable } from '../tensorflow/load.js';
import { errorCode } from './error-code.js';
import { PACKAGE } from './places.js';

/** A pack for Linux x64 has six files and 430 MB. */
const MOST_FILES = 1000;
const MOST_BYTES = 2 ** 31;

const WITHIN = `${PACKAGE.replaceAll('\\', '/')}/`;

/**
 * Unpacks the `.tar.gz` of a native pack into an empty folder: plain files of tfjs-node and nothing else.
 *
 * @param create Opens a file that must not be there yet.
 * @throws EngineUnavailable at the first entry that no pack of ours has; other errors are those of disk and gzip.
 */
export async function extractPack(
  archive: string,
  folder: string,
  create: (file: string) => Writable = (file) => createWriteStream(file, { flags: 'wx' }),
): Promise<void> {
  const entries = extract();
  let files = 0;
  let bytes = 0;
  const unpacking = (async () => {
    for await (const entry of entries) {
      const { name, type, size } = entry.header;
      files += 1;
      bytes += size;
      if (files > MOST_FILES || bytes > MOST_BYTES) throw new EngineUnavailable('The pack is too large.');
      if (type === 'directory') {
        entry.resume();
        continue;
      }
      const file = join(folder, checked(entry.header));
      mkdirSync(dirname(file), { recursive: true });
      await pipeline(entry, create(file)).catch((error: unknown) => {
        throw errorCode(error) === 'EEXIST' ? refused(name, 'is there twice') : error;
      });
    }
  })();
  const stop = (error: unknown): never => {
    entries.destroy(error as Error);
    throw error;
  };
  await Promise.all([pipeline(createReadStream(archive), createGunzip(), entries), unpacking.catch(stop)]);
}

/** The name of an entry, which cannot lead out of the package. */
function checked({ name, type }: Header): string {
  if (type !== 'file') throw refused(name, `is a ${type}`);
  const leads = posix.normalize(name);
  if (leads !== name || !name.startsWith(WITHIN) || /[\\:\0]/.test(name)) {
    throw refused(name, `is not a file of ${WITHIN}`);
  }
  return name;
}

function refused(name: string, why: string): EngineUnavailable {
  return new EngineUnavailable(
    `The pack is refused: its entry ${JSON.stringify(name.slice(0, 200))} ${why}.`,
  );
}
