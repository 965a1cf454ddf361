import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { InputError, type Problem } from '../../problem.js';
import { displayPath } from '../files/paths.js';
import { isReadable, readTextHead } from '../files/read-head.js';
import { holdsImages, isImageName, isManifestName } from '../files/tree.js';
import {
  besideDatasets,
  besideSplits,
  incompleteManifest,
  mixedFolders,
  namedAfterParts,
  requireSeparateDatasets,
  severalDescriptions,
  severalSplits,
  splitsBesideClasses,
} from './ambiguous-folders.js';
import { describeManifest } from './describe-manifest.js';
import {
  describeFolder,
  type Description,
  type FolderContents,
  type InspectionContext,
  type NamedFolder,
  type Source,
} from './description.js';
import { findLabelTables, findTablesByName } from './label-tables.js';
import { findOtherTask } from './other-tasks.js';
import { findSplitLists } from './split-lists.js';
import { areParts, splitInName, splitOf, splitsAmong } from './split-names.js';
import { parseMapping } from './yaml.js';

const MAX_DEPTH = 6;

/**
 * What a folder holds, by its manifest, its tables, or else its folders.
 * @throws InputError if there are several manifests or tables, or an invalid one.
 */
export function inspectFolder(folder: string, context: InspectionContext, depth = 0): FolderContents {
  const { tree, cwd } = context;
  if (depth > MAX_DEPTH)
    return holdsImages(tree, folder) ? { kind: 'images', folder: null } : { kind: 'nothing' };
  const manifest = manifestIn(folder, context);
  if (manifest !== null) return { kind: 'described', descriptions: [inspectManifest(manifest, context)] };
  const otherTask = findOtherTask(tree, folder, (full) => displayPath(cwd, full));
  if (otherTask !== null) {
    context.notes.push(otherTask);
    return { kind: 'nothing' };
  }
  const describedBy = (tables: Source[]): FolderContents => ({
    kind: 'described',
    descriptions: [describeFolder('label table', folder, tables, cwd)],
  });
  const tables = findLabelTables(folder, context, depth);
  if (tables.length > 0) return describedBy(tables);
  const contents = inspectFolders(folder, context, depth);
  if (contents.kind !== 'class folders' || contents.description.root !== folder) return contents;
  const isSplit = depth > 0 && splitOf(basename(folder)) !== null;
  if (isSplit) return contents; // The folder around it is asked for the tables of its splits.
  const tablesByName = findTablesByName(folder, context, depth);
  return tablesByName.length > 0 ? describedBy(tablesByName) : contents;
}

/** What a manifest describes. If it has neither splits nor `labels`, its root says where the images are. */
export function inspectManifest(manifest: string, context: InspectionContext): Description {
  const description = describeManifest(manifest, context);
  return description.sources.length > 0
    ? description
    : { ...description, ...sourcesIn(description.root, manifest, context) };
}

/** @throws InputError if the root is of another task, or not clearly a dataset. */
function sourcesIn(
  root: string,
  manifest: string,
  context: InspectionContext,
): Pick<Description, 'sources' | 'inferred'> {
  const { tree, cwd } = context;
  const otherTask = findOtherTask(tree, root, (full) => displayPath(cwd, full));
  if (otherTask !== null) throw new InputError([otherTask]);
  const tables = findLabelTables(root, context, 0);
  if (tables.length > 0) return { sources: tables, inferred: [] };
  const notes: Problem[] = [];
  const contents = inspectFolders(root, { ...context, notes }, 0);
  if (contents.kind === 'class folders' && contents.description.root === root) {
    const { sources, inferred } = contents.description;
    const tablesByName = findTablesByName(root, context, 0);
    return tablesByName.length > 0 ? { sources: tablesByName, inferred: [] } : { sources, inferred };
  }
  // The only dataset inside may have a manifest that names this root.
  if (contents.kind === 'described' && contents.descriptions.length === 1) {
    const [{ sources, inferred, root: described }] = contents.descriptions;
    if (described === root) return { sources, inferred };
  }
  const note = contents.kind === 'nothing' ? notes.at(0) : undefined;
  const named = splitsAmong(tree.list(root).folders);
  const holdFolders = (name: string) => tree.list(join(root, name)).folders.length > 0;
  const splits = named.size === 0 ? null : new Map([...named].filter(([name]) => holdFolders(name)));
  throw incompleteManifest(contents, note, { manifest, root, splits, cwd });
}

