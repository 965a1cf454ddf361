import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import type { Manifest } from '../manifest/model.js';
import { InputError, type Problem } from '../manifest/problem.js';
import type { Dataset, SplitName } from './dataset.js';
import type { Description } from './description.js';
import { discover, nameOf } from './discover.js';
import { byCodeUnits, checkInside, imagesBelow, listFolder } from './folder.js';
import { readLabels, type Labelled, type TableLabels } from './labels.js';
import { splitOf } from './split-names.js';
import { cellText, columnOf, IMAGE_COLUMNS, readTable } from './table.js';

export interface CatalogOptions {
  manifest?: string;
  /** A table of groups: image, group. */
  groups?: string;
  cwd: string;
}

const DEFAULT_SIZE = 64;
const MOST_CLASSES = 10_000;

/**
 * Every dataset under the path: what is listed, not yet any pixels.
 * @throws InputError that names what is wrong, where, and what to do.
 */
// Reading is synchronous inside; the promise leaves room for streaming catalogs.
export function readDatasets(path: string, options: CatalogOptions): Promise<Dataset[]> {
  return Promise.resolve().then(() => {
    const datasets = discover(path, options.manifest, options.cwd).map((description) =>
      readDataset(description, options),
    );
    return withDistinctNames(datasets);
  });
}

function readDataset(description: Description, { groups, cwd }: CatalogOptions): Dataset {
  const manifest: Partial<Manifest> = description.kind === 'manifest' ? description.manifest : {};
  const shown = (file: string) => relative(cwd, file) || '.';
  const base = description.kind === 'manifest' ? description.base : description.root;
  if (manifest.path !== undefined) checkInside(base, manifest.path);
  const root = resolve(base, manifest.path ?? '.');
  const { labelled, absent } = list(description, manifest, root, shown);
  const groupOf =
    groups !== undefined
      ? readGroups(resolve(cwd, groups), groups, {}, labelled)
      : manifest.groups !== undefined
        ? readGroups(
            join(base, manifest.groups.file),
            shown(join(base, manifest.groups.file)),
            manifest.groups,
            labelled,
          )
        : new Map<string, string>();
  const { classes, labels } = nameClasses(
    labelled,
    manifest.names,
    shown(description.kind === 'manifest' ? description.file : root),
  );
  const dataset: Dataset = {
    name: nameOf(description),
    root,
    origin: originOf(description, shown),
    classes,
    samples: labelled.map(({ path, group, split }, index) => ({
      path,
      label: labels[index],
      group: groupOf.get(path) ?? group,
      split,
    })),
    metric: manifest.metric ?? null,
    image: {
      size: manifest.image?.size ?? DEFAULT_SIZE,
      channels: manifest.image?.channels ?? 'colour',
      exif: manifest.image?.exif ?? true,
    },
    license: manifest.license ?? null,
    plan: manifest.plan ?? {},
    absent,
  };
  refuseTooLittle(dataset, shown(description.kind === 'manifest' ? description.file : root));
  if (description.kind === 'manifest')
    checkPromises(description.manifest, dataset, base, shown(description.file));
  return dataset;
}

function originOf(description: Description, shown: (file: string) => string): Dataset['origin'] {
  switch (description.kind) {
    case 'manifest':
      return { kind: 'manifest', file: shown(description.file) };
    case 'table':
      return { kind: 'label table', file: description.tables.map(({ file }) => shown(file)).join(', ') };
    case 'folders':
      return { kind: 'class folders', file: null };
  }
}

function list(
  description: Description,
  manifest: Partial<Manifest>,
  root: string,
  shown: (file: string) => string,
): TableLabels {
  if (description.kind === 'table') {
    const parts = description.tables.map(({ file, split }) =>
      readLabels(file, shown(file), root, {}, split === null ? null : splitOf(split)),
    );
    return { labelled: parts.flatMap((part) => part.labelled), absent: parts.flatMap((part) => part.absent) };
  }
  if (manifest.labels !== undefined && description.kind === 'manifest') {
    checkInside(description.base, manifest.labels.file);
    const file = join(description.base, manifest.labels.file);
    return readLabels(file, shown(file), root, manifest.labels, null);
  }
  return { labelled: classFolders(root, manifest, shown), absent: [] };
}

