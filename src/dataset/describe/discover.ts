import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { folderBounds, linksOut } from './confine.js';
import { found, shownPath, type Description } from './description.js';
import { foreignFormat } from './foreign.js';
import { describedBy, look, type Look, type Surroundings } from './inspect-folder.js';
import { nearest } from './nearest.js';
import { otherFile, type OtherFile } from './other-file.js';
import { otherContent } from './other-task.js';
import { InputError, type Problem } from '../../problem.js';
import { listed } from './unclear-folders.js';
import { holdsImages, openTree, type Tree } from './tree.js';

const MOST_DATASETS = 50;
const TABLE = /\.(csv|tsv|jsonl)$/i;

/**
 * The datasets under a path: the manifest that is named, else what the path holds. Nothing is decoded or counted yet.
 * @throws InputError that says what was found when that is no dataset, or not clearly one.
 */
export function findDatasets(
  path: string,
  { manifest, cwd }: { manifest?: string; cwd: string },
): Description[] {
  const full = resolve(cwd, path);
  if (!existsSync(full)) throw new InputError([missing(path, full)]);
  const isFile = statSync(full).isFile();
  const other = isFile ? otherFile(full) : null;
  if (other !== null) throw new InputError([notADataset(path, other)]);
  const named = isFile ? dirname(full) : full;
  const around: Surroundings = { tree: openTree(folderBounds(named)), cwd, named, notes: [] };
  if (manifest !== undefined) return [describedBy(manifestAt(manifest, named, cwd), around)];
  if (isFile) return [TABLE.test(full) ? fromTable(full, cwd) : describedBy(full, around)];
  return descriptionsOf(look(full, around), path, full, around);
}

function manifestAt(manifest: string, named: string, cwd: string): string {
  const full = [resolve(cwd, manifest), resolve(named, manifest)].find((file) => existsSync(file));
  if (full === undefined) throw new InputError([missing(manifest, resolve(cwd, manifest))]);
  if (TABLE.test(full)) {
    throw new InputError([
      {
        file: manifest,
        message: 'is a table, not a manifest.',
        remedy: `Give it as the path, or name it in a manifest: labels: { file: ${basename(full)} }.`,
      },
    ]);
  }
  const other = otherFile(full);
  if (other === null) return full;
  const remedy = 'A manifest is a YAML file with "schema: headstart/v1"; docs/manifest.md has examples.';
  throw new InputError([{ file: manifest, message: `is ${other.what}, not a manifest.`, remedy }]);
}

const INSTEAD: Record<OtherFile['kind'], string> = {
  image: 'Name the folder of the dataset, in which each class has a folder of images.',
  archive: 'Unpack it and name the folder.',
  model: 'Name the images here, and the model as the backbone.',
  spreadsheet: 'Export it as CSV with the columns image and label, and name that.',
  ours: 'Name the images; "headstart render" shows a report.',
  'lfs pointer': 'Fetch the file with "git lfs pull".',
  other: 'Name a folder of images, a table (CSV, TSV or JSONL) or a manifest (YAML).',
};

/** Said before the file is read as a manifest, whose reader would only find that it is not text. */
function notADataset(file: string, { what, kind }: OtherFile): Problem {
  return { file, message: `is ${what}, not a dataset.`, remedy: INSTEAD[kind] };
}

function fromTable(file: string, cwd: string): Description {
  const source = { kind: 'label table' as const, file, columns: {}, split: null, splits: [] };
  return found('label table', dirname(file), [source], cwd);
}

function descriptionsOf(seen: Look, path: string, full: string, around: Surroundings): Description[] {
  switch (seen.kind) {
    case 'described':
      return seen.descriptions;
    case 'class folders':
      return [seen.description];
    case 'several':
      if (seen.descriptions.length <= MOST_DATASETS) return seen.descriptions;
      throw new InputError([
        { file: path, message: `holds ${seen.descriptions.length} datasets.`, remedy: 'Name one of them.' },
      ]);
    default:
      refuseLinksOut(full, around);
      throw new InputError(nothingFound(seen, path, full, around));
  }
}

function refuseLinksOut(full: string, { tree, cwd }: Surroundings): void {
  const { leaving } = tree.list(full);
  if (leaving.length > 0) throw linksOut(leaving.map((name) => shownPath(cwd, join(full, name))));
}

function nothingFound(seen: Look, path: string, full: string, { tree, cwd, notes }: Surroundings): Problem[] {
  if (notes.length > 0) return notes.slice(0, 5);
  const foreign = foreignFormat(tree, full, (file) => shownPath(cwd, file));
  if (foreign !== null) return [foreign];
  const { folders, files } = tree.list(full);
  const matlab = matlabFile(tree, full);
  if (matlab !== null && seen.kind === 'images') {
    return [
      {
        file: shownPath(cwd, join(full, matlab)),
        message: 'is a MATLAB file (.mat), which is not read; it may hold the labels of the images.',
        remedy: 'Write the labels as labels.csv with the columns image and label.',
      },
    ];
  }
  const remedy =
    'Put images into one folder a class, add a labels.csv, or write a dataset.yaml with "schema: headstart/v1".';
  if (seen.kind === 'images') {
    return [
      seen.folder === null
        ? {
            file: path,
            message:
              seen.inside === 'splits'
                ? `holds images in folders called after splits (${listed(folders)}), but nothing says which class they are of.`
                : 'holds images, but nothing says which class they are of.',
            remedy,
          }
        : {
            file: path,
            message: `has one class only, "${seen.folder.slice(0, 60)}".`,
            remedy: 'There is nothing to tell apart: give each class a folder, or add a labels.csv.',
          },
    ];
  }
  const other = holdsImages(tree, full) ? null : otherContent(tree, full, path);
  if (other !== null) return [other];
  const entries = [...folders.map((name) => `${name}/`), ...files].slice(0, 8).join(', ');
  return [
    {
      file: path,
      message: entries === '' ? 'is empty.' : `holds no dataset that is recognised; found ${entries}.`,
      remedy,
    },
  ];
}

/** A MATLAB file of the folder or of a folder in it, relative to it. */
function matlabFile(tree: Tree, folder: string): string | null {
  const isMatlab = (name: string) => /\.mat$/i.test(name);
  const { folders, files } = tree.list(folder);
  const inside = folders.map((name) => ({ name, file: tree.list(join(folder, name)).files.find(isMatlab) }));
  const deeper = inside.find(({ file }) => file !== undefined);
  return files.find(isMatlab) ?? (deeper === undefined ? null : `${deeper.name}/${deeper.file}`);
}

function missing(path: string, full: string): Problem {
  const near = nearest(basename(full), siblings(dirname(full)));
  return {
    file: path,
    message: 'does not exist.',
    remedy: near === null ? 'Check the path.' : `Did you mean "${join(dirname(path), near)}"?`,
  };
}

function siblings(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
