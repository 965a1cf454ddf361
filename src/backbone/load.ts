import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputError } from '../problem.js';
import { pretrainedOf, type Backbone, type PretrainedNetwork } from './contract.js';
import { EMBEDDED_NAMES, readEmbedded, type EmbeddedName } from './embedded.js';
import { modelError, ModelUnavailable, siblingPath } from './errors.js';
import { fetchModel, modelCacheFolder } from './load/cache.js';
import { readLocalModel } from './load/local.js';
import { LIMITS, type Limits, type ModelFiles, type ModelFormat } from './load/model-files.js';
import { remotesOf } from './load/remote.js';
import { CATALOG, parseSource, type BackboneSource } from './load/source.js';
import { safetensorsBackbone } from './safetensors/backbone.js';
import { tfjsBackbone } from './tfjs/backbone.js';

/** The backbone that the user asks for. */
export interface BackboneRequest {
  /** `embedded`, `embedded-drawn`, `auto`, a name of the catalog, a path, an address, or `hf://owner/model`. */
  source: string;
  /** Of the weight files concatenated in manifest order; null: that of the catalog. */
  sha256: string | null;
  /** Whether a download without a known SHA-256 is accepted. */
  unpinned: boolean;
  /** Whether to use the embedded backbone when this one cannot be loaded. */
  fallback: boolean;
}

export const EMBEDDED: BackboneRequest = {
  source: 'embedded',
  sha256: null,
  unpinned: false,
  fallback: false,
};

/** `float16` is Headstart's own. */
export type BackboneFormat = 'float16' | ModelFormat['kind'];

export interface LoadedBackbone {
  pretrained: PretrainedNetwork;
  /** Whether it is neither embedded nor in the catalog. */
  isCustom: boolean;
  /** Path or address; null: embedded. */
  origin: string | null;
  format: BackboneFormat;
  /** Whether its SHA-256 was known beforehand. */
  pinned: boolean;
  /** Why it replaces the one asked for, or which others are missing; null: neither. */
  incident: string | null;
}

export interface LoadOptions {
  /** Contains `weights/`. */
  programDir: string;
  cwd: string;
  signal: AbortSignal;
  /** For the cache folder, HF_ENDPOINT and HF_TOKEN. Proxy variables are always those of the process. */
  environment: NodeJS.ProcessEnv;
}

/** A source with files; the embedded backbones are part of the program. */
export type FileSource = Exclude<BackboneSource, { kind: 'embedded' } | { kind: 'auto' }>;

const REMEDY = 'Try again later, or use `embedded`, which needs no network.';

/**
 * The backbones that a probe may use: the one asked for or, with `auto`, the embedded ones and those of the catalog
 * with a known hash. With `auto`, those that cannot be loaded are left out, and the first one names them as incident.
 *
 * @throws InputError and ModelUnavailable as `loadBackbone` does, except for what `auto` leaves out.
 */
export async function loadBackbones(
  request: BackboneRequest,
  options: LoadOptions,
): Promise<LoadedBackbone[]> {
  if (parseSource(request.source, options.cwd).kind !== 'auto') return [await loadBackbone(request, options)];
  const pinned = CATALOG.filter(({ sha256 }) => sha256 !== null);
  const results = await Promise.all(
    pinned.map(({ name }) =>
      loadBackbone({ ...EMBEDDED, source: name }, options).catch((error: unknown) => {
        if (isLoadError(error)) return error.message;
        throw error;
      }),
    ),
  );
  const errors = results.filter((result) => typeof result === 'string');
  const incident = errors.length === 0 ? null : `Not available, so not ranked: ${errors.join(' ')}`;
  const [first, ...others] = EMBEDDED_NAMES.map((name) => embeddedBackbone(options.programDir, name, null));
  return [{ ...first, incident }, ...others, ...results.filter((result) => typeof result !== 'string')];
}

/**
 * The backbone that the user asks for, read or downloaded; the embedded one instead if `fallback` allows it.
 *
 * @throws InputError when the user's input is wrong, ModelUnavailable when network, server or disk fail.
 */
export async function loadBackbone(request: BackboneRequest, options: LoadOptions): Promise<LoadedBackbone> {
  const source = parseSource(request.source, options.cwd);
  if (source.kind === 'auto') return embeddedBackbone(options.programDir, 'embedded', null);
  if (source.kind === 'embedded') return embeddedBackbone(options.programDir, source.name, null);
  try {
    return await loadFromFiles(source, request, options);
  } catch (error) {
    if (options.signal.aborted || !isLoadError(error)) throw error;
    if (request.fallback) {
      const incident = `Using the embedded backbone instead: ${error.message}`;
      return embeddedBackbone(options.programDir, 'embedded', incident);
    }
    throw error instanceof InputError ? error : new ModelUnavailable(`${error.message} ${REMEDY}`);
  }
}

