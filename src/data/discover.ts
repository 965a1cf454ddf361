import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { InputError } from '../manifest/problem.js';
import { peekYaml, readManifest } from '../manifest/read.js';
import type { Description } from './description.js';
import { isImageName, listFolder } from './folder.js';
import { foreignFormat, notClassification } from './foreign.js';
import { splitOf } from './split-names.js';

const TABLE = /^(labels|metadata|annotations|train|val|test)\.(csv|tsv|jsonl)$/i;
const MANIFEST = /\.headstart\.ya?ml$/i;
const MOST_DATASETS = 50;

/**
 * The datasets under a path: its manifest, its label table, its class folders, or else those of its folders.
 * @throws InputError that lists what was found when that is nothing, or more than one thing.
 */
export function discover(path: string, manifest: string | undefined, cwd: string): Description[] {
  const full = resolve(cwd, path);
  const shown = (file: string) => relative(cwd, file) || '.';
  if (!existsSync(full))
    throw new InputError([{ file: path, message: 'does not exist.', remedy: 'Check the path.' }]);
  if (manifest !== undefined) return [fromManifest(resolve(cwd, manifest), shown)];
  if (statSync(full).isFile()) return [fromManifest(full, shown)];
  const found = describe(full, shown);
  if (found !== null) return [found];
  const inside = listFolder(full).folders.flatMap((name) => describe(join(full, name), shown) ?? []);
  if (inside.length > MOST_DATASETS) {
    throw new InputError([
      { file: path, message: `holds ${inside.length} datasets.`, remedy: 'Name one of them.' },
    ]);
  }
  if (inside.length > 0) return inside;
  throw new InputError([notClassification(full, path) ?? nothingFound(full, path)]);
}

function nothingFound(full: string, path: string) {
  const { folders, files } = listFolder(full);
  const listed = [...folders.map((name) => `${name}/`), ...files].slice(0, 8).join(', ');
  return {
    file: path,
    message:
      files.length + folders.length === 0
        ? 'is empty.'
        : `holds no dataset that is recognised; found ${listed}.`,
    remedy:
      'Put images into one folder a class, add a labels.csv, or write a dataset.yaml with "schema: headstart/v1".',
  };
}

/** What one folder holds; null: nothing of its own. */
function describe(folder: string, shown: (file: string) => string): Description | null {
  const { folders, files } = listFolder(folder);
  const manifests = files.filter((name) => MANIFEST.test(name));
  const marked = files.filter((name) => /^dataset\.ya?ml$/i.test(name) && isMarked(join(folder, name)));
  const own = manifests.length > 0 ? manifests : marked;
  if (own.length > 1) throw ambiguous(shown(folder), own);
  if (own.length === 1) return fromManifest(join(folder, own[0]), shown);
  const foreign = foreignFormat(folder, files);
  if (foreign !== null) throw new InputError([{ ...foreign, file: shown(join(folder, foreign.file)) }]);
  const tables = files.filter((name) => TABLE.test(name));
  if (tables.length > 0) return fromTables(folder, tables, shown);
  const splitTables = folders.flatMap((name) => {
    const table =
      splitOf(name) === null
        ? undefined
        : listFolder(join(folder, name)).files.find((file) => TABLE.test(file));
    return table === undefined ? [] : [{ file: join(folder, name, table), split: name }];
  });
  if (splitTables.length > 0) return { kind: 'table', tables: splitTables, root: folder };
  return hasClassFolders(folder, folders) ? { kind: 'folders', root: folder } : null;
}

function fromTables(folder: string, names: string[], shown: (file: string) => string): Description {
  const split = names.filter((name) => splitOf(name.replace(/\.\w+$/, '')) !== null);
  const tables = split.length === names.length ? split : names.filter((name) => !split.includes(name));
  if (tables.length > 1 && split.length !== names.length) throw ambiguous(shown(folder), tables);
  return {
    kind: 'table',
    root: folder,
    tables: tables.map((name) => ({
      file: join(folder, name),
      split: split.length === names.length ? name.replace(/\.\w+$/, '') : null,
    })),
  };
}

/** Folders that hold images themselves, or split folders that hold such. */
function hasClassFolders(folder: string, folders: string[]): boolean {
  const splits = folders.filter((name) => splitOf(name) !== null);
  const places =
    splits.length > 0 && splits.some((name) => classFoldersIn(join(folder, name)) > 0) ? splits : null;
  return places !== null || classFoldersIn(folder) > 0;
}

function classFoldersIn(folder: string): number {
  const { folders } = listFolder(folder);
  return folders.filter((name) => listFolder(join(folder, name)).files.some(isImageName)).length;
}

function fromManifest(file: string, shown: (file: string) => string): Description {
  if (!existsSync(file))
    throw new InputError([{ file: shown(file), message: 'does not exist.', remedy: 'Check the path.' }]);
  return {
    kind: 'manifest',
    file,
    base: dirname(file),
    manifest: readManifest(readFileSync(file), shown(file)),
  };
}

function isMarked(file: string): boolean {
  const value = peekYaml(readFileSync(file));
  const schema =
    typeof value === 'object' && value !== null ? (value as Record<string, unknown>)['schema'] : undefined;
  return typeof schema === 'string' && schema.startsWith('headstart/');
}

function ambiguous(folder: string, names: string[]): InputError {
  return new InputError([
    {
      file: folder,
      message: `holds several descriptions: ${names.join(', ')}.`,
      remedy: 'Choose one with --manifest, or write a dataset.yaml that names the table.',
    },
  ]);
}

export function nameOf(description: Description): string {
  if (description.kind !== 'manifest') return basename(description.root);
  const { manifest, file, base } = description;
  const stem = basename(file).replace(MANIFEST, '');
  return manifest.name ?? (MANIFEST.test(file) && stem !== '' ? stem : basename(base));
}
