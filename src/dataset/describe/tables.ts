import { join } from 'node:path';
import { namesImages } from './columns.js';
import { portablePath } from './confine.js';
import { shownPath, type Source } from './description.js';
import { InputError } from '../../problem.js';
import { splitOf, type SplitWord } from './split-names.js';
import { holdsImages, type Tree } from './tree.js';

const TABLE = /^(labels|metadata|annotations)\.(csv|tsv|jsonl)$/i;
const ENDING = /\.(csv|tsv|jsonl)$/i;

interface Where {
  tree: Tree;
  cwd: string;
}

/** The tables of a folder that are called as label tables are, when one of them names images. */
export function tablesIn(folder: string, where: Where, depth: number, isTable = namesImages): Source[] {
  const { files } = where.tree.list(folder);
  const own = files.filter((name) => TABLE.test(name) && (depth === 0 || isTable(join(folder, name))));
  if (own.length > 1) throw ambiguous(shownPath(where.cwd, folder), own);
  if (own.length === 1) return [table(join(folder, own[0]), null)];
  const split = files.filter((name) => splitOfTable(name) !== null);
  if (split.some((name) => isTable(join(folder, name))))
    return split.map((name) => table(join(folder, name), splitOfTable(name)));
  return tablesInSplits(folder, where, isTable);
}

/** @throws InputError when a split's images have no table beside splits that have one: they would be lost. */
function tablesInSplits(folder: string, { tree, cwd }: Where, isTable: typeof namesImages): Source[] {
  const splits = tree.list(folder).folders.filter((name) => splitOf(name) !== null);
  const tables = splits.flatMap((name) => {
    const place = join(folder, name);
    const inside = tree.list(place).files.filter((file) => TABLE.test(file));
    const accepted = inside.filter((file) => isTable(join(place, file)));
    if (accepted.length > 1) throw ambiguous(shownPath(cwd, place), accepted);
    const file = accepted.at(0) ?? inside.at(0);
    return file === undefined ? [] : [{ name, file: join(place, file), isAccepted: accepted.length > 0 }];
  });
  if (!tables.some(({ isAccepted }) => isAccepted)) return [];
  const naming = tables.find(({ file }) => namesImages(file));
  const bare = splits.find(
    (split) => !tables.some(({ name }) => name === split) && holdsImages(tree, join(folder, split)),
  );
  if (naming !== undefined && bare !== undefined)
    throw withoutTable(shownPath(cwd, folder), portablePath(folder, naming.file), bare);
  return tables.map(({ name, file }) => table(file, splitOf(name)));
}

function withoutTable(folder: string, named: string, bare: string): InputError {
  return new InputError([
    {
      file: folder,
      message: `holds the table ${named}, but none for the images in ${bare}.`,
      remedy: `Give each split a table, or name the one to use in a dataset.yaml with "schema: headstart/v1" and "labels: { file: ${named} }".`,
    },
  ]);
}

/** `train.csv`, `validation.tsv`: the split that a table is called after; null: none. */
function splitOfTable(name: string): SplitWord | null {
  return ENDING.test(name) ? splitOf(name.replace(ENDING, '')) : null;
}

function table(file: string, split: SplitWord | null): Source {
  return { kind: 'label table', file, columns: {}, split, splits: [] };
}

/**
 * Tables that are called as label tables are and name no image, beside class folders, which may give other labels:
 * they are not passed over, and their reader says what is wrong with them.
 */
export function strangeTables(folder: string, where: Where, depth: number): Source[] {
  return tablesIn(folder, where, depth, () => true);
}

/** Two descriptions in one folder. */
export function ambiguous(folder: string, names: string[]): InputError {
  return new InputError([
    {
      file: folder,
      message: `holds several descriptions: ${names.join(', ')}.`,
      remedy: 'Choose one with --manifest, or write a dataset.yaml that names the table.',
    },
  ]);
}
