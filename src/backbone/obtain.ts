import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputError } from '../problem.js';
import { pretrainedOf, type Backbone, type PretrainedNetwork } from './contract.js';
import { EMBEDDED_NAMES, readEmbedded, type EmbeddedName } from './embedded.js';
import { CATALOGUE, type CatalogueModel } from './load/catalogue.js';
import type { Form } from './load/model-format.js';
import { modelFiles, type FileSource, type ModelFiles } from './load/load-files.js';
import { modelCache } from './load/places.js';
import { parseSource } from './load/source.js';
import { ModelUnavailable } from './load/unavailable.js';
import { safetensorsBackbone } from './safetensors/backbone.js';
import { beside } from './tfjs/refuse.js';
import { tfjsBackbone } from './tfjs/backbone.js';

/** Which network the user wants to start from, and what may be done to get it. */
export interface BackboneRequest {
  /** `embedded`, `embedded-drawn`, `auto`, a name of the catalogue, a path, an address, or `hf://owner/model`. */
  source: string;
  /** Of the weight files joined in the order of the model's manifest; null: the catalogue's. */
  sha256: string | null;
  /** Whether a download may be used whose SHA-256 nobody has said. */
  unpinned: boolean;
  /** Whether the embedded backbone takes the place of one that cannot be had. */
  fallback: boolean;
}

export const EMBEDDED: BackboneRequest = {
  source: 'embedded',
  sha256: null,
  unpinned: false,
  fallback: false,
};

/** `float16` is the program's own. */
export type BackboneForm = 'float16' | Form['kind'];

export interface ObtainedBackbone {
  pretrained: PretrainedNetwork;
  /** Whether it is the user's own: neither embedded nor of the catalogue. */
  own: boolean;
  /** Where it came from: a path or an address; null for the embedded one. */
  origin: string | null;
  /** How its files are laid out. */
  form: BackboneForm;
  /** Whether its SHA-256 was known beforehand. */
  pinned: boolean;
  /** That the embedded one is used instead, and why; null when it is what was asked for. */
  incident: string | null;
}

export interface ObtainOptions {
  /** Folder of the program: holds `weights/`. */
  home: string;
  cwd: string;
  signal: AbortSignal;
  environment: NodeJS.ProcessEnv;
}

/**
 * What a probe may start from: the network that the user asked for, or with `auto` all that are at hand, the embedded
 * ones and those of the catalogue whose hash is known. Of those, one that cannot be had is left out, and the first
 * says so.
 *
 * @throws InputError and ModelUnavailable as `obtainBackbone` does, but not for what `auto` leaves out.
 */
export async function obtainBackbones(
  request: BackboneRequest,
  options: ObtainOptions,
): Promise<ObtainedBackbone[]> {
  if (parseSource(request.source, options.cwd).kind !== 'auto')
    return [await obtainBackbone(request, options)];
  const pinned = CATALOGUE.filter(({ sha256 }) => sha256 !== null);
  const found = await Promise.all(
    pinned.map(({ name }) =>
      obtainBackbone({ ...EMBEDDED, source: name }, options).catch((error: unknown) => {
        if (isReason(error)) return error.message;
        throw error;
      }),
    ),
  );
  const absent = found.filter((one) => typeof one === 'string');
  const incident = absent.length === 0 ? null : `Not at hand, and so not ranked: ${absent.join(' ')}`;
  const [first, ...others] = EMBEDDED_NAMES.map((name) => embedded(options.home, name, null));
  return [{ ...first, incident }, ...others, ...found.filter((one) => typeof one !== 'string')];
}

/**
 * The network that the user asked for, read or downloaded; the embedded one in its place where that is allowed.
 *
 * @throws InputError when what the user wrote is wrong, ModelUnavailable when a server, the way to it or the disk fails.
 */
export async function obtainBackbone(
  request: BackboneRequest,
  options: ObtainOptions,
): Promise<ObtainedBackbone> {
  const source = parseSource(request.source, options.cwd);
  if (source.kind === 'auto') return embedded(options.home, 'embedded', null);
  if (source.kind === 'embedded') return embedded(options.home, source.name, null);
  try {
    return await loaded(source, request, options);
  } catch (error) {
    if (options.signal.aborted || !isReason(error)) throw error;
    if (request.fallback)
      return embedded(options.home, 'embedded', `The embedded backbone is used: ${error.message}`);
    throw error instanceof InputError ? error : new ModelUnavailable(`${error.message} ${REMEDY}`);
  }
}

function embedded(home: string, name: EmbeddedName, incident: string | null): ObtainedBackbone {
  const pretrained = readEmbedded(home, name);
  return { pretrained, own: false, origin: null, form: 'float16', pinned: true, incident };
}

async function loaded(
  source: FileSource,
  { sha256, unpinned }: BackboneRequest,
  { cwd, signal, environment }: ObtainOptions,
): Promise<ObtainedBackbone> {
  const cache = modelCache(environment) ?? join(tmpdir(), 'headstart-models');
  const files = await modelFiles(source, {
    cwd,
    cache,
    signal,
    unpinned,
    environment,
    ...(sha256 === null ? {} : { sha256 }),
  });
  const known = CATALOGUE.find((model) => model.sha256 === files.sha256) ?? catalogued(source);
  const backbone = backboneIn(files, {
    name: known?.name ?? files.name,
    data: known?.data ?? UNKNOWN_DATA,
    licence: known?.licence ?? null,
  });
  return {
    pretrained: pretrainedOf(backbone),
    own: known === null,
    origin: files.origin,
    form: files.form,
    pinned: files.pinned || known?.sha256 === files.sha256,
    incident: null,
  };
}

function backboneIn(
  { form, json, jsonFile, shards, sha256 }: ModelFiles,
  facts: Pick<PretrainedNetwork, 'name' | 'data' | 'licence'>,
): Backbone {
  if (form === 'tfjs') return tfjsBackbone({ ...facts, json, jsonFile, shard: (path) => shards.get(path) });
  const [[file, weights]] = shards;
  const weightsFile = beside(jsonFile, file);
  return safetensorsBackbone({ ...facts, config: json, configFile: jsonFile, weights, weightsFile, sha256 });
}

const REMEDY = 'Try again later, or take `embedded`, which needs no network.';
const UNKNOWN_DATA = 'data that only its owner knows';

function catalogued(source: FileSource): CatalogueModel | null {
  return source.kind === 'catalogue' ? source.model : null;
}

/** Whether it says why a network cannot be had; anything else is a fault of the program. */
function isReason(error: unknown): error is InputError | ModelUnavailable {
  return error instanceof InputError || error instanceof ModelUnavailable;
}
