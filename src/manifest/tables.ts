import { join } from 'node:path';
import { namesImages } from './columns.js';
import { shownPath, type Source } from './description.js';
import { InputError } from './problem.js';
import { splitOf, type SplitWord } from './split-names.js';
import type { Tree } from './tree.js';

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

function tablesInSplits(folder: string, { tree, cwd }: Where, isTable: typeof namesImages): Source[] {
  const found = tree
    .list(folder)
    .folders.filter((name) => splitOf(name) !== null)
    .map((name) => {
      const place = join(folder, name);
      const inside = tree.list(place).files.filter((file) => TABLE.test(file));
      const naming = inside.filter((file) => isTable(join(place, file)));
      if (naming.length > 1) throw ambiguous(shownPath(cwd, place), naming);
      return {
        split: splitOf(name),
        naming: naming.length > 0,
        files: naming.length > 0 ? naming : inside,
        place,
      };
    });
  return found.some(({ naming }) => naming)
    ? found.flatMap(({ split, files, place }) =>
        files.slice(0, 1).map((file) => table(join(place, file), split)),
      )
    : [];
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
