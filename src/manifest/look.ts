import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { found, shownPath, type Description, type Source } from './description.js';
import { fromManifest } from './from-manifest.js';
import { isManifestName } from './manifest-name.js';
import { otherImageTask } from './other-task.js';
import { isReadable, peekMapping, peekText } from './peek.js';
import { InputError, type Problem } from './problem.js';
import { splitOf } from './split-names.js';
import { ambiguous, strangeTables, tablesIn } from './tables.js';
import { holdsImages, isImageName, type Tree } from './tree.js';
import { unclearManifest } from './unclear.js';

/** What a folder turns out to be. */
export type Look =
  /** A manifest or a label table says what it is. */
  | { kind: 'described'; descriptions: Description[] }
  /** At least two class folders, with or without split folders around them. */
  | { kind: 'class folders'; description: Description }
  /** Datasets further down; `described`: one of them by a manifest or table. */
  | { kind: 'several'; descriptions: Description[]; described: boolean }
  /** Images, but no classes; `folder` is the only folder that holds them, or null. */
  | { kind: 'images'; folder: string | null }
  | { kind: 'nothing' };

export interface Surroundings {
  tree: Tree;
  cwd: string;
  /** Folder that the user named. */
  named: string;
  /** Why folders were passed over, for when nothing else is found. */
  notes: Problem[];
}

const DEEPEST = 6;

/**
 * What a folder holds: the description in it, or what its folders make of it.
 * @throws InputError when it holds two descriptions, or a broken one.
 */
export function look(folder: string, around: Surroundings, depth = 0): Look {
  if (depth > DEEPEST)
    return holdsImages(around.tree, folder) ? { kind: 'images', folder: null } : { kind: 'nothing' };
  const manifest = manifestIn(folder, around);
  if (manifest !== null) return { kind: 'described', descriptions: [manifest] };
  const other = otherImageTask(around.tree, folder, (full) => shownPath(around.cwd, full));
  if (other !== null) {
    around.notes.push(other);
    return { kind: 'nothing' };
  }
  const tables = tablesIn(folder, around, depth);
  if (tables.length > 0)
    return { kind: 'described', descriptions: [describe('label table', folder, tables, around)] };
  const seen = lookAtFolders(folder, around, depth);
  if (seen.kind !== 'class folders' || seen.description.root !== folder) return seen;
  const isPart = depth > 0 && splitOf(basename(folder)) !== null; // The folder around it asks for its splits.
  if (isPart) return seen;
  const strange = strangeTables(folder, around, depth);
  return strange.length > 0
    ? { kind: 'described', descriptions: [describe('label table', folder, strange, around)] }
    : seen;
}

/**
 * Sources of a folder about which its manifest says no more: its tables, or its class folders.
 * @throws InputError when it holds another task's images, or is not clearly either: folders are no classes by default.
 */
export function sourcesIn(root: string, manifest: string, around: Surroundings): Source[] {
  const other = otherImageTask(around.tree, root, (full) => shownPath(around.cwd, full));
  if (other !== null) throw new InputError([other]);
  const tables = tablesIn(root, around, 0);
  if (tables.length > 0) return tables;
  const notes: Problem[] = [];
  const seen = lookAtFolders(root, { ...around, notes }, 0);
  if (seen.kind === 'class folders' && seen.description.root === root) {
    const strange = strangeTables(root, around, 0);
    return strange.length > 0 ? strange : seen.description.sources;
  }
  if (seen.kind === 'described' && seen.descriptions.length === 1 && seen.descriptions[0].root === root) {
    return seen.descriptions[0].sources;
  }
  const note = seen.kind === 'nothing' ? notes.at(0) : undefined;
  const splits = around.tree.list(root).folders.filter((name) => splitOf(name) !== null);
  const split = splits.find((name) => splitOf(name) === 'train') ?? splits.at(0);
  throw new InputError([unclearManifest(seen, note, { manifest, root, split, cwd: around.cwd })]);
}

function describe(
  kind: 'class folders' | 'label table',
  folder: string,
  sources: Source[],
  { cwd }: Surroundings,
): Description {
  return found(kind, folder, sources, cwd);
}

/** What a manifest describes. */
export function describedBy(manifest: string, around: Surroundings): Description {
  const { cwd, named } = around;
  return fromManifest(manifest, { cwd, named, sourcesIn: (root) => sourcesIn(root, manifest, around) });
}

function manifestIn(folder: string, around: Surroundings): Description | null {
  const { tree, cwd } = around;
  const names = tree
    .list(folder)
    .files.filter(
      (name) => isManifestName(name) || (/^dataset\.ya?ml$/i.test(name) && isMarked(join(folder, name))),
    );
  if (names.length > 1) throw ambiguous(shownPath(cwd, folder), names);
  return names.length === 0 ? null : describedBy(join(folder, names[0]), around);
}

