import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import {
  InputError,
  inputError,
  listNames,
  nearestWord,
  problemAt,
  quote,
  type Problem,
} from '../../problem.js';
import { displayPath, folderBounds, leavingLinks } from '../files/paths.js';
import { holdsImages, openTree, type Tree } from '../files/tree.js';
import { identifyUnsupportedFile, type UnsupportedFile } from '../files/unsupported-file.js';
import {
  describeFolder,
  type Description,
  type FolderContents,
  type InspectionContext,
} from './description.js';
import { inspectFolder, inspectManifest } from './inspect-folder.js';
import { tableSource } from './label-tables.js';
import { findOtherFormat } from './other-formats.js';
import { findOtherContent } from './other-tasks.js';

const MAX_DATASETS = 50;
const TABLE = /\.(csv|tsv|jsonl)$/i;

/**
 * The datasets under a path: that of the manifest, if given, else what the path holds.
 * @throws InputError that says what is there if it is not a dataset, or ambiguous.
 */
export function findDatasets(
  path: string,
  { manifest, cwd }: { manifest?: string; cwd: string },
): Description[] {
  const full = resolve(cwd, path);
  if (!existsSync(full)) throw missing(path, full);
  const isFile = statSync(full).isFile();
  const unsupported = isFile ? identifyUnsupportedFile(full) : null;
  if (unsupported !== null) {
    throw inputError({ file: path }, `is ${unsupported.what}, not a dataset.`, INSTEAD[unsupported.kind]);
  }
  const namedFolder = isFile ? dirname(full) : full;
  const context: InspectionContext = {
    tree: openTree(folderBounds(namedFolder)),
    cwd,
    namedFolder,
    notes: [],
  };
  if (manifest !== undefined) {
    return [inspectManifest(findManifest(manifest, namedFolder, cwd), context)];
  }
  if (!isFile) return datasetsIn(full, path, context);
  return [
    TABLE.test(full)
      ? describeFolder('label table', namedFolder, [tableSource(full, null)], cwd)
      : inspectManifest(full, context),
  ];
}

const INSTEAD: Record<UnsupportedFile['kind'], string> = {
  image: 'Name the folder of the dataset, with a folder of images per class.',
  archive: 'Unpack it and name the folder.',
  model: 'Name the images here, and the model as the backbone.',
  spreadsheet: 'Export it as CSV with the columns image and label, and name that.',
  ours: 'Name the images; "headstart render" shows a report.',
  'lfs pointer': 'Fetch the file with "git lfs pull".',
  other: 'Name a folder of images, a table (CSV, TSV or JSONL) or a manifest (YAML).',
};

function findManifest(manifest: string, namedFolder: string, cwd: string): string {
  const at = { file: manifest };
  const full = [resolve(cwd, manifest), resolve(namedFolder, manifest)].find((file) => existsSync(file));
  if (full === undefined) throw missing(manifest, resolve(cwd, manifest));
  if (TABLE.test(full)) {
    throw inputError(
      at,
      'is a table, not a manifest.',
      `Give it as the path, or name it in a manifest: labels: { file: ${basename(full)} }.`,
    );
  }
  const unsupported = identifyUnsupportedFile(full);
  if (unsupported === null) return full;
  throw inputError(
    at,
    `is ${unsupported.what}, not a manifest.`,
    'A manifest is a YAML file with "schema: headstart/v1"; docs/manifest.md has examples.',
  );
}

function missing(path: string, full: string): InputError {
  const nearest = nearestWord(basename(full), namesIn(dirname(full)));
  const remedy = nearest === null ? 'Check the path.' : `Did you mean "${join(dirname(path), nearest)}"?`;
  return inputError({ file: path }, 'does not exist.', remedy);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** @param file The folder for messages. */
function datasetsIn(folder: string, file: string, context: InspectionContext): Description[] {
  const contents = inspectFolder(folder, context);
  switch (contents.kind) {
    case 'described':
      return contents.descriptions;
    case 'class folders':
      return [contents.description];
    case 'several': {
      const { descriptions } = contents;
      if (descriptions.length <= MAX_DATASETS) return descriptions;
      throw inputError({ file }, `holds ${descriptions.length} datasets.`, 'Name one of them.');
    }
    default:
      throw new InputError(whyNoDataset(contents, folder, file, context));
  }
}

function whyNoDataset(
  contents: FolderContents,
  folder: string,
  file: string,
  { tree, cwd, notes }: InspectionContext,
): Problem[] {
  const { folders, files, leaving } = tree.list(folder);
  const display = (full: string) => displayPath(cwd, full);
  if (leaving.length > 0) throw leavingLinks(leaving.map((name) => display(join(folder, name))));
  if (notes.length > 0) return notes.slice(0, 5);
  const otherFormat = findOtherFormat(tree, folder, display);
  if (otherFormat !== null) return [otherFormat];
  if (contents.kind === 'images') return [whyNoClasses(contents, folder, file, tree, display)];
  const otherContent = holdsImages(tree, folder) ? null : findOtherContent(tree, folder, file);
  if (otherContent !== null) return [otherContent];
  const entries = [...folders.map((name) => `${name}/`), ...files].slice(0, 8).join(', ');
  const message =
    entries === '' ? 'is empty.' : `holds no dataset that Headstart recognizes, only ${entries}.`;
  return [problemAt({ file }, message, ADD_CLASSES)];
}

const ADD_CLASSES =
  'Put images into one folder per class, add a labels.csv, or write a dataset.yaml with "schema: headstart/v1".';

function whyNoClasses(
  contents: Extract<FolderContents, { kind: 'images' }>,
  folder: string,
  file: string,
  tree: Tree,
  display: (full: string) => string,
): Problem {
  const matlab = findMatlabFile(tree, folder);
  if (matlab !== null) {
    return problemAt(
      { file: display(join(folder, matlab)) },
      'is a MATLAB file (.mat), which is not supported; it may hold the labels of the images.',
      'Write the labels as labels.csv with the columns image and label.',
    );
  }
  if (contents.folder !== null) {
    return problemAt(
      { file },
      `has only one class, ${quote(contents.folder, 60)}.`,
      'A classifier needs at least two: give each class a folder, or add a labels.csv.',
    );
  }
  const where =
    contents.inside === 'splits'
      ? ` in folders named after splits (${listNames(tree.list(folder).folders)})`
      : '';
  return problemAt(
    { file },
    `holds images${where}, but nothing says which classes they belong to.`,
    ADD_CLASSES,
  );
}

/** In the folder or in a folder in it; relative to it. */
function findMatlabFile(tree: Tree, folder: string): string | null {
  const isMatlab = (name: string) => /\.mat$/i.test(name);
  const { folders, files } = tree.list(folder);
  const matlab = files.find(isMatlab);
  if (matlab !== undefined) return matlab;
  for (const name of folders) {
    const file = tree.list(join(folder, name)).files.find(isMatlab);
    if (file !== undefined) return `${name}/${file}`;
  }
  return null;
}
