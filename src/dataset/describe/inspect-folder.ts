import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { found, shownPath, type Description, type Source } from './description.js';
import { arePieces, splitInName, splitsAmong } from './folder-names.js';
import { fromManifest, type Read } from './from-manifest.js';
import { isManifestName } from './manifest-name.js';
import { otherImageTask } from './other-task.js';
import { isReadable, peekMapping, peekText } from './peek.js';
import { InputError, type Problem } from '../../problem.js';
import { splitListsOf } from './split-lists.js';
import { splitOf } from './split-names.js';
import { ambiguous, strangeTables, tablesIn } from './tables.js';
import { holdsImages, isImageName, type Tree } from './tree.js';
import { unclearManifest } from './unclear.js';
import {
  besideClasses,
  besideSets,
  besideSplits,
  inPieces,
  mixed,
  severalSplits,
} from './unclear-folders.js';
import { refuseDoubtfulSets } from './doubtful-sets.js';

/** What a folder turns out to be. */
export type Look =
  /** A manifest or a label table says what it is. */
  | { kind: 'described'; descriptions: Description[] }
  /** At least two class folders, with or without split folders around them. */
  | { kind: 'class folders'; description: Description }
  /** Datasets further down; `described`: one of them by a manifest or table. */
  | { kind: 'several'; descriptions: Description[]; described: boolean }
  /**
   * Images, but no classes; `folder` is the only folder that holds them, or null. `inside`: they are in split folders,
   * or in folders called after pieces of one whole.
   */
  | { kind: 'images'; folder: string | null; inside?: 'splits' | 'pieces' }
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
export function sourcesIn(root: string, manifest: string, around: Surroundings): Read {
  const other = otherImageTask(around.tree, root, (full) => shownPath(around.cwd, full));
  if (other !== null) throw new InputError([other]);
  const tables = tablesIn(root, around, 0);
  if (tables.length > 0) return { sources: tables, inferred: [] };
  const notes: Problem[] = [];
  const seen = lookAtFolders(root, { ...around, notes }, 0);
  if (seen.kind === 'class folders' && seen.description.root === root) {
    const strange = strangeTables(root, around, 0);
    return strange.length > 0 ? { sources: strange, inferred: [] } : seen.description;
  }
  if (seen.kind === 'described' && seen.descriptions.length === 1 && seen.descriptions[0].root === root) {
    return seen.descriptions[0];
  }
  const note = seen.kind === 'nothing' ? notes.at(0) : undefined;
  const named = splitsAmong(around.tree.list(root).folders);
  const holdFolders = (name: string) => around.tree.list(join(root, name)).folders.length > 0;
  const splits = named.size === 0 ? null : new Map([...named].filter(([name]) => holdFolders(name)));
  throw new InputError([unclearManifest(seen, note, { manifest, root, splits, cwd: around.cwd })]);
}