/** A broken file that names our schema is ours, too, and one that cannot be read may be: its reader says what is wrong. */
function isMarked(path: string): boolean {
  if (!isReadable(path)) return true;
  const { head } = peekText(path);
  const value = peekMapping(head);
  if (value === null) return /^["']?schema["']?\s*:\s*["']?headstart\//m.test(head);
  return typeof value['schema'] === 'string' && value['schema'].startsWith('headstart/');
}

function lookAtFolders(folder: string, around: Surroundings, depth: number): Look {
  const { tree } = around;
  const looks = tree
    .list(folder)
    .folders.filter((name) => holdsImages(tree, join(folder, name)))
    .map((name) => ({ name, seen: look(join(folder, name), around, depth + 1) }))
    .filter(({ seen }) => seen.kind !== 'nothing');
  return splitFolders(folder, looks, around) ?? sets(folder, looks, around) ?? classes(folder, looks, around);
}

interface Named {
  name: string;
  seen: Look;
}

/** Split folders that hold class folders; images in folders beside them are nobody's. */
function splitFolders(folder: string, looks: Named[], around: Surroundings): Look | null {
  const holdClasses = ({ name, seen }: Named) =>
    splitOf(name) !== null &&
    (seen.kind === 'class folders' || (seen.kind === 'images' && seen.folder !== null));
  const splits = looks.filter(holdClasses);
  if (!splits.some(({ seen }) => seen.kind === 'class folders') && splits.length < Math.max(1, looks.length))
    return null;
  if (splits.length === 0) return null;
  const others = looks.filter((each) => !holdClasses(each));
  if (others.length > 0) {
    around.notes.push(besideSplits(shownPath(around.cwd, folder), splits, others));
    return { kind: 'nothing' };
  }
  const sources = splits.map(({ name }): Source => ({
    kind: 'class folders',
    folder: join(folder, name),
    split: splitOf(name),
  }));
  return { kind: 'class folders', description: describe('class folders', folder, sources, around) };
}

/** Datasets in the folder's folders. A repository's root may hold other images as well; elsewhere they may be classes. */
function sets(folder: string, looks: Named[], around: Surroundings): Look | null {
  const described = looks.some(
    ({ seen }) => seen.kind === 'described' || (seen.kind === 'several' && seen.described),
  );
  const inside = looks.filter(
    ({ seen }) =>
      seen.kind === 'described' ||
      seen.kind === 'class folders' ||
      (seen.kind === 'several' && (seen.described || !described)),
  );
  if (inside.length === 0) return null;
  const images = looks.filter(({ seen }) => seen.kind === 'images');
  if (images.length > 0 && !existsSync(join(folder, '.git'))) {
    around.notes.push(besideSets(shownPath(around.cwd, folder), inside, images));
    return { kind: 'nothing' };
  }
  if (inside.length === 1) return inside[0].seen;
  const descriptions = inside.flatMap(({ seen }) =>
    seen.kind === 'class folders' ? [seen.description] : 'descriptions' in seen ? seen.descriptions : [],
  );
  return { kind: 'several', descriptions, described };
}

function classes(folder: string, looks: Named[], around: Surroundings): Look {
  if (looks.length > 1 && !looks.every(({ name }) => splitOf(name) !== null)) {
    const sources: Source[] = [{ kind: 'class folders', folder, split: null }];
    return { kind: 'class folders', description: describe('class folders', folder, sources, around) };
  }
  if (looks.length === 1 && splitOf(looks[0].name) === null) return { kind: 'images', folder: looks[0].name };
  return looks.length > 0 || around.tree.list(folder).files.some(isImageName)
    ? { kind: 'images', folder: null }
    : { kind: 'nothing' };
}

const namesOf = (looks: Named[]) =>
  `${looks
    .slice(0, 5)
    .map(({ name }) => name)
    .join(', ')}${looks.length > 5 ? ', …' : ''}`;

function besideSplits(folder: string, splits: Named[], others: Named[]): Problem {
  const unlabelled = others.every(({ name, seen }) => splitOf(name) !== null && seen.kind === 'images');
  return {
    file: folder,
    message: unlabelled
      ? `holds class folders in ${namesOf(splits)}, but images without classes in ${namesOf(others)}.`
      : `holds class folders in the splits ${namesOf(splits)}, and other images in ${namesOf(others)}.`,
    remedy: `Write a dataset.yaml with "schema: headstart/v1" that names the splits to use, such as "train: ${splits[0].name}".`,
  };
}

function besideSets(folder: string, inside: Named[], images: Named[]): Problem {
  const seen = inside.some((each) => each.seen.kind === 'described')
    ? `a description in ${namesOf(inside)}, images in ${namesOf(images)}`
    : `${namesOf(inside)} hold class folders, ${namesOf(images)} images`;
  return {
    file: folder,
    message: `could be one dataset or several: ${seen}.`,
    remedy: `Name one of them, or, if all are classes, write a dataset.yaml with "schema: headstart/v1" and "train: .".`,
  };
}
