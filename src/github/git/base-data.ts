/** Datasets as git stores them, for comparison with those of another commit. */
import { createHash } from 'node:crypto';
import { existsSync, realpathSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { readDatasets } from '../../dataset/read-datasets.js';
import type { ComparedDataset } from '../../dataset/change.js';
import type { Dataset } from '../../dataset/dataset.js';
import { byCodeUnits } from '../../dataset/files/tree.js';
import type { TreeFile } from './tree.js';

/** Settings that the verdict depends on, besides the images. */
function settingsOf({ image, metric, scaling, plan }: Dataset): string {
  return JSON.stringify([image, metric, scaling, plan]);
}

/**
 * A dataset with the object id of each image; null when the commit lacks an image.
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

/** A hash of images, labels, splits, groups and settings. It does not depend on file names. */
export function digestOfData({ images, settings }: ComparedDataset): string {
  const lines = images
    .map(({ content, label, split, group }) => JSON.stringify([content, label, split, group]))
    .sort(byCodeUnits);
  return createHash('sha256')
    .update(JSON.stringify([settings, lines]))
    .digest('hex');
}

/**
 * The datasets at the same path in the extracted files of another commit; none when the path does not exist there.
 * @throws InputError when the dataset of that commit has errors.
 */
export async function datasetsIn(
  folder: string,
  { path, manifest }: { path: string; manifest?: string },
): Promise<Dataset[]> {
  if (!existsSync(join(folder, path))) return [];
  return readDatasets(path, { cwd: folder, ...(manifest === undefined ? {} : { manifest }) });
}

/** The base's dataset of the same name, or the only one on both sides. */
export function counterpart(
  dataset: Dataset,
  datasets: readonly Dataset[],
  others: readonly Dataset[],
): Dataset | null {
  const named = others.find(({ name }) => name === dataset.name);
  if (named !== undefined) return named;
  return datasets.length === 1 && others.length === 1 ? others[0] : null;
}
