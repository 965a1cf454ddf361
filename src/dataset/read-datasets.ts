import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { inputError, quote, type Location } from '../problem.js';
import { distinctNames } from './dataset-names.js';
import type { Dataset } from './dataset.js';
import type { Description } from './describe/description.js';
import { findDatasets } from './describe/find-datasets.js';
import type { ImageOptions } from './describe/manifest.js';
import { displayPath, resolveInside } from './files/paths.js';
import { nameClasses, refuseRepeatedNames } from './list/class-names.js';
import { checkExpectations } from './list/expectations.js';
import { readGroups } from './list/group-table.js';
import { listImages } from './list/list-images.js';

export interface ReadOptions {
  /** Relative to `cwd`, or to the path. */
  manifest?: string;
  /** A table of groups, relative to `cwd`: image, group. */
  groups?: string;
  cwd: string;
}

const DEFAULT_SIZE = 64;

/**
 * Every dataset under the path, without pixels.
 * @throws InputError that says what is wrong, where, and how to fix it.
 */
export function readDatasets(path: string, options: ReadOptions): Promise<Dataset[]> {
  // Asynchronous for datasets that may come over the network.
  return Promise.resolve().then(() => {
    const descriptions = findDatasets(path, options);
    if (options.groups !== undefined && descriptions.length > 1) {
      const names = descriptions.map(({ name }) => name).slice(0, 8);
      throw inputError(
        { file: options.groups },
        `fits one dataset, but ${descriptions.length} were found: ${names.join(', ')}.`,
        'Name one of them, or give each a manifest with "groups".',
      );
    }
    const datasets = descriptions.map((description) => readDataset(description, options));
    const names = distinctNames(datasets.map(({ name }) => name));
    return datasets.map((dataset, index) => ({ ...dataset, name: names[index] }));
  });
}

type Listed = ReturnType<typeof listImages>;

function readDataset(description: Description, options: ReadOptions): Dataset {
  const { kind, name, file, origin, root, manifest, positionOf } = description;
  const at = (...key: string[]): Location => ({ file, ...positionOf(key) });
  const listed = listImages(description, options.cwd);
  const { images, absent, leftOut, skipped } = listed;
  refuseEmpty(listed, file);
  const groupOf = groupsOf(description, listed, options);
  const labels = new Set(images.map(({ label }) => label));
  refuseRepeatedNames(manifest.names, (index) => at('names', String(index)));
  const { classes, indexOf } = nameClasses(
    labels,
    manifest.names,
    manifest.names === undefined ? { file } : at('names'),
  );
  if (classes.length < 2) {
    throw inputError(
      { file },
      `has only one class, ${quote(classes[0], 60)}.`,
      'A classifier needs at least two: give each class a folder, or check the label column.',
    );
  }
  checkExpectations(description, images);
  return {
    name,
    root,
    folder: displayPath(options.cwd, root),
    origin: { kind, file: origin },
    classes,
    samples: images.map(({ path, label, group, split }) => ({
      path,
      label: indexOf.get(label)!,
      group: groupOf.get(path) ?? group,
      split,
    })),
    metric: manifest.metric ?? null,
    image: {
      size: manifest.image?.size ?? DEFAULT_SIZE,
      channels: manifest.image?.channels ?? 'colour',
      exif: manifest.image?.exif ?? true,
    },
    scaling: scalingOf(manifest.image ?? {}, (key) => at('image', key)),
    license: manifest.license ?? null,
    plan: manifest.plan ?? {},
    absent,
    leftOut,
    skipped,
    inferred: description.inferred,
  };
}

function refuseEmpty({ images, absent }: Listed, file: string): void {
  if (images.length > 0) return;
  throw inputError(
    { file },
    absent.length > 0 ? `lists ${absent.length} images, none of which exists.` : 'lists no images.',
    'Put images into one folder per class, or check "path".',
  );
}

/** The caller's table takes precedence over the manifest's. */
function groupsOf(
  { manifest, base, bounds, file: describedIn, positionOf }: Description,
  { images, absent, leftOut, index }: Listed,
  { groups, cwd }: ReadOptions,
): ReadonlyMap<string, string> {
  const known = new Set([...images, ...leftOut].map(({ path }) => path));
  const missing = new Set(absent.map(({ path }) => path));
  const read = (file: string, columns: { image?: string; group?: string }) =>
    readGroups(file, displayPath(cwd, file), columns, index, {
      has: (path) => known.has(path),
      isAbsent: (name) => missing.has(name),
    });
  if (groups !== undefined) {
    const file = resolve(cwd, groups);
    if (existsSync(file)) return read(file, {});
    throw inputError({ file: groups }, 'does not exist.', 'Check the path of the groups.');
  }
  if (manifest.groups === undefined) return new Map();
  const { file, ...columns } = manifest.groups;
  const at = { file: describedIn, ...positionOf(['groups', 'file']) };
  return read(resolveInside(file, base, bounds, at), columns);
}

/** @throws InputError if only one of the two is given, or a deviation is not above 0. */
function scalingOf(
  { mean, std }: Pick<ImageOptions, 'mean' | 'std'>,
  at: (key: 'mean' | 'std') => Location,
): Dataset['scaling'] {
  const remedy = 'Give both, three numbers each: (value / 255 - mean) / std.';
  if (mean === undefined && std === undefined) return null;
  if (mean === undefined) throw inputError(at('std'), 'image.mean is missing.', remedy);
  if (std === undefined) throw inputError(at('mean'), 'image.std is missing.', remedy);
  if (std.every((value) => value > 0)) return { mean, std };
  throw inputError(at('std'), 'image.std must be above 0.', remedy);
}
