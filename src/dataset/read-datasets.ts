import { resolve } from 'node:path';
import { confined } from './describe/confine.js';
import { shownPath, type Description } from './describe/description.js';
import { findDatasets } from './describe/discover.js';
import { InputError } from '../problem.js';
import { nameClasses, refuseRepeatedNames } from './list/class-names.js';
import { distinctNames } from './dataset-names.js';
import type { Dataset } from './dataset.js';
import { readGroups } from './list/group-table.js';
import { listImages, type Listing } from './list/listing.js';
import { pixelScaling } from './images/pixel-scaling.js';
import { checkPromises } from './list/expectations.js';
import { existsSync } from 'node:fs';

export interface CatalogOptions {
  /** Relative to `cwd`, or to the path. */
  manifest?: string;
  /** A table of groups, relative to `cwd`: image, group. */
  groups?: string;
  cwd: string;
}

const DEFAULT_SIZE = 64;

/**
 * Every dataset under the path: what is listed, not yet any pixels.
 * @throws InputError that names what is wrong, where, and what to do.
 */
// Reading is synchronous inside; the promise leaves room for catalogs that come over the network.
export function readDatasets(path: string, options: CatalogOptions): Promise<Dataset[]> {
  return Promise.resolve().then(() => {
    const descriptions = findDatasets(path, options);
    refuseGroupsOfSeveral(descriptions, options.groups);
    const datasets = descriptions.map((description) => readDataset(description, options));
    const names = distinctNames(datasets.map(({ name }) => name));
    return datasets.map((dataset, index) => ({ ...dataset, name: names[index] }));
  });
}

function refuseGroupsOfSeveral(descriptions: readonly Description[], groups: string | undefined): void {
  if (groups === undefined || descriptions.length === 1) return;
  throw new InputError([
    {
      file: groups,
      message: `fits one dataset, but ${descriptions.length} were found: ${descriptions
        .map(({ name }) => name)
        .slice(0, 8)
        .join(', ')}.`,
      remedy: 'Name one of them, or give each a manifest with "groups".',
    },
  ]);
}

function readDataset(description: Description, options: CatalogOptions): Dataset {
  const { kind, name, shown, origin, root, manifest, placeOf } = description;
  const listing = listImages(description, options.cwd);
  const { listed, absent, leftOut, skipped } = listing;
  refuseNothing(listing, shown);
  const groupOf = groupsOf(description, listing, options);
  const labels = new Set(listed.map(({ label }) => label));
  const at = { file: shown, ...(manifest.names === undefined ? {} : placeOf(['names'])), message: '' };
  refuseRepeatedNames(manifest.names, (index) => ({ ...at, ...placeOf(['names', String(index)]) }));
  const { classes, indexOf } = nameClasses(labels, manifest.names, at);
  refuseOneClass(classes, shown);
  checkPromises(description, listed);
  return {
    name,
    root,
    folder: shownPath(options.cwd, root),
    origin: { kind, file: origin },
    classes,
    samples: listed.map(({ path, label, group, split }) => ({
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
    scaling: pixelScaling(manifest.image ?? {}, (key) => ({ file: shown, ...placeOf(['image', key]) })),
    license: manifest.license ?? null,
    plan: manifest.plan ?? {},
    absent,
    leftOut,
    skipped,
    inferred: description.inferred,
  };
}

/** What the caller gives comes before what the manifest names. */
function groupsOf(
  { manifest, base, bounds, shown, placeOf }: Description,
  { listed, absent, leftOut, index }: Listing,
  { groups, cwd }: CatalogOptions,
): ReadonlyMap<string, string> {
  const paths = new Set([...listed, ...leftOut].map(({ path }) => path));
  const gone = new Set(absent.map(({ path }) => path));
  const read = (file: string, columns: { image?: string; group?: string }) =>
    readGroups(file, shownPath(cwd, file), columns, index, {
      has: (path) => paths.has(path),
      isGone: (name) => gone.has(name),
    });
  if (groups !== undefined) {
    const file = resolve(cwd, groups);
    if (existsSync(file)) return read(file, {});
    throw new InputError([
      { file: groups, message: 'does not exist.', remedy: 'Check the path of the groups.' },
    ]);
  }
  if (manifest.groups === undefined) return new Map();
  const { file, ...columns } = manifest.groups;
  return read(
    confined(file, base, bounds, { file: shown, ...placeOf(['groups', 'file']), message: '' }),
    columns,
  );
}

function refuseNothing({ listed, absent }: Listing, file: string): void {
  if (listed.length > 0) return;
  throw new InputError([
    {
      file,
      message:
        absent.length > 0 ? `lists ${absent.length} images, none of which is there.` : 'lists no images.',
      remedy: 'Put images into one folder a class, or check "path".',
    },
  ]);
}

function refuseOneClass(classes: readonly string[], file: string): void {
  if (classes.length > 1) return;
  throw new InputError([
    {
      file,
      message: `has one class only, "${classes[0].slice(0, 60)}".`,
      remedy: 'There is nothing to tell apart: give each class a folder, or check the label column.',
    },
  ]);
}
