import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { EMBEDDED_NAMES, type EmbeddedName } from '../embedded.js';
import { InputError, nearestWord, type Problem } from '../../problem.js';
import { cleanAddress } from './address.js';
import { CATALOGUE, type CatalogueModel } from './catalogue.js';
import { hubSource, type HubSource } from './hub-source.js';

/** Where a backbone comes from, as the user wrote it. */
export type BackboneSource =
  | { kind: 'embedded'; name: EmbeddedName }
  /** The best of those at hand. */
  | { kind: 'auto' }
  | { kind: 'catalogue'; model: CatalogueModel }
  /** A folder with a model, or its `.json` or `.safetensors` file; relative to the working directory, or absolute. */
  | { kind: 'path'; path: string }
  /** `http:` or `https:`, of a model.json; without user, password and fragment. */
  | { kind: 'url'; url: string }
  | HubSource;

/** Where the word stands, for messages. */
export type Place = Omit<Problem, 'message' | 'remedy'>;

const NAMES = [...EMBEDDED_NAMES, 'auto', ...CATALOGUE.map(({ name }) => name)];
const MAY_BE = `Write ${NAMES.join(', ')}, a folder with a model.json or a model.safetensors (./models/mine), the address of a model.json (https://…/model.json), or hf://owner/model[@revision][/folder].`;

/**
 * Reads what the user wrote for `backbone`. A bare word is a path only when there is such a folder in `cwd`, and never
 * when it is a known name: a folder from a pull request takes no name's place.
 * @throws InputError that lists what may be written, with the nearest name; it shows no query and no password.
 */
export function parseSource(text: string, cwd: string, place: Place = { file: '' }): BackboneSource {
  const word = text.trim();
  const refused = (message: string, remedy = MAY_BE) => new InputError([{ ...place, message, remedy }]);
  if (word === '') throw refused('No backbone is named.');
  if (word.length > 2000 || /\p{Cc}/u.test(word)) {
    throw refused('The backbone is longer than 2000 characters or holds control characters.');
  }
  if (word === 'auto') return { kind: 'auto' };
  const embedded = EMBEDDED_NAMES.find((name) => name === word);
  if (embedded !== undefined) return { kind: 'embedded', name: embedded };
  const model = CATALOGUE.find(({ name }) => name === word);
  if (model !== undefined) return { kind: 'catalogue', model };
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(word)?.at(1)?.toLowerCase();
  if (scheme === 'hf') return hubSource(word, refused);
  if (scheme === 'http' || scheme === 'https') return { kind: 'url', url: modelAddress(word, refused) };
  if (scheme !== undefined) throw refused(`"${shown(word)}" is no address that is read.`);
  if (/[/\\]|^\.|\.(?:json|safetensors)$/i.test(word) || isFolder(resolve(cwd, word)))
    return { kind: 'path', path: word };
  const meant = nearestWord(word, likely(word));
  throw refused(
    `There is no backbone "${shown(word)}".${meant === null ? '' : ` Did you mean "${meant}"?`}`,
    MAY_BE,
  );
}

/** The names, those with the longest beginning in common first: `0.5` is as near to `0.25` as to `0.50`. */
function likely(word: string): string[] {
  const common = (name: string) => {
    const differs = Array.from(name).findIndex((letter, index) => letter !== word.at(index));
    return differs === -1 ? name.length : differs;
  };
  return [...NAMES].sort((a, b) => common(b) - common(a));
}

function modelAddress(word: string, refused: (message: string, remedy?: string) => InputError): string {
  if (!URL.canParse(word)) throw refused('The address of the backbone cannot be read.');
  const url = new URL(word);
  if (url.username !== '' || url.password !== '') {
    throw refused(
      `The address of the backbone at ${url.host} holds a user or a password, and neither is sent.`,
      'Leave them out: only files that anyone may read are downloaded, and those of Hugging Face with HF_TOKEN.',
    );
  }
  if (!url.pathname.toLowerCase().endsWith('.json')) {
    throw refused(
      `${cleanAddress(url)} is not the address of a model.json.`,
      'Write the whole address of the model.json; its weight files are found from there.',
    );
  }
  url.hash = '';
  return url.href;
}

function shown(word: string): string {
  return cleanAddress(word).slice(0, 120);
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
