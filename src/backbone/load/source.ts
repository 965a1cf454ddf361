import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { inputError, type InputError, type Location, nearestWord } from '../../problem.js';
import { EMBEDDED_NAMES, type EmbeddedName } from '../embedded.js';
import { cleanAddress } from '../errors.js';

/** A published TF.js layers model, known by name. */
export interface CatalogModel {
  name: string;
  /** Of its model.json; the weight files are in the same folder. */
  url: string;
  /** License of the weights. */
  licence: string;
  /** Description of the data that it was pretrained on. */
  data: string;
  /** Of all weight files. */
  bytes: number;
  /** Of the weight files concatenated in manifest order; null: unknown. */
  sha256: string | null;
}

function mobileNet(width: string, bytes: number, sha256: string | null): CatalogModel {
  const name = `mobilenet_v1_${width}_224`;
  return {
    name,
    url: `https://storage.googleapis.com/tfjs-models/tfjs/${name}/model.json`,
    licence: 'Apache-2.0',
    data: 'ImageNet (ILSVRC-2012), 1.28 million images of 1000 classes',
    bytes,
    sha256,
  };
}

/**
 * Google's MobileNetV1 in four widths. The hashes come from copies in public repositories, that of 0.25 from two that
 * agree. The sizes of 0.50 and 1.0 follow from the architecture.
 */
export const CATALOG: readonly CatalogModel[] = [
  mobileNet('0.25', 1_902_176, 'eb49857447f6089e7e392f7991f3f4fdce1936efaf83d535f5eb8aaba9538e0b'),
  mobileNet('0.50', 5_370_144, null),
  mobileNet('0.75', 10_407_904, '0c27b9b79c52b63b42e78628f640cd7259e2bfab5d82151a2d30e902d8f376b2'),
  mobileNet('1.0', 17_015_456, null),
];

/** A model on Hugging Face. */
export interface HubSource {
  kind: 'huggingface';
  owner: string;
  model: string;
  /** Branch, tag or commit; null: the default branch. */
  revision: string | null;
  /** Folders in the repository that lead to the model. */
  folder: string[];
  /** The `.json` or `.safetensors` file; null: a model.json, else a model.safetensors. */
  file: string | null;
}

/** What the user named as the backbone. */
export type BackboneSource =
  | { kind: 'embedded'; name: EmbeddedName }
  /** The best one of those available. */
  | { kind: 'auto' }
  | { kind: 'catalog'; model: CatalogModel }
  /** A folder with a model, or its `.json` or `.safetensors` file; relative to the working directory, or absolute. */
  | { kind: 'path'; path: string }
  /** `http:` or `https:` address of a model.json, without user, password and fragment. */
  | { kind: 'url'; url: string }
  | HubSource;

const NAMES = [...EMBEDDED_NAMES, 'auto', ...CATALOG.map(({ name }) => name)];
const ALTERNATIVES = `Use ${NAMES.join(', ')}, a folder with a model.json or a model.safetensors (./models/mine), the address of a model.json (https://…/model.json), or hf://owner/model[@revision][/folder].`;
const HUB_SYNTAX =
  'Use hf://owner/model, with @revision for a branch, tag or commit, and /folder if the model is in a subfolder.';

/**
 * Parses the user's value for `backbone`. A bare word is a path only if `cwd` has a folder of that name, and never if
 * it is a known name: a folder from a pull request must not replace a known model.
 * @param position Of the value in its file, for errors.
 * @throws InputError that lists the alternatives and the nearest name, and shows no query or password.
 */
