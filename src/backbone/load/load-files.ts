import { join } from 'node:path';
import { cachedOrigin, cachedShard, fetchModel, isCached } from './fetch-model.js';
import type { Form } from './model-format.js';
import { checkedHash, hashOfShards, otherHash, unpinnedDownload } from './hash.js';
import { hubForms, hubRemote, NoSuchFile } from './huggingface.js';
import { type Limits, LIMITS } from './limits.js';
import { localFiles, type ReadModel } from './local-files.js';
import { readBounded } from './read-bounded.js';
import { readShards } from './read-shards.js';
import { plainRemote, type Remote } from './remote.js';
import type { BackboneSource } from './source.js';

/** The files of a model, bounded and whole, but not yet understood. */
export interface ModelFiles {
  /** Short: a catalogue's name, a folder's, or `owner/model`. */
  name: string;
  form: Form['kind'];
  /** Content of the file that describes it. No hash covers it. */
  json: string;
  /** Its name as the user knows it, for messages. */
  jsonFile: string;
  /** Weight files by their path beside that file, in the order in which it lists them. A view may begin at any byte of its buffer. */
  shards: Map<string, Uint8Array>;
  /** Of the weight files joined in that order, in lower case. */
  sha256: string;
  /** Path, address without query, or `hf://owner/model@commit`. */
  origin: string;
  /** The weights are those that a hash of the catalogue or the user names. */
  pinned: boolean;
}

/** A source that has files; the embedded backbone is part of the program. */
export type FileSource = Exclude<BackboneSource, { kind: 'embedded' } | { kind: 'auto' }>;

export interface LoadRequest {
  /** What paths are relative to. */
  cwd: string;
  /** Folder for all downloaded models (`modelCache`). */
  cache: string;
  signal: AbortSignal;
  /** The user's, of the weight files joined in manifest order; it goes before the catalogue's. */
  sha256?: string;
  /** Downloads without a hash are accepted. */
  unpinned: boolean;
  /** For HF_ENDPOINT and HF_TOKEN; proxies are the process's. */
  environment: NodeJS.ProcessEnv;
  limits?: Limits;
}

/**
 * The files of a model. What is in the cache is taken from there, without a question to the server: a branch of the
 * hub stays at the commit that was downloaded first.
 *
 * @throws InputError when what the user wrote cannot be had as written, or the weights have another hash; nothing of
 *   them stays in the cache then. ModelUnavailable when network, server or disk fail.
 */
export async function modelFiles(source: FileSource, request: LoadRequest): Promise<ModelFiles> {
  const { cwd, cache, limits = LIMITS, signal, unpinned, environment } = request;
  const own = request.sha256 === undefined ? null : checkedHash(request.sha256);
  if (source.kind === 'path') return hashed(localFiles(source.path, cwd, limits), own, '');
  const expected = own ?? (source.kind === 'catalogue' ? source.model.sha256 : null);
  const remotes = remotesOf(source, environment);
  if (expected === null && !unpinned) throw unpinnedDownload(remotes[0].jsonFile);
  const fetched = (remote: Remote) =>
    fetchModel({ remote, cache, pinned: expected !== null, limits, signal }, (folder) =>
      hashed(cachedFiles(folder, remote, limits), expected, ' The download was removed from the cache.'),
    );
  const cached = remotes.find((remote) => isCached(remote, cache));
  return cached === undefined ? firstThere(remotes, fetched) : fetched(cached);
}

/** The forms in which the model may be there, the likelier first. */
function remotesOf(
  source: Exclude<FileSource, { kind: 'path' }>,
  environment: NodeJS.ProcessEnv,
): [Remote, ...Remote[]] {
  if (source.kind === 'huggingface') {
    const [first, ...others] = hubForms(source).map((form) => hubRemote(source, environment, form));
    return [first, ...others];
  }
  return [source.kind === 'url' ? plainRemote(source.url) : plainRemote(source.model.url, source.model.name)];
}

/** The next form where the hub has no file of one; when it has none at all, what it says of the first. */
async function firstThere(
  [first, ...others]: readonly [Remote, ...Remote[]],
  fetched: (remote: Remote) => Promise<ModelFiles>,
): Promise<ModelFiles> {
  const refused: NoSuchFile[] = [];
  for (const remote of [first, ...others]) {
    try {
      return await fetched(remote);
    } catch (error) {
      if (!(error instanceof NoSuchFile)) throw error;
      refused.push(error);
    }
  }
  throw refused[0];
}

function cachedFiles(folder: string, remote: Remote, limits: Limits): ReadModel {
  const { name, jsonFile, form } = remote;
  const json = readBounded(join(folder, 'model.json'), limits.jsonBytes, jsonFile).toString('utf8');
  const groups = form.groups(json, jsonFile, limits.weightBytes);
  let position = 0;
  const shards = readShards(groups, jsonFile, limits.weightBytes, (path, most) =>
    readBounded(cachedShard(folder, position++), most, `${jsonFile}: ${path}`),
  );
  return { name, form: form.kind, json, jsonFile, shards, origin: cachedOrigin(folder)?.origin ?? jsonFile };
}

function hashed(model: ReadModel, expected: string | null, more: string): ModelFiles {
  const sha256 = hashOfShards(model.shards);
  if (expected !== null && sha256 !== expected) throw otherHash(model.jsonFile, expected, sha256, more);
  return { ...model, sha256, pinned: expected !== null };
}
