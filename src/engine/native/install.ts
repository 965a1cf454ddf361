import { createHash } from 'node:crypto';
import {
  chmodSync,
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, posix } from 'node:path';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract, type Header } from 'tar-stream';
import { errorCode } from '../../problem.js';
import { addonIn, EngineUnavailable } from '../tensorflow/load.js';
import { PACKAGE } from './locations.js';
import { tryAddon, type AddonTrial } from './try-addon.js';

/** For comparison: a pack for Linux x64 has six files and 430 MB. */
const MAX_FILES = 1000;
const MAX_BYTES = 2 ** 31;

const PACKAGE_PREFIX = `${PACKAGE.replaceAll('\\', '/')}/`;

/** Side effects that tests replace. */
export interface InstallEffects {
  create?: (file: string) => Writable;
  attempt?: (addon: string) => Promise<AddonTrial>;
}

/**
 * Installs the `.tar.gz` of a native pack: verifies its hash, unpacks it next to the target, tries the addon
 * and moves the folder into place. Leaves nothing behind on failure.
 *
 * @returns TensorFlow's version.
 * @throws EngineUnavailable with a one-sentence reason.
 */
export async function installPack(
  archive: string,
  sha256: string,
  target: string,
  { create, attempt = tryAddon }: InstallEffects = {},
): Promise<string> {
  const actual = await hashOf(archive);
  const expected = sha256.toLowerCase();
  if (actual !== expected) {
    throw rejected(`its SHA-256 is ${actual.slice(0, 12)}…, but ${expected.slice(0, 12)}… was expected`);
  }
  return inStaging(target, async (staging) => {
    await extractPack(archive, staging, create);
    const addon = addonIn(join(staging, PACKAGE));
    if (addon === null) throw rejected('it contains no native addon');
    const trial = await attempt(addon);
    if ('failure' in trial) throw new EngineUnavailable(`The pack does not work here. ${trial.failure}`);
    moveIntoPlace(staging, target);
    return trial.version;
  });
}

/**
 * Unpacks the `.tar.gz` of a native pack into an empty folder. Accepts only regular files of tfjs-node.
 *
 * @param create Opens a new file; fails if it exists.
 * @throws EngineUnavailable at the first unexpected entry. Disk and gzip errors are thrown as they are.
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
      if (files > MAX_FILES || bytes > MAX_BYTES) throw new EngineUnavailable('The pack is too large.');
      if (type === 'directory') {
        entry.resume();
        continue;
      }
      const file = join(folder, safeName(entry.header));
      mkdirSync(dirname(file), { recursive: true });
      await pipeline(entry, create(file)).catch((error: unknown) => {
        throw errorCode(error) === 'EEXIST' ? rejectedEntry(name, 'occurs twice') : error;
      });
    }
  })();
  const stop = (error: unknown): never => {
    entries.destroy(error as Error);
    throw error;
  };
  await Promise.all([pipeline(createReadStream(archive), createGunzip(), entries), unpacking.catch(stop)]);
}

/** The entry's name, if it stays inside the package. */
function safeName({ name, type }: Header): string {
  if (type !== 'file') throw rejectedEntry(name, `is a ${type}`);
  if (posix.normalize(name) !== name || !name.startsWith(PACKAGE_PREFIX) || /[\\:\0]/.test(name)) {
    throw rejectedEntry(name, `is not a file of ${PACKAGE_PREFIX}`);
  }
  return name;
}

/** Runs `work` with a temporary folder next to the target, which `moveIntoPlace` can rename. */
export async function inStaging<T>(target: string, work: (staging: string) => Promise<T>): Promise<T> {
  let staging = '';
  try {
    mkdirSync(dirname(target), { recursive: true });
    staging = mkdtempSync(join(dirname(target), `.${basename(target)}-`));
    return await work(staging);
  } catch (error) {
    throw unavailable(error, dirname(target));
  } finally {
    if (staging !== '') rmSync(staging, { recursive: true, force: true });
  }
}

/** Moves the pack into place and adds the marker with which `@actions/tool-cache` marks complete tools. */
export function moveIntoPlace(staging: string, target: string): void {
  // Temporary folders are private to their owner; a tool cache is shared by all users of the machine.
  chmodSync(staging, 0o755);
  rmSync(target, { recursive: true, force: true });
  try {
    renameSync(staging, target);
  } catch (error) {
    // Another job on the same machine may have installed it meanwhile.
    if (!existsSync(join(target, PACKAGE))) throw error;
  }
  writeFileSync(`${target}.complete`, '');
}

async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(file), hash);
  } catch (error) {
    throw unavailable(error, dirname(file));
  }
  return hash.digest('hex');
}

/** Turns disk and gzip errors into a sentence; other errors are bugs and returned unchanged. */
function unavailable(error: unknown, folder: string): unknown {
  const code = errorCode(error);
  if (error instanceof EngineUnavailable || code === null) return error;
  if (code === 'ENOSPC') {
    return new EngineUnavailable(`The disk is full: the pack needs half a gigabyte in ${folder}.`, error);
  }
  if (code.startsWith('Z_')) return rejected('it is not a complete gzip file', error);
  const { message } = error as Error;
  return new EngineUnavailable(`The pack cannot be installed in ${folder}: ${message}.`, error);
}

function rejectedEntry(name: string, why: string): EngineUnavailable {
  return rejected(`its entry ${JSON.stringify(name.slice(0, 200))} ${why}`);
}

function rejected(why: string, cause?: unknown): EngineUnavailable {
  return new EngineUnavailable(`The pack was rejected: ${why}.`, cause);
}