export function parseSource(text: string, cwd: string, position: Location = { file: '' }): BackboneSource {
  const word = text.trim();
  const invalid = (message: string, remedy = ALTERNATIVES) => inputError(position, message, remedy);
  if (word === '') throw invalid('The backbone is empty.');
  if (word.length > 2000 || /\p{Cc}/u.test(word)) {
    throw invalid('The backbone is longer than 2000 characters or contains control characters.');
  }
  if (word === 'auto') return { kind: 'auto' };
  const embedded = EMBEDDED_NAMES.find((name) => name === word);
  if (embedded !== undefined) return { kind: 'embedded', name: embedded };
  const model = CATALOG.find(({ name }) => name === word);
  if (model !== undefined) return { kind: 'catalog', model };
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(word)?.at(1)?.toLowerCase();
  if (scheme === 'hf') return parseHubSource(word, invalid);
  if (scheme === 'http' || scheme === 'https') return { kind: 'url', url: parseAddress(word, invalid) };
  if (scheme !== undefined) throw invalid(`Unsupported backbone address "${printable(word)}".`);
  if (/[/\\]|^\.|\.(?:json|safetensors)$/i.test(word) || isFolder(resolve(cwd, word)))
    return { kind: 'path', path: word };
  const meant = nearestWord(word, namesByCommonPrefix(word));
  const hint = meant === null ? '' : ` Did you mean "${meant}"?`;
  throw invalid(`Unknown backbone "${printable(word)}".${hint}`);
}

/** The names with the longest common prefix first: the edit distance of `0.5` to `0.25` and to `0.50` is the same. */
function namesByCommonPrefix(word: string): string[] {
  const commonLength = (name: string) => {
    const differs = Array.from(name).findIndex((letter, index) => letter !== word.at(index));
    return differs === -1 ? name.length : differs;
  };
  return [...NAMES].sort((a, b) => commonLength(b) - commonLength(a));
}

function parseAddress(word: string, invalid: (message: string, remedy?: string) => InputError): string {
  if (!URL.canParse(word)) throw invalid('The backbone address is not a valid URL.');
  const url = new URL(word);
  if (url.username !== '' || url.password !== '') {
    throw invalid(
      `The backbone address at ${url.host} contains a user or a password, which Headstart does not send.`,
      'Remove them: only public files are downloaded, and models of Hugging Face with HF_TOKEN.',
    );
  }
  if (!url.pathname.toLowerCase().endsWith('.json')) {
    throw invalid(
      `${cleanAddress(url)} is not the address of a model.json.`,
      'Use the full address of the model.json; its weight files are found from there.',
    );
  }
  url.hash = '';
  return url.href;
}

const HUB_ADDRESS = /^hf:\/\/([^/@]+)\/([^/@]+)(?:@(refs\/(?:pr|convert)\/[^/]+|[^/]+))?(?:\/(.*))?$/i;
const HUB_NAME = /^[a-z0-9_][a-z0-9._-]{0,95}$/i;
const HUB_SEGMENT = /^[^\\?#%:\p{C}]{1,200}$/u;

/** Parses `hf://owner/model[@revision][/folder][/file]`. */
function parseHubSource(word: string, invalid: (message: string, remedy: string) => InputError): HubSource {
  const parts: readonly (string | undefined)[] = HUB_ADDRESS.exec(word) ?? [];
  const [, owner = '', model = '', revision, rest = ''] = parts;
  const names = [owner, model, ...(revision?.split('/') ?? [])];
  const path = rest.split('/').filter((segment) => segment !== '');
  if (
    !names.every((name) => HUB_NAME.test(name) && !name.includes('..')) ||
    !path.every((segment) => HUB_SEGMENT.test(segment) && segment !== '.' && segment !== '..')
  ) {
    throw invalid('The backbone is not a valid Hugging Face model.', HUB_SYNTAX);
  }
  if (/^(datasets|spaces|models)$/i.test(owner)) {
    throw invalid(`hf://${owner}/… is not supported: only models are.`, HUB_SYNTAX);
  }
  const hasFile = /\.(?:json|safetensors)$/i.test(path.at(-1) ?? '');
  return {
    kind: 'huggingface',
    owner,
    model,
    revision: revision ?? null,
    folder: hasFile ? path.slice(0, -1) : path,
    file: hasFile ? path.at(-1)! : null,
  };
}

function printable(word: string): string {
  return cleanAddress(word).slice(0, 120);
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
