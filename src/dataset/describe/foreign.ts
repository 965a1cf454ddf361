import { join } from 'node:path';
import { peekMapping, peekText } from './peek.js';
import type { Problem } from '../../problem.js';
import type { Tree } from './tree.js';

const WRITE_OURS =
  'Write a dataset.yaml with "schema: headstart/v1" that names the images and labels; docs/manifest.md has examples.';

const FORMATS: { name: RegExp; what: string; isIt: (head: string) => boolean }[] = [
  { name: /\.ya?ml$/i, what: 'a YOLO data file', isIt: isYolo },
  {
    name: /\.(json|jsonld)$/i,
    what: 'a Croissant description',
    isIt: (head) =>
      head.includes('mlcommons.org/croissant') ||
      /"cr:\w+"/.test(head) ||
      (head.includes('"@context"') && head.includes('"recordSet"')),
  },
  {
    name: /^datapackage\.(json|ya?ml)$/i,
    what: 'a Frictionless Data Package',
    isIt: (head) => head.includes('resources'),
  },
  { name: /^README\.md$/i, what: 'a Hugging Face dataset card', isIt: isCard },
  { name: /\.parquet$/i, what: 'a Parquet file', isIt: () => true },
  { name: /\.(zip|tar|tgz|tar\.gz|7z|rar)$/i, what: 'an archive', isIt: () => true },
];

/** The first file of a folder that another tool's format describes the data with, not read by this version; null: none. */
export function foreignFormat(tree: Tree, folder: string, shown: (full: string) => string): Problem | null {
  for (const file of tree.list(folder).files) {
    for (const { name, what, isIt } of FORMATS) {
      const full = join(folder, file);
      if (name.test(file) && isIt(peekText(full).head)) {
        const remedy = what === 'an archive' ? 'Unpack it into class folders.' : WRITE_OURS;
        return { file: shown(full), message: `is ${what}, which is not read yet.`, remedy };
      }
    }
  }
  return null;
}

function isYolo(head: string): boolean {
  const keys = Object.keys(peekMapping(head) ?? {});
  return keys.includes('train') && (keys.includes('names') || keys.includes('nc'));
}

function isCard(head: string): boolean {
  const front = /^---\r?\n(.*?)\r?\n---/s.exec(head)?.[1];
  const keys = Object.keys(front === undefined ? {} : (peekMapping(front) ?? {}));
  return keys.includes('configs') || keys.includes('dataset_info') || keys.includes('task_categories');
}
