/** The cache of downloaded models. A model's folder appears under its name only when it is complete and checked. */
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { absolute, userCacheFolder } from '../../engine/native/locations.js';
import { errorCode, InputError } from '../../problem.js';
import { ModelUnavailable } from '../errors.js';
import type { ShardGroup } from '../tfjs/weights.js';
import { type Connection, downloadFile, openClient } from './download.js';
import {
  checkComplete,
  checkHash,
  type Limits,
  type ModelFiles,
  readFileWithin,
  readShards,
} from './model-files.js';
import { NoSuchFile, type Remote } from './remote.js';

/** Groups of weight files that are downloaded in parallel. */
const PARALLEL_GROUPS = 4;
/** Milliseconds after which an unfinished download of another process is considered abandoned. */
const ABANDONED_AFTER = 24 * 3_600_000;

export interface FetchRequest {
  /** Folder for all downloaded models. */
  cache: string;
  /** SHA-256 of the weights; null: any. */
  expected: string | null;
  limits: Limits;
  signal: AbortSignal;
}

/**
 * Folder for downloaded models: HEADSTART_CACHE, the tool cache of a runner, or the user's cache; null when no
 * variable names one. Relative folders are ignored: the working directory may come from a pull request.
 */
export function modelCacheFolder(
  environment: NodeJS.ProcessEnv,
  platform: string = process.platform,
): string | null {
  const configured = absolute(environment['HEADSTART_CACHE']);
  if (configured !== null) return join(configured, 'models');
  const cache = absolute(environment['RUNNER_TOOL_CACHE']) ?? userCacheFolder(environment, platform);
  return cache === null ? null : join(cache, 'headstart', 'models');
}

/**
 * Reads a model from the cache without asking the server, or downloads it first. A branch on the hub therefore stays
 * at the commit of the first download.
 *
 * @param remotes Its possible locations; the next one is tried when the hub has no such file.
 * @throws InputError when the server refuses a file or the weights are invalid, in which case they are removed from
 *   the cache; ModelUnavailable when network, server or disk fail.
 */
export async function fetchModel(
  remotes: readonly [Remote, ...Remote[]],
  request: FetchRequest,
): Promise<ModelFiles> {
  const cached = remotes.find((remote) => existsSync(folderOf(remote, request)));
  if (cached !== undefined) return readCached(cached, request);
  const notFound: NoSuchFile[] = [];
  for (const remote of remotes) {
    try {
      return await download(remote, request);
    } catch (error) {
      if (!(error instanceof NoSuchFile)) throw describeSystemError(error, remote.jsonFile, request.cache);
      notFound.push(error);
    }
  }
  throw notFound[0];
}

/** The address, with its query, and the weight file decide: several may share one JSON file. */
function folderOf({ json, format }: Remote, { cache }: FetchRequest): string {
  const key = createHash('sha256')
    .update(format.weights === null ? json.href : `${json.href} ${format.weights}`)
    .digest('hex')
    .slice(0, 32);
  return join(cache, key);
}

