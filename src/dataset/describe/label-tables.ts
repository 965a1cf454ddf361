import { join } from 'node:path';
import { inputError } from '../../problem.js';
import type { SplitName } from '../dataset.js';
import { displayPath, portablePath } from '../files/paths.js';
import { holdsImages } from '../files/tree.js';
import { severalDescriptions } from './ambiguous-folders.js';
import type { InspectionContext, Source } from './description.js';
import { splitOf } from './split-names.js';
import { hasImageColumn } from './table-header.js';

const TABLE = /^(labels|metadata|annotations)\.(csv|tsv|jsonl)$/i;
const EXTENSION = /\.(csv|tsv|jsonl)$/i;

/**
 * The label tables of a folder, by their names; below the top, at least one must have a column for the image.
 * @throws InputError if a folder has several tables.
 */
export function findLabelTables(
  folder: string,
  context: InspectionContext,
  depth: number,
  isTable = hasImageColumn,
): Source[] {
  const { files } = context.tree.list(folder);
  const own = files.filter((name) => TABLE.test(name) && (depth === 0 || isTable(join(folder, name))));
  if (own.length > 1) throw severalDescriptions(displayPath(context.cwd, folder), own);
  if (own.length === 1) return [tableSource(join(folder, own[0]), null)];
  const ofSplits = files.filter((name) => splitOfTable(name) !== null);
  if (ofSplits.some((name) => isTable(join(folder, name))))
    return ofSplits.map((name) => tableSource(join(folder, name), splitOfTable(name)));
  return tablesInSplits(folder, context, isTable);
}

/**
 * Tables with a label table's name beside class folders, even without a column for the image. They may give
 * other labels, so they are read, and the error says what is wrong with them.
 */
export function findTablesByName(folder: string, context: InspectionContext, depth: number): Source[] {
  return findLabelTables(folder, context, depth, () => true);
}

/** @throws InputError if one split has a table and another has images without one, which would be lost. */
function tablesInSplits(
  folder: string,
  { tree, cwd }: InspectionContext,
  isTable: typeof hasImageColumn,
): Source[] {
  const splits = tree.list(folder).folders.filter((name) => splitOf(name) !== null);
  const tables = splits.flatMap((name) => {
    const place = join(folder, name);
    const inside = tree.list(place).files.filter((file) => TABLE.test(file));
    const accepted = inside.filter((file) => isTable(join(place, file)));
    if (accepted.length > 1) throw severalDescriptions(displayPath(cwd, place), accepted);
    const file = accepted.at(0) ?? inside.at(0);
    return file === undefined ? [] : [{ name, file: join(place, file), isAccepted: accepted.length > 0 }];
  });
  if (!tables.some(({ isAccepted }) => isAccepted)) return [];
  const withImages = tables.find(({ file }) => hasImageColumn(file));
  const bare = splits.find(
    (split) => !tables.some(({ name }) => name === split) && holdsImages(tree, join(folder, split)),
  );
  if (withImages !== undefined && bare !== undefined) {
    const table = portablePath(folder, withImages.file);
    throw inputError(
      { file: displayPath(cwd, folder) },
      `holds the table ${table}, but none for the images in ${bare}.`,
      `Give each split a table, or name the one to use in a dataset.yaml with "schema: headstart/v1" and "labels: { file: ${table} }".`,
    );
  }
  return tables.map(({ name, file }) => tableSource(file, splitOf(name)));
}

/** The split that a table is named after: `train.csv`, `validation.tsv`. */
function splitOfTable(name: string): SplitName | null {
  return EXTENSION.test(name) ? splitOf(name.replace(EXTENSION, '')) : null;
}

export function tableSource(file: string, split: SplitName | null): Source {
  return { kind: 'label table', file, columns: {}, split, splits: [] };
}
