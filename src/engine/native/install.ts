import { createHash } from 'node:crypto';
import {
  chmodSync,
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { addonIn, EngineUnavailable } from '../tensorflow/load.js';
import { errorCode } from './error-code.js';
import { extractPack } from './extract.js';
import { PACKAGE } from './places.js';
import { type Trial, tryAddon } from './try-addon.js';

/** What installing does to the machine; tests put others in their place. */
export interface InstallEffects {
  create?: (file: string) => Writable;
  attempt?: (addon: string) => Promise<Trial>;
}

/**
 * Installs the `.tar.gz` of a native pack: its hash first, then unpacked beside the target, tried, and moved there
 * whole. Whatever fails, nothing is left behind.
 *
 * @returns TensorFlow's version.
 * @throws EngineUnavailable with one sentence that says why it was not installed.
 */
export async function installPack(
  archive: string,
  sha256: string,
  target: string,
  { create, attempt = tryAddon }: InstallEffects = {},
): Promise<string> {
  const found = await hashOf(archive);
  if (found !== sha256.toLowerCase()) {
    throw new EngineUnavailable(
      `The pack is refused: its SHA-256 is ${found.slice(0, 12)}… and should be ${sha256.slice(0, 12).toLowerCase()}…, so it is damaged or another file.`,
    );
  }
  return inStaging(target, async (staging) => {
    await extractPack(archive, staging, create);
    const addon = addonIn(join(staging, PACKAGE));
    if (addon === null) throw new EngineUnavailable('The pack is refused: it holds no native addon.');
    const trial = await attempt(addon);
    if ('failure' in trial) throw new EngineUnavailable(`The pack does not work here. ${trial.failure}`);
    settle(staging, target);
    return trial.version;
  });
}

/** Work in a folder beside the target, so that it can be moved there; the folder is gone afterwards. */
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

/** Moves the pack to its place and marks it as `@actions/tool-cache` marks a tool that is there whole. */
export function settle(staging: string, target: string): void {
  // Temporary folders are their maker's alone; a tool cache is for every user of the machine.
  chmodSync(staging, 0o755);
  rmSync(target, { recursive: true, force: true });
  try {
    renameSync(staging, target);
  } catch (error) {
    // Another job on the same machine may have been faster.
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

/** Errors of disk and gzip as a sentence; others are defects and stay what they are. */
function unavailable(error: unknown, folder: string): unknown {
  const code = errorCode(error);
  if (error instanceof EngineUnavailable || code === null) return error;
  if (code === 'ENOSPC') {
    return new EngineUnavailable(`The disk is full: the pack needs half a gigabyte in ${folder}.`, error);
  }
  if (code.startsWith('Z_')) {
    return new EngineUnavailable('The pack is refused: it is no whole gzip file.', error);
  }
  return new EngineUnavailable(
    `The pack cannot be installed in ${folder}: ${(error as Error).message}.`,
    error,
  );
}
