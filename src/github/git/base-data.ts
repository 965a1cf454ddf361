/** The datasets of a checkout as git has them, to be compared with those of another commit. */
import { createHash } from 'node:crypto';
import { existsSync, realpathSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { readDatasets } from '../../dataset/read-datasets.js';
import type { ComparedDataset } from '../../dataset/change.js';
import type { Dataset } from '../../dataset/dataset.js';
import { byCodeUnits } from '../../dataset/files/tree.js';
import type { TreeFile } from './tree.js';

/** What else a dataset's verdict depends on. */
function settingsOf({ image, metric, scaling, plan }: Dataset): string {
  return JSON.stringify([image, metric, scaling, plan]);
}

/**
 * A dataset with the content of its images as the commit has it; null when one of them is not in the commit.
 * @param root folder of the repository.
 */
export function inGit(
  dataset: Dataset,
  root: string,
  contents: ReadonlyMap<string, string>,
): ComparedDataset | null {
  const below = relative(realpathSync(root), realpathSync(dataset.root)).split(sep).join('/');
  const images = dataset.samples.map(({ path, label, split, group }) => {
    const full = below === '' ? path : `${below}/${path}`;
    return { path: full, content: contents.get(full), label: dataset.classes[label], split, group };
  });
  const known = images.flatMap(({ content, ...rest }) =>
    content === undefined ? [] : [{ ...rest, content }],
  );
  return known.length < images.length ? null : { images: known, settings: settingsOf(dataset) };
}

export function contentsOf(files: readonly TreeFile[]): Map<string, string> {
  return new Map(files.map(({ path, content }) => [path, content]));
}

/** The same for the same images, labels, splits, groups and settings, whatever the files are called. */
export function digestOfData({ images, settings }: ComparedDataset): string {
  const lines = images
    .map(({ content, label, split, group }) => JSON.stringify([content, label, split, group]))
    .sort(byCodeUnits);
  return createHash('sha256')
    .update(JSON.stringify([settings, lines]))
    .digest('hex');
}

/**
 * The datasets that the same path and manifest name in a folder where a commit was laid out; none where the path is not.
 * @throws InputError when the commit's dataset is described wrongly.
 */
export async function datasetsIn(
  folder: string,
  { path, manifest }: { path: string; manifest?: string },
): Promise<Dataset[]> {
  if (!existsSync(join(folder, path))) return [];
  return readDatasets(path, { cwd: folder, ...(manifest === undefined ? {} : { manifest }) });
}

/** The base's dataset of the same name, or the only one there was. */
export function counterpart(
  dataset: Dataset,
  datasets: readonly Dataset[],
  others: readonly Dataset[],
): Dataset | null {
  const named = others.find(({ name }) => name === dataset.name);
  if (named !== undefined) return named;
  return datasets.length === 1 && others.length === 1 ? others[0] : null;
}