/**
 * SHA-256 of every network that a request may lead to, before any is read or downloaded; null: unknown.
 * @throws InputError when the user's input is wrong.
 */
export function expectedNetworks(
  { source: text, sha256, fallback }: BackboneRequest,
  { programDir, cwd }: Pick<LoadOptions, 'programDir' | 'cwd'>,
): string[] | null {
  const source = parseSource(text, cwd);
  const embedded = () => EMBEDDED_NAMES.map((name) => readEmbedded(programDir, name).sha256);
  if (source.kind === 'auto') return [...embedded(), ...CATALOG.flatMap((model) => model.sha256 ?? [])];
  if (source.kind === 'embedded') return [readEmbedded(programDir, source.name).sha256];
  const pinned = sha256 ?? (source.kind === 'catalog' ? source.model.sha256 : null);
  return pinned === null ? null : [pinned, ...(fallback ? embedded() : [])];
}

function embeddedBackbone(programDir: string, name: EmbeddedName, incident: string | null): LoadedBackbone {
  const pretrained = readEmbedded(programDir, name);
  return { pretrained, isCustom: false, origin: null, format: 'float16', pinned: true, incident };
}

async function loadFromFiles(
  source: FileSource,
  request: BackboneRequest,
  options: LoadOptions,
): Promise<LoadedBackbone> {
  const cache = modelCacheFolder(options.environment) ?? join(tmpdir(), 'headstart-models');
  const files = await loadModelFiles(source, { ...request, ...options, cache });
  const known =
    CATALOG.find(({ sha256 }) => sha256 === files.sha256) ??
    (source.kind === 'catalog' ? source.model : null);
  const backbone = parseBackbone(files, {
    name: known?.name ?? files.name,
    data: known?.data ?? 'data known only to its owner',
    licence: known?.licence ?? null,
  });
  return {
    pretrained: pretrainedOf(backbone),
    isCustom: known === null,
    origin: files.origin,
    format: files.format,
    pinned: files.pinned || known?.sha256 === files.sha256,
    incident: null,
  };
}

export interface FileRequest
  extends Pick<BackboneRequest, 'sha256' | 'unpinned'>, Omit<LoadOptions, 'programDir'> {
  /** Folder for all downloaded models. */
  cache: string;
  limits?: Limits;
}

/**
 * The files of a model: from its folder, from the cache, or downloaded.
 * @throws InputError when they are not as the user said, or the hash of a download is not known and `unpinned` does
 *   not allow that; ModelUnavailable when network, server or disk fail.
 */
export async function loadModelFiles(source: FileSource, request: FileRequest): Promise<ModelFiles> {
  const { cwd, cache, limits = LIMITS, signal, unpinned, environment } = request;
  const sha256 = request.sha256 === null ? null : parseHash(request.sha256);
  if (source.kind === 'path') return readLocalModel(source.path, cwd, sha256, limits);
  const expected = sha256 ?? (source.kind === 'catalog' ? source.model.sha256 : null);
  const remotes = remotesOf(source, environment);
  if (expected === null && !unpinned) {
    throw modelError(
      remotes[0].jsonFile,
      'is a download with no known SHA-256.',
      'Set the SHA-256 of the weight files concatenated in manifest order (backbone-sha256), or accept any weights (allow-unpinned); the report then states the hash.',
    );
  }
  return fetchModel(remotes, { cache, expected, limits, signal });
}

function parseHash(text: string): string {
  const hash = text.trim().toLowerCase();
  if (/^[0-9a-f]{64}$/.test(hash)) return hash;
  throw modelError(
    '',
    'The hash of the backbone (backbone-sha256) is not 64 hexadecimal digits.',
    'Use the SHA-256 of the weight files concatenated in the order of the weightsManifest.',
  );
}

function parseBackbone(
  { format, json, jsonFile, shards, sha256 }: ModelFiles,
  facts: Pick<PretrainedNetwork, 'name' | 'data' | 'licence'>,
): Backbone {
  if (format === 'tfjs') return tfjsBackbone({ ...facts, json, jsonFile, shards, sha256 });
  const [[file, weights]] = shards;
  const weightsFile = siblingPath(jsonFile, file);
  return safetensorsBackbone({ ...facts, config: json, configFile: jsonFile, weights, weightsFile, sha256 });
}

/** Whether it explains why a backbone cannot be loaded; anything else is a bug. */
function isLoadError(error: unknown): error is InputError | ModelUnavailable {
  return error instanceof InputError || error instanceof ModelUnavailable;
}
