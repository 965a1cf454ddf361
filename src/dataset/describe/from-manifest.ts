import { readFileSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { confined, folderBounds } from './confine.js';
import { boundsOfManifest, nameOfManifest, shownPath, type Description, type Source } from './description.js';
import type { Manifest } from './manifest-model.js';
import { InputError, type Problem } from '../../problem.js';
import { readLocatedManifest, type LocatedManifest } from './read-manifest.js';
import type { SplitWord } from './split-names.js';

/** The sources of a folder, and what was read from names. */
export type Read = Pick<Description, 'sources' | 'inferred'>;

const SPLITS = ['train', 'val', 'test'] as const;

/** What one manifest describes; `sourcesIn` finds the sources of a folder about which it says no more than `path`. */
export function fromManifest(
  file: string,
  { cwd, named, sourcesIn }: { cwd: string; named: string | null; sourcesIn: (root: string) => Read },
): Description {
  const shown = shownPath(cwd, file);
  const located = readLocatedManifest(bytesOf(file, shown), shown);
  const { manifest, placeOf } = located;
  const base = dirname(file);
  const bounds = boundsOfManifest(file, named);
  const at = (...path: string[]): Problem => ({ file: shown, ...placeOf(path), message: '' });
  const root = confined(manifest.path ?? '.', base, bounds, at('path'));
  refuseFile(root, at('path'), '"path"');
  const splits = placesOf(located, (path, key) => confined(path, root, folderBounds(root), at(...key)));
  const description = {
    name: nameOfManifest(file, manifest),
    shown,
    origin: shown,
    base,
    root,
    bounds,
    manifest,
    placeOf,
  };
  if (manifest.labels !== undefined) {
    const { file: table, ...columns } = manifest.labels;
    const full = confined(table, base, bounds, at('labels', 'file'));
    const source: Source = { kind: 'label table', file: full, columns, split: null, splits };
    return { ...description, kind: 'manifest', sources: [source], inferred: [] };
  }
  const { sources, inferred }: Read =
    splits.length > 0 ? { sources: splits.map(sourceAt), inferred: [] } : sourcesIn(root);
  return { ...description, kind: 'manifest', sources, inferred };
}

function bytesOf(file: string, shown: string): Uint8Array {
  try {
    const { size } = statSync(file);
    return size > 2 ** 21 ? new Uint8Array(2 ** 21) : readFileSync(file);
  } catch (error) {
    throw new InputError([{ file: shown, ...whyUnread(file, (error as NodeJS.ErrnoException).code) }]);
  }
}

function whyUnread(file: string, code = 'unknown reason'): Pick<Problem, 'message' | 'remedy'> {
  switch (code) {
    case 'EISDIR':
      return {
        message: 'is a folder, not a manifest.',
        remedy: `Name a file in it, such as ${basename(file)}/dataset.yaml.`,
      };
    case 'ENOENT':
      return { message: 'does not exist, or is a link to nothing.', remedy: 'Check the path.' };
    default:
      return { message: `cannot be read (${code}).`, remedy: 'Check its permissions.' };
  }
}

function placesOf(
  { manifest }: LocatedManifest,
  place: (path: string, key: string[]) => string,
): { place: string; split: SplitWord }[] {
  return SPLITS.flatMap((split) => {
    const value: Manifest['train'] = manifest[split];
    if (value === undefined) return [];
    return typeof value === 'string'
      ? [{ split, place: place(value, [split]) }]
      : value.map((path, index) => ({ split, place: place(path, [split, String(index)]) }));
  });
}

function sourceAt({ place, split }: { place: string; split: SplitWord }): Source {
  return statSync(place).isDirectory()
    ? { kind: 'class folders', folder: place, split, lists: [] }
    : { kind: 'image list', file: place, split };
}

function refuseFile(place: string, at: Problem, key: string): void {
  if (statSync(place).isDirectory()) return;
  throw new InputError([
    { ...at, message: `${key} is a file, not a folder.`, remedy: 'Name the folder of the images.' },
  ]);
}