function manifestIn(folder: string, { tree, cwd }: InspectionContext): string | null {
  const names = tree
    .list(folder)
    .files.filter(
      (name) => isManifestName(name) || (/^dataset\.ya?ml$/i.test(name) && isHeadstart(join(folder, name))),
    );
  if (names.length > 1) throw severalDescriptions(displayPath(cwd, folder), names);
  return names.length === 0 ? null : join(folder, names[0]);
}

/** Whether a YAML file is for Headstart. Invalid and unreadable ones count: their reader reports them. */
function isHeadstart(path: string): boolean {
  if (!isReadable(path)) return true;
  const head = readTextHead(path);
  const value = parseMapping(head);
  if (value === null) return /^["']?schema["']?\s*:\s*["']?headstart\//m.test(head);
  return typeof value['schema'] === 'string' && value['schema'].startsWith('headstart/');
}

function inspectFolders(folder: string, context: InspectionContext, depth: number): FolderContents {
  const { tree } = context;
  const folders = tree
    .list(folder)
    .folders.filter((name) => holdsImages(tree, join(folder, name)))
    .map((name) => ({ name, contents: inspectFolder(join(folder, name), context, depth + 1) }))
    .filter(({ contents }) => contents.kind !== 'nothing');
  return (
    asSplits(folder, folders, context) ??
    asDatasets(folder, folders, context) ??
    asClasses(folder, folders, context)
  );
}

/** Split folders that hold class folders. Images in folders beside them are ambiguous. */
function asSplits(folder: string, folders: NamedFolder[], context: InspectionContext): FolderContents | null {
  const known = splitsAmong(folders.map(({ name }) => name));
  const holdsClasses = ({ name, contents }: NamedFolder) =>
    known.has(name) &&
    (contents.kind === 'class folders' ||
      (contents.kind === 'images' && contents.folder !== null && splitInName(contents.folder) === null));
  const splits = folders.filter(holdsClasses);
  const isClear =
    splits.some(({ contents }) => contents.kind === 'class folders') || splits.length === folders.length;
  if (splits.length === 0 || !isClear) return null;
  const file = displayPath(context.cwd, folder);
  const others = folders.filter((each) => !holdsClasses(each));
  if (others.length > 0) {
    context.notes.push(besideSplits(file, splits, others));
    return { kind: 'nothing' };
  }
  if (!areOfOneDataset(splits.map(({ name }) => name))) throw severalSplits(file, splits);
  const sources = splits.map(({ name, contents }): Source => ({
    kind: 'class folders',
    // Archives unpacked into a folder of their own name hold the classes one folder deeper.
    folder: contents.kind === 'class folders' ? contents.description.root : join(folder, name),
    split: known.get(name)!,
    lists: [],
  }));
  const inferred = splits
    .filter(({ name }) => splitOf(name) === null)
    .map(({ name }) => `The folder ${name} is used as the ${known.get(name)!} split.`);
  const description = describeFolder('class folders', folder, sources, context.cwd, inferred);
  return { kind: 'class folders', description };
}

/** `rgb_train` and `depth_test` are of two datasets, and `train_64` may be a copy of `train_128`. */
function areOfOneDataset(names: readonly string[]): boolean {
  if (names.every((name) => splitOf(name) !== null)) return true;
  const splits = names.map((name) => splitInName(name)!);
  return (
    new Set(splits.map(({ rest }) => rest)).size === 1 &&
    new Set(splits.map(({ split }) => split)).size === names.length
  );
}

