import { readFileSync, statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { inputError, type InputError, type Location } from '../../problem.js';
import type { SplitName } from '../dataset.js';
import {
  displayPath,
  folderBounds,
  isInside,
  realPath,
  repositoryBounds,
  resolveInside,
  type Bounds,
} from '../files/paths.js';
import type { Description, InspectionContext, Source } from './description.js';
import type { Manifest } from './manifest.js';
import { readManifest } from './read-manifest.js';
import { SPLITS } from './split-names.js';

/** What a manifest describes. Without `labels` and splits, the caller has to look for sources in the root. */
export function describeManifest(
  path: string,
  { cwd, namedFolder }: Pick<InspectionContext, 'cwd' | 'namedFolder'>,
): Description {
  const file = displayPath(cwd, path);
  const { manifest, positionOf } = readManifest(bytesOf(path, file), file);
  const base = dirname(path);
  const bounds = boundsOf(path, namedFolder);
  const at = (...key: string[]): Location => ({ file, ...positionOf(key) });
  const root = resolveInside(manifest.path ?? '.', base, bounds, at('path'));
  if (!statSync(root).isDirectory()) {
    throw inputError(at('path'), '"path" is a file, not a folder.', 'Name the folder of the images.');
  }
  const splits = splitPlaces(manifest, (place, key) =>
    resolveInside(place, root, folderBounds(root), at(...key)),
  );
  return {
    kind: 'manifest',
    name: nameOf(path, manifest),
    file,
    origin: file,
    base,
    root,
    bounds,
    sources: sources(),
    inferred: [],
    manifest,
    positionOf,
  };

  function sources(): Source[] {
    if (manifest.labels === undefined) return splits.map(splitSource);
    const { file: table, ...columns } = manifest.labels;
    const full = resolveInside(table, base, bounds, at('labels', 'file'));
    return [{ kind: 'label table', file: full, columns, split: null, splits }];
  }
}

const MAX_BYTES = 2 ** 21;

function bytesOf(path: string, file: string): Uint8Array {
  try {
    // The reader refuses a larger file, whatever is in it.
    return statSync(path).size > MAX_BYTES ? new Uint8Array(MAX_BYTES) : readFileSync(path);
  } catch (error) {
    throw unreadable(file, (error as NodeJS.ErrnoException).code);
  }
}

function unreadable(file: string, code = 'unknown reason'): InputError {
  switch (code) {
    case 'EISDIR':
      return inputError(
        { file },
        'is a folder, not a manifest.',
        `Name a file in it, such as ${basename(file)}/dataset.yaml.`,
      );
    case 'ENOENT':
      return inputError({ file }, 'does not exist, or is a broken link.', 'Check the path.');
    default:
      return inputError({ file }, `cannot be read (${code}).`, 'Check its permissions.');
  }
}

/** What a manifest may name: its repository, else the folder that the user named if the manifest is in it. */
function boundsOf(manifest: string, namedFolder: string): Bounds {
  const bounds = repositoryBounds(dirname(manifest));
  if (bounds.name === 'the repository') return bounds;
  const real = realPath(namedFolder);
  return real !== null && isInside(bounds.root, real) ? { ...bounds, root: real } : bounds;
}

/** The name in `<name>.headstart.yaml`; for `dataset.yaml` that of its folder. */
function nameOf(file: string, { name }: Pick<Manifest, 'name'>): string {
  const stem = /^(.+)\.headstart\.ya?ml$/i.exec(basename(file))?.[1];
  return name ?? stem ?? (basename(resolve(dirname(file))) || 'dataset');
}

interface SplitPlace {
  place: string;
  split: SplitName;
}

function splitPlaces(
  manifest: Manifest,
  resolvePlace: (path: string, key: string[]) => string,
): SplitPlace[] {
  return SPLITS.flatMap((split) => {
    const value: Manifest['train'] = manifest[split];
    if (value === undefined) return [];
    return typeof value === 'string'
      ? [{ split, place: resolvePlace(value, [split]) }]
      : value.map((path, index) => ({ split, place: resolvePlace(path, [split, String(index)]) }));
  });
}

function splitSource({ place, split }: SplitPlace): Source {
  return statSync(place).isDirectory()
    ? { kind: 'class folders', folder: place, split, lists: [] }
    : { kind: 'image list', file: place, split };
}
