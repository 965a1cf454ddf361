/** Where the files of a model are on a server: at an address, or on Hugging Face. */
import { InputError } from '../../problem.js';
import { cleanAddress, modelError } from '../errors.js';
import type { Connection } from './download.js';
import { type ModelFormat, safetensorsFormat, tfjsFormat } from './model-files.js';
import type { BackboneSource, HubSource } from './source.js';

export interface Remote {
  /** Short, for reports. */
  name: string;
  format: ModelFormat;
  /** Address of the JSON file. */
  json: URL;
  /** The JSON file in messages. */
  jsonFile: string;
  authorization: Connection['authorization'];
  /** Host name of the Hugging Face endpoint; null for other servers. */
  hub: string | null;
  httpError: Connection['httpError'];
  /**
   * Where the weight files are.
   * @param reached Address of the JSON file after redirects.
   * @param commit Of the repository on the hub, if known.
   */
  resolve: (reached: URL, commit: string | null) => ResolvedRemote;
}

export interface ResolvedRemote {
  /** Paths of weight files are relative to this. */
  base: URL;
  /** For records, without secrets. */
  origin: string;
}

/** The hub has no such file. */
export class NoSuchFile extends InputError {}

/** The possible locations of a model, the likeliest first: one for each format that the source may have. */
export function remotesOf(
  source: Exclude<BackboneSource, { kind: 'embedded' | 'auto' | 'path' }>,
  environment: NodeJS.ProcessEnv,
): [Remote, ...Remote[]] {
  switch (source.kind) {
    case 'catalog':
      return [addressRemote(source.model.url, source.model.name)];
    case 'url':
      return [addressRemote(source.url, nameFrom(source.url))];
    case 'huggingface': {
      const { file } = source;
      const remote = (format: ModelFormat) => hubRemote(source, environment, format);
      if (file === null) return [remote(tfjsFormat()), remote(safetensorsFormat())];
      return [remote(file.toLowerCase().endsWith('.json') ? tfjsFormat(file) : safetensorsFormat(file))];
    }
  }
}

/** A model.json at an address, with its weight files in the folder that redirects lead to. */
function addressRemote(url: string, name: string): Remote {
  return {
    name,
    format: tfjsFormat(),
    json: new URL(url),
    jsonFile: cleanAddress(url),
    authorization: null,
    hub: null,
    httpError: (status, file) =>
      modelError(
        cleanAddress(file),
        `the server answered with status ${status}${status === 404 ? ' (not found)' : ''}.`,
        'Check that the address of the model.json is complete, and that it and its weight files are public.',
      ),
    resolve: (reached) => {
      const origin = cleanAddress(reached);
      return { base: new URL(origin), origin };
    },
  };
}

/** The folder of a model.json, which usually has the model's name; else the host. */
function nameFrom(url: string): string {
  const { pathname, hostname } = new URL(url);
  const folder = pathname.split('/').at(-2) ?? '';
  try {
    return decodeURIComponent(folder).replace(/\p{C}/gu, '').slice(0, 100) || hostname;
  } catch {
    return hostname;
  }
}

/**
 * A model on Hugging Face, or on a mirror that HF_ENDPOINT names. HF_TOKEN is sent to that origin only.
 *
 * The documented addresses of the hub suffice for whole files. `@huggingface/hub` would bring chunked transfers, two
 * more packages, and a second downloader without our limits.
 *
 * @throws InputError when HF_ENDPOINT or HF_TOKEN is invalid.
 */
export function hubRemote(source: HubSource, environment: NodeJS.ProcessEnv, format: ModelFormat): Remote {
  const { owner, model, revision, folder } = source;
  const endpoint = parseEndpoint(environment['HF_ENDPOINT']?.trim());
  const token = parseToken(environment['HF_TOKEN']?.trim());
  const displayed = (at: string | null) => `hf://${owner}/${model}${at === null ? '' : `@${at}`}`;
  const address = (at: string, path: readonly string[]) =>
    new URL([owner, model, 'resolve', at, ...path].map(encodeURIComponent).join('/'), endpoint);
  const json = address(revision ?? 'main', [...folder, format.json]);
  const jsonFile = [displayed(revision), ...folder, format.json].join('/');
  const page = `${cleanAddress(endpoint)}${owner}/${model}`;
  return {
    name: `${owner}/${model}`,
    format,
    json,
    jsonFile,
    authorization: token === null ? null : { origin: endpoint.origin, value: `Bearer ${token}` },
    hub: endpoint.hostname,
    httpError: (status, url, code) =>
      status === 404
        ? notFound(jsonFile, cleanAddress(url), code, url.href === json.href)
        : accessError(jsonFile, status, code, page),
    resolve: (_, commit) => {
      const version = commit ?? revision ?? 'main';
      return {
        base: address(version, [...folder, '']),
        origin: [displayed(version), ...folder].join('/'),
      };
    },
  };
}

const SUPPORTED =
  'Supported are TF.js layers models (a model.json with modelTopology and weightsManifest, and its weight files) and MobileNetV1 as model.safetensors with its config.json. Name their folder with hf://owner/model/folder.';

/** @param code The hub's own code for the error. */
function notFound(jsonFile: string, file: string, code: string | null, isJson: boolean): InputError {
  const reason =
    code === 'RevisionNotFound'
      ? 'the revision does not exist'
      : code === 'EntryNotFound'
        ? `the model has no such file (${file})`
        : `the model, the revision or the file does not exist (${file})`;
  const ErrorClass = isJson && code !== 'RevisionNotFound' ? NoSuchFile : InputError;
  const message = `the server answered with status 404: ${reason}.`;
  return new ErrorClass([{ file: jsonFile, message, remedy: SUPPORTED }]);
}

function accessError(jsonFile: string, status: number, code: string | null, page: string): InputError {
  const answer = `the server answered with status ${status}`;
  if (code === 'GatedRepo') {
    return modelError(
      jsonFile,
      `${answer}: the model is gated.`,
      `Accept its terms on ${page} and set HF_TOKEN to a token of that account.`,
    );
  }
  if (status === 401 || status === 403) {
    return modelError(
      jsonFile,
      `${answer}: the model does not exist, or it is private or gated.`,
      `Check the name. For a private model set HF_TOKEN to a token with access; for a gated one also accept its terms on ${page}.`,
    );
  }
  return modelError(jsonFile, `${answer}.`, `Check that ${page} opens in a browser.`);
}

function parseEndpoint(text: string | undefined): URL {
  const written = text === undefined || text === '' ? 'https://huggingface.co' : text;
  const url = URL.canParse(written) ? new URL(written) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.username + url.password !== '') {
    throw modelError(
      '',
      'The environment variable HF_ENDPOINT is not an http or https address without credentials.',
      'Unset it to use https://huggingface.co.',
    );
  }
  return new URL(`${cleanAddress(url).replace(/\/+$/, '')}/`);
}

function parseToken(text: string | undefined): string | null {
  if (text === undefined || text === '') return null;
  if (!/^[\x21-\x7e]+$/.test(text)) {
    throw modelError(
      '',
      'The environment variable HF_TOKEN contains characters that tokens do not have.',
      'Set it again; tokens begin with hf_.',
    );
  }
  return text;
}