/** Datasets in folders of the folder. Other images beside them are allowed only in a repository’s root. */
function asDatasets(
  folder: string,
  folders: NamedFolder[],
  context: InspectionContext,
): FolderContents | null {
  const isDescribed = ({ contents }: NamedFolder) =>
    contents.kind === 'described' || (contents.kind === 'several' && contents.described);
  const described = folders.some(isDescribed);
  const datasets = folders.filter(
    (each) =>
      isDescribed(each) ||
      each.contents.kind === 'class folders' ||
      (each.contents.kind === 'several' && !described),
  );
  if (datasets.length === 0) return null;
  const images = folders.filter(({ contents }) => contents.kind === 'images');
  if (images.length > 0 && !existsSync(join(folder, '.git'))) {
    context.notes.push(besideDatasets(displayPath(context.cwd, folder), datasets, images));
    return { kind: 'nothing' };
  }
  if (datasets.length === 1) return datasets[0].contents;
  requireSeparateDatasets(folder, datasets, context);
  const descriptions = datasets.flatMap(({ contents }) =>
    contents.kind === 'class folders'
      ? [contents.description]
      : 'descriptions' in contents
        ? contents.descriptions
        : [],
  );
  return { kind: 'several', descriptions, described };
}

/** @throws InputError if folders among the classes have names that classes do not have. */
function asClasses(folder: string, folders: NamedFolder[], context: InspectionContext): FolderContents {
  const { cwd, tree, notes } = context;
  const names = folders.map(({ name }) => name);
  if (folders.length === 0)
    return tree.list(folder).files.some(isImageName) ? { kind: 'images', folder: null } : { kind: 'nothing' };
  if (folders.length === 1) return { kind: 'images', folder: splitOf(names[0]) === null ? names[0] : null };
  if (names.every((name) => splitInName(name) !== null))
    return { kind: 'images', folder: null, inside: 'splits' };
  const file = displayPath(cwd, folder);
  if (areParts(names)) {
    notes.push(namedAfterParts(file, names));
    return { kind: 'images', folder: null, inside: 'parts' };
  }
  const splits = splitsAmongClasses(names);
  if (splits.length > 0) throw splitsBesideClasses(file, splits);
  refuseMixed(file, folders);
  const lists = findSplitLists(folder, context);
  const inferred = lists.map(
    (list) => `${displayPath(cwd, list.file)} is used as the list of the ${list.split} split.`,
  );
  if (divisionOf(folders[0]) === 'parts') {
    inferred.push(
      `The folders in ${names[0]} and the other classes are used as parts of each class; if a part is a patient or a source, name "groups".`,
    );
  }
  const sources: Source[] = [{ kind: 'class folders', folder, split: null, lists }];
  return {
    kind: 'class folders',
    description: describeFolder('class folders', folder, sources, cwd, inferred),
  };
}

/**
 * Folders of images to predict, by their names: splits that go together, or one for testing alone. `train`
 * alone may be a vehicle, and `valid` the opposite of `invalid`.
 */
function splitsAmongClasses(names: readonly string[]): string[] {
  const paired = splitsAmong(names);
  const arePaired = new Set(paired.values()).size > 1;
  return names.filter((name) => {
    const split = splitInName(name);
    if (split === null || names.includes(`in${name}`)) return false;
    if (arePaired && paired.has(name)) return true;
    return split.rest === '' && !/^train$/i.test(name);
  });
}

/** If only some folders have split folders or parts in them, they are hardly classes. */
function refuseMixed(file: string, folders: readonly NamedFolder[]): void {
  const divided = folders.filter((each) => divisionOf(each) !== undefined);
  const others = folders.filter((each) => divisionOf(each) === undefined);
  if (divided.length > 0 && others.length > 0) throw mixedFolders(file, divided, others);
}

function divisionOf({ contents }: NamedFolder): 'splits' | 'parts' | undefined {
  return contents.kind === 'images' ? contents.inside : undefined;
}