function describe(
  kind: 'class folders' | 'label table',
  folder: string,
  sources: Source[],
  { cwd }: Surroundings,
  inferred: string[] = [],
): Description {
  return found(kind, folder, sources, cwd, inferred);
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

/** A folder and what it turned out to be. */
export interface Named {
  name: string;
  seen: Look;
}

/** Split folders that hold class folders; images in folders beside them are nobody's. */
function splitFolders(folder: string, looks: Named[], around: Surroundings): Look | null {
  const names = looks.map(({ name }) => name);
  const known = splitsAmong(names);
  const holdClasses = ({ name, seen }: Named) =>
    known.has(name) &&
    (seen.kind === 'class folders' ||
      (seen.kind === 'images' && seen.folder !== null && splitInName(seen.folder) === null));
  const splits = looks.filter(holdClasses);
  if (!splits.some(({ seen }) => seen.kind === 'class folders') && splits.length < Math.max(1, looks.length))
    return null;
  if (splits.length === 0) return null;
  const shown = shownPath(around.cwd, folder);
  const others = looks.filter((each) => !holdClasses(each));
  if (others.length > 0) {
    around.notes.push(besideSplits(shown, splits, others));
    return { kind: 'nothing' };
  }
  if (!areOneSet(splits.map(({ name }) => name))) throw new InputError([severalSplits(shown, splits)]);
  const sources = splits.map(({ name, seen }): Source => ({
    kind: 'class folders',
    // Archives unpacked into a folder of their own name hold the classes one folder deeper.
    folder: seen.kind === 'class folders' ? seen.description.root : join(folder, name),
    split: known.get(name)!,
    lists: [],
  }));
  const inferred = splits
    .filter(({ name }) => splitOf(name) === null)
    .map(({ name }) => `The folder ${name} is taken for the ${known.get(name)!} split.`);
  return { kind: 'class folders', description: describe('class folders', folder, sources, around, inferred) };
}

/** Split folders of one dataset: `rgb_train` and `depth_test` are of two, and `train_64` may be a copy of `train_128`. */
function areOneSet(names: readonly string[]): boolean {
  if (names.every((name) => splitOf(name) !== null)) return true;
  const splits = names.map((name) => splitInName(name)!);
  return (
    new Set(splits.map(({ rest }) => rest)).size === 1 &&
    new Set(splits.map(({ split }) => split)).size === names.length
  );
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
  refuseDoubtfulSets(folder, inside, around);
  const descriptions = inside.flatMap(({ seen }) =>
    seen.kind === 'class folders' ? [seen.description] : 'descriptions' in seen ? seen.descriptions : [],
  );
  return { kind: 'several', descriptions, described };
}

/** @throws InputError when folders among the classes are called as no class is. */
function classes(folder: string, looks: Named[], around: Surroundings): Look {
  const names = looks.map(({ name }) => name);
  const shown = shownPath(around.cwd, folder);
  if (looks.length > 1) {
    if (names.every((name) => splitInName(name) !== null))
      return { kind: 'images', folder: null, inside: 'splits' };
    if (arePieces(names)) {
      around.notes.push(inPieces(shown, names));
      return { kind: 'images', folder: null, inside: 'pieces' };
    }
    const strays = strayFolders(names);
    if (strays.length > 0) throw new InputError([besideClasses(shown, strays)]);
    refuseMixed(shown, looks);
    const lists = splitListsOf(folder, around);
    const sources: Source[] = [{ kind: 'class folders', folder, split: null, lists }];
    const inferred = [
      ...lists.map(
        ({ file, split }) => `${shownPath(around.cwd, file)} is taken for the list of the ${split} split.`,
      ),
      ...(looks[0].seen.kind === 'images' && looks[0].seen.inside === 'pieces'
        ? [
            `The folders in ${names[0]} and the other classes are taken for parts of each class; where a part is a patient or a source, name "groups".`,
          ]
        : []),
    ];
    return {
      kind: 'class folders',
      description: describe('class folders', folder, sources, around, inferred),
    };
  }
  if (looks.length === 1 && splitOf(names[0]) === null) return { kind: 'images', folder: names[0] };
  return looks.length > 0 || around.tree.list(folder).files.some(isImageName)
    ? { kind: 'images', folder: null }
    : { kind: 'nothing' };
}

/**
 * Folders that hold images to predict rather than a class: splits that go together, or one for testing alone. `train`
 * alone may be a vehicle, and `valid` the opposite of `invalid`.
 */
function strayFolders(names: readonly string[]): string[] {
  const paired = splitsAmong(names);
  const isPaired = new Set(paired.values()).size > 1;
  return names.filter((name) => {
    const found = splitInName(name);
    if (found === null || names.includes(`in${name}`)) return false;
    if (isPaired && paired.has(name)) return true;
    return found.rest === '' && !/^train$/i.test(name);
  });
}

/** Classes are all alike: where only some have split folders or pieces in them, those are hardly classes. */
function refuseMixed(folder: string, looks: readonly Named[]): void {
  const inside = ({ seen }: Named) => (seen.kind === 'images' ? seen.inside : undefined);
  const having = looks.filter((each) => inside(each) !== undefined);
  if (having.length === 0 || having.length === looks.length) return;
  throw new InputError([
    mixed(
      folder,
      having,
      looks.filter((each) => inside(each) === undefined),
    ),
  ]);
}