function readCached(remote: Remote, request: FetchRequest): ModelFiles {
  const folder = folderOf(remote, request);
  try {
    return readModel(folder, remote, request);
  } catch (error) {
    if (error instanceof InputError) rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

function readModel(folder: string, remote: Remote, { expected, limits }: FetchRequest): ModelFiles {
  const { name, jsonFile, format } = remote;
  const json = readFileWithin(limits.jsonBytes, join(folder, 'model.json'), jsonFile).toString('utf8');
  const groups = format.shards(json, jsonFile, limits.weightBytes);
  let index = 0;
  const shards = readShards(groups, jsonFile, limits.weightBytes, (path, maxBytes) =>
    readFileWithin(maxBytes, shardFile(folder, index++), `${jsonFile}: ${path}`),
  );
  const origin = readOrigin(folder) ?? jsonFile;
  const model = { name, format: format.kind, json, jsonFile, shards, origin };
  return checkHash(model, expected, ' The download was removed from the cache.');
}

/** Weight files are numbered, so that no name from a server reaches the file system. */
function shardFile(folder: string, index: number): string {
  return join(folder, `${index}.bin`);
}

async function download(remote: Remote, request: FetchRequest): Promise<ModelFiles> {
  const { expected, limits, signal } = request;
  const { authorization, hub, httpError } = remote;
  const folder = folderOf(remote, request);
  const temporary = createTemporaryFolder(folder);
  const client = openClient(limits);
  const trust = { pinned: expected !== null, hub };
  try {
    await downloadFiles(temporary, remote, { client, trust, authorization, limits, signal, httpError });
    const model = readModel(temporary, remote, request);
    moveIntoPlace(temporary, folder);
    return model;
  } finally {
    client.dispose();
    rmSync(temporary, { recursive: true, force: true });
  }
}

async function downloadFiles(folder: string, remote: Remote, connection: Connection): Promise<void> {
  const { limits } = connection;
  const jsonFile = join(folder, 'model.json');
  const { url, commit } = await downloadFile(remote.json, jsonFile, limits.jsonBytes, connection);
  const { base, origin } = remote.resolve(url, commit);
  writeFileSync(join(folder, 'origin.json'), JSON.stringify({ origin }));
  const groups = remote.format.shards(readFileSync(jsonFile, 'utf8'), remote.jsonFile, limits.weightBytes);
  let index = 0;
  const downloads = groups.map(({ paths, bytes }) => ({
    bytes,
    files: paths.map((path) => ({ path, target: shardFile(folder, index++) })),
  }));
  for (let start = 0; start < downloads.length; start += PARALLEL_GROUPS) {
    // Wait for all of them even if one fails, so that nothing writes to the folder after its removal.
    const results = await Promise.allSettled(
      downloads
        .slice(start, start + PARALLEL_GROUPS)
        .map((group) => downloadGroup(group, base, remote.jsonFile, connection)),
    );
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  }
}

/** One file after the other, because each may only be as large as what the group still lacks. */
async function downloadGroup(
  { bytes, files }: Pick<ShardGroup, 'bytes'> & { files: { path: string; target: string }[] },
  base: URL,
  jsonFile: string,
  connection: Connection,
): Promise<void> {
  let remaining = bytes ?? connection.limits.weightBytes;
  for (const { path, target } of files) {
    const saved = await downloadFile(shardAddress(base, path), target, remaining, connection);
    remaining -= saved.bytes;
  }
  const paths = files.map(({ path }) => path);
  if (bytes !== null) checkComplete(paths, remaining, jsonFile);
}

/** @param base The folder, ending in `/`, or the model.json. */
export function shardAddress(base: URL, path: string): URL {
  return new URL(path.split('/').map(encodeURIComponent).join('/'), base);
}

function readOrigin(folder: string): string | null {
  try {
    const { origin } = JSON.parse(readFileSync(join(folder, 'origin.json'), 'utf8')) as { origin: unknown };
    return typeof origin === 'string' ? origin : null;
  } catch {
    return null;
  }
}

/** A folder beside `folder` for this process alone. Removes those of processes that were killed. */
export function createTemporaryFolder(folder: string): string {
  const cache = join(folder, '..');
  mkdirSync(cache, { recursive: true });
  for (const name of readdirSync(cache)) {
    const path = join(cache, name);
    if (path.startsWith(`${folder}.`) && ageOf(path) > ABANDONED_AFTER)
      rmSync(path, { recursive: true, force: true });
  }
  return mkdtempSync(`${folder}.`);
}

function ageOf(path: string): number {
  return Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
}

/** Another process may have been faster; its files stay. */
export function moveIntoPlace(temporary: string, folder: string): void {
  try {
    renameSync(temporary, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
  }
}

/** Turns system errors of disk and protocol into sentences; leaves all other errors as they are. */
export function describeSystemError(error: unknown, jsonFile: string, cache: string): unknown {
  const code = errorCode(error);
  if (error instanceof ModelUnavailable || code === null) return error;
  const reason =
    code === 'ENOSPC'
      ? `the disk of the download folder is full: ${cache}`
      : 'syscall' in (error as object)
        ? `it cannot be saved in ${cache} (${code})`
        : `the server’s response is invalid (${code})`;
  return new ModelUnavailable(`${jsonFile}: ${reason}.`);
}
