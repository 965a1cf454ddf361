import { join } from 'node:path';
import { problemAt, type Problem } from '../../problem.js';
import { readTextHead } from '../files/read-head.js';
import type { Tree } from '../files/tree.js';
import { parseMapping } from './yaml.js';

const USE_MANIFEST =
  'Write a dataset.yaml with "schema: headstart/v1" that names the images and labels; docs/manifest.md has examples.';

const FORMATS: { name: RegExp; what: string; matches: (head: string) => boolean }[] = [
  { name: /\.ya?ml$/i, what: 'a YOLO data file', matches: isYolo },
  {
    name: /\.(json|jsonld)$/i,
    what: 'a Croissant description',
    matches: (head) =>
      head.includes('mlcommons.org/croissant') ||
      /"cr:\w+"/.test(head) ||
      (head.includes('"@context"') && head.includes('"recordSet"')),
  },
  {
    name: /^datapackage\.(json|ya?ml)$/i,
    what: 'a Frictionless Data Package',
    matches: (head) => head.includes('resources'),
  },
  { name: /^README\.md$/i, what: 'a Hugging Face dataset card', matches: isDatasetCard },
  { name: /\.parquet$/i, what: 'a Parquet file', matches: () => true },
  { name: /\.(zip|tar|tgz|tar\.gz|7z|rar)$/i, what: 'an archive', matches: () => true },
];

/** The first file of a folder that holds or describes a dataset in a format that Headstart does not read. */
export function findOtherFormat(
  tree: Tree,
  folder: string,
  display: (full: string) => string,
): Problem | null {
  for (const file of tree.list(folder).files) {
    const full = join(folder, file);
    const format = FORMATS.find(({ name, matches }) => name.test(file) && matches(readTextHead(full)));
    if (format !== undefined) {
      const remedy = format.what === 'an archive' ? 'Unpack it into class folders.' : USE_MANIFEST;
      return problemAt({ file: display(full) }, `is ${format.what}, which is not supported yet.`, remedy);
    }
  }
  return null;
}

function isYolo(head: string): boolean {
  const keys = Object.keys(parseMapping(head) ?? {});
  return keys.includes('train') && (keys.includes('names') || keys.includes('nc'));
}

function isDatasetCard(head: string): boolean {
  const frontMatter = /^---\r?\n(.*?)\r?\n---/s.exec(head)?.[1];
  const keys = Object.keys(frontMatter === undefined ? {} : (parseMapping(frontMatter) ?? {}));
  return keys.includes('configs') || keys.includes('dataset_info') || keys.includes('task_categories');
}
