import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../../problem.js';
import { openClient, type Connection } from './connection.js';
import { fetchFile } from './fetch-file.js';
import { inParallel } from './in-parallel.js';
import type { Limits } from './limits.js';
import { checkWhole } from './read-shards.js';
import { redirectTarget } from './redirect.js';
import type { Remote, Resolved } from './remote.js';
import { shardAddress } from './shard-path.js';
import { claimStaging, leaveStaging, settleStaging } from './staging.js';
import { unavailable } from './unavailable.js';
import type { WeightGroup } from './weight-groups.js';

/** Groups that are downloaded at the same time; the files of one come one after the other, for its bound. */
const WIDTH = 4;

export interface FetchRequest {
  remote: Remote;
  /** Folder for all models. */
  cache: string;
  pinned: boolean;
  limits: Limits;
  signal: AbortSignal;
}

/** The weight file with that number in manifest order, in a folder of the cache: names from a server stay out of it. */
export function cachedShard(folder: string, position: number): string {
  return join(folder, `${position}.bin`);
}

/** Where the model of a folder of the cache came from; null when that is not to be read there. */
export function cachedOrigin(folder: string): Resolved | null {
  try {
    const { base, origin } = JSON.parse(readFileSync(join(folder, 'origin.json'), 'utf8')) as Record<
      string,
      unknown
    >;
    return typeof base === 'string' && typeof origin === 'string' ? { base: new URL(base), origin } : null;
  } catch {
    return null;
  }
}

/**
 * Reads a model from its folder of the cache, and downloads it first unless it is there. A folder has its name only
 * when all files are there and `read` has taken them; what a broken download left is kept beside it and gone on with.
 *
 * @param read Its InputError removes the folder, so that the next run starts anew.
 * @throws InputError when the server does not give what is asked, ModelUnavailable when it cannot be had now.
 */
export async function fetchModel<T>(request: FetchRequest, read: (folder: string) => T): Promise<T> {
  const { remote, cache } = request;
  const whole = join(cache, keyOf(remote));
  try {
    return existsSync(whole) ? readOrRemove(whole, read) : await fetchStaged(request, whole, read);
  } catch (error) {
    throw unavailable(error, remote.jsonFile, cache);
  }
}

function readOrRemove<T>(whole: string, read: (folder: string) => T): T {
  try {
    return read(whole);
  } catch (error) {
    if (error instanceof InputError) rmSync(whole, { recursive: true, force: true });
    throw error;
  }
}

async function fetchStaged<T>(
  { remote, cache, pinned, limits, signal }: FetchRequest,
  whole: string,
  read: (folder: string) => T,
): Promise<T> {
  const key = keyOf(remote);
  const staging = claimStaging(cache, key);
  const client = openClient(limits);
  const { authorization, hub, refusal } = remote;
  const connection = { client, trust: { pinned, hub }, authorization, limits, signal, refusal };
  try {
    await fetchInto(staging, remote, connection);
    const model = read(staging);
    settleStaging(staging, whole);
    return model;
  } catch (error) {
    if (error instanceof InputError) rmSync(staging, { recursive: true, force: true });
    else leaveStaging(staging, cache, key);
    throw error;
  } finally {
    client.dispose();
  }
}

async function fetchInto(staging: string, remote: Remote, connection: Connection): Promise<void> {
  const { limits, signal } = connection;
  const jsonFile = join(staging, 'model.json');
  let resolved = existsSync(jsonFile) ? cachedOrigin(staging) : null;
  if (resolved === null) {
    const { url, commit } = await fetchFile(remote.json, jsonFile, limits.jsonBytes, connection);
    resolved = remote.resolved(url, commit);
    const { base, origin } = resolved;
    writeFileSync(join(staging, 'origin.json'), JSON.stringify({ base: base.href, origin }));
  } else {
    // An earlier run may have trusted more, because it had a hash.
    redirectTarget(remote.json, resolved.base.href, connection.trust);
  }
  const { base } = resolved;
  const groups = remote.form.groups(readFileSync(jsonFile, 'utf8'), remote.jsonFile, limits.weightBytes);
  let position = 0;
  const placed = groups.map((group) => {
    const first = position;
    position += group.paths.length;
    return { group, first };
  });
  await inParallel(placed, WIDTH, signal, ({ group, first }, both) =>
    fetchGroup(group, (index) => cachedShard(staging, first + index), {
      base,
      remote,
      connection: { ...connection, signal: both },
    }),
  );
}

interface Shared {
  base: URL;
  remote: Remote;
  connection: Connection;
}

async function fetchGroup(
  { paths, bytes }: WeightGroup,
  place: (index: number) => string,
  { base, remote, connection }: Shared,
): Promise<void> {
  let left = bytes ?? connection.limits.weightBytes;
  for (const [index, path] of paths.entries()) {
    const file = place(index);
    if (!existsSync(file)) await fetchFile(shardAddress(base, path), file, left, connection);
    left -= statSync(file).size;
  }
  if (bytes !== null) checkWhole(paths, left, remote.jsonFile);
}

/** Whether a model is there without asking anybody. */
export function isCached(remote: Remote, cache: string): boolean {
  return existsSync(join(cache, keyOf(remote)));
}

/** The address decides, with its query, and the name of the weight file where several may lie beside one description. */
function keyOf({ json, form }: Remote): string {
  return createHash('sha256')
    .update(form.weights === null ? json.href : `${json.href} ${form.weights}`)
    .digest('hex')
    .slice(0, 32);
}