/** `root/<class>/…`, `root/<split>/<class>/…`, or the folders that the manifest names for its splits. */
function classFolders(
  root: string,
  manifest: Partial<Manifest>,
  shown: (file: string) => string,
): Labelled[] {
  const named = (['train', 'val', 'test'] as const).flatMap((split) =>
    [manifest[split] ?? []].flat().map((folder) => ({ folder: folder.replace(/\/+$/, ''), split })),
  );
  if (named.length > 0) return named.flatMap(({ folder, split }) => namedPlace(root, folder, split, shown));
  const { folders } = listFolder(root);
  const splits = folders.filter(
    (name) => splitOf(name) !== null && listFolder(join(root, name)).folders.length > 0,
  );
  return splits.length > 0
    ? splits.flatMap((name) => classesIn(root, name, splitOf(name)))
    : classesIn(root, '', null);
}

/** A folder of class folders, or a `.txt` list of images whose folder is their class. */
function namedPlace(
  root: string,
  place: string,
  split: SplitName,
  shown: (file: string) => string,
): Labelled[] {
  checkInside(root, place);
  if (!/\.txt$/i.test(place)) return classesIn(root, place, split);
  const lines = readFileSync(join(root, place), 'utf8').split(/\r?\n/);
  return lines.flatMap((text, index) => {
    const path = text.trim().replace(/^\.\//, '');
    if (path === '') return [];
    if (!existsSync(join(root, path))) {
      throw new InputError([
        { file: shown(join(root, place)), line: index + 1, message: `${path.slice(0, 120)} is not there.` },
      ]);
    }
    checkInside(root, path);
    return [{ path, label: path.split('/').at(-2) ?? '', group: null, split }];
  });
}

function classesIn(root: string, folder: string, split: SplitName | null): Labelled[] {
  return listFolder(join(root, folder)).folders.flatMap((name) => {
    const place = folder === '' ? name : `${folder}/${name}`;
    return imagesBelow(root, place).map((path) => ({
      path,
      label: name.normalize('NFC'),
      group: null,
      split,
    }));
  });
}

/** Class names in code-unit order of the labels; a list in the manifest names integer labels or fixes the order. */
function nameClasses(
  labelled: Labelled[],
  names: Manifest['names'],
  file: string,
): { classes: string[]; labels: number[] } {
  const found = [...new Set(labelled.map(({ label }) => label))].sort(byCodeUnits);
  if (found.length > MOST_CLASSES) {
    throw new InputError([
      {
        file,
        message: `has ${found.length} different labels.`,
        remedy: 'Are these classes? Only single-label classification is probed; see "headstart analyze".',
      },
    ]);
  }
  const order = names === undefined ? found : orderOf(names, found, file);
  const rename = (label: string) =>
    Array.isArray(names)
      ? /^\d+$/.test(label)
        ? (names[Number(label)] ?? label)
        : label
      : (names?.[label] ?? label);
  const positions = new Map(order.map((label, index) => [label, index]));
  return { classes: order.map(rename), labels: labelled.map(({ label }) => positions.get(label)!) };
}

function orderOf(names: NonNullable<Manifest['names']>, found: string[], file: string): string[] {
  const listed = Array.isArray(names) ? names : Object.keys(names);
  const byNumber = Array.isArray(names) && found.every((label) => /^\d+$/.test(label));
  const known = byNumber ? listed.map((_, index) => String(index)) : listed;
  const unknown = found.filter((label) => !known.includes(label));
  if (unknown.length > 0) {
    throw new InputError([
      {
        file,
        message: `"names" lacks ${unknown
          .slice(0, 5)
          .map((label) => `"${label.slice(0, 60)}"`)
          .join(', ')}${unknown.length > 5 ? ` and ${unknown.length - 5} more` : ''}.`,
        remedy: 'List every class, or leave "names" out.',
      },
    ]);
  }
  return known.filter((label) => found.includes(label));
}

/** Group of each path that the table knows. */
function readGroups(
  path: string,
  shown: string,
  columns: { image?: string; group?: string },
  labelled: Labelled[],
): Map<string, string> {
  if (!existsSync(path))
    throw new InputError([
      { file: shown, message: 'does not exist.', remedy: 'Check the path of the groups.' },
    ]);
  const table = readTable(path, shown);
  const image = columnOf(table, columns.image, IMAGE_COLUMNS);
  const group = columnOf(table, columns.group, ['group']);
  if (image === null || group === null) {
    throw new InputError([
      {
        file: shown,
        line: 1,
        message: `has no column ${image === null ? 'image' : 'group'}; it has ${table.columns.slice(0, 12).join(', ')}.`,
      },
    ]);
  }
  const groups = new Map(
    table.rows.map(({ values }) => [cellText(values[image]).normalize('NFC'), cellText(values[group])]),
  );
  const found = new Map(
    labelled.flatMap(({ path: own }) => {
      const name = groups.get(own.normalize('NFC'));
      return name === undefined ? [] : [[own, name] as const];
    }),
  );
  if (found.size < labelled.length / 2) {
    throw new InputError([
      {
        file: shown,
        line: table.rows[0].line,
        message: `knows ${found.size} of the ${labelled.length} images; its first is "${cellText(table.rows[0].values[image]).slice(0, 100)}", the dataset’s first "${labelled[0]?.path ?? ''}".`,
        remedy: 'Write paths relative to the dataset’s root.',
      },
    ]);
  }
  return found;
}

function refuseTooLittle({ samples, classes }: Dataset, file: string): void {
  if (samples.length === 0) {
    throw new InputError([
      { file, message: 'lists no images.', remedy: 'Put images into one folder a class, or check "path".' },
    ]);
  }
  if (classes.length < 2) {
    throw new InputError([
      {
        file,
        message: `has one class only, "${classes[0].slice(0, 60)}".`,
        remedy: 'There is nothing to tell apart: give each class a folder, or check the label column.',
      },
    ]);
  }
}

/** Counts and contents that the manifest promises. */
function checkPromises(manifest: Manifest, dataset: Dataset, base: string, file: string): void {
  const problems: Problem[] = [];
  for (const split of ['train', 'val', 'test'] as const) {
    const expected = manifest.expect?.[split];
    const found = dataset.samples.filter((sample) => sample.split === split).length;
    if (expected !== undefined && expected !== found) {
      problems.push({
        file,
        message: `"expect.${split}" is ${expected}, but ${found} images are there.`,
        remedy: 'Fetch what is missing, or correct the number.',
      });
    }
  }
  for (const { path, sha256, bytes } of manifest.files ?? []) {
    checkInside(base, path);
    const full = join(base, path);
    if (bytes !== undefined && statSync(full).size !== bytes) {
      problems.push({
        file: path,
        message: `has ${statSync(full).size} bytes, not the ${bytes} that ${file} says.`,
      });
    } else if (
      sha256 !== undefined &&
      createHash('sha256').update(readFileSync(full)).digest('hex') !== sha256.toLowerCase()
    ) {
      problems.push({
        file: path,
        message: `is not the file that ${file} names by SHA-256.`,
        remedy: 'Fetch it again, or correct the hash.',
      });
    }
  }
  if (problems.length > 0) throw new InputError(problems);
}

function withDistinctNames(datasets: Dataset[]): Dataset[] {
  const seen = new Map<string, number>();
  return datasets.map((dataset) => {
    const count = (seen.get(dataset.name) ?? 0) + 1;
    seen.set(dataset.name, count);
    return count === 1 ? dataset : { ...dataset, name: `${dataset.name}-${count}` };
  });
}
