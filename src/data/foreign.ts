import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Problem } from '../manifest/problem.js';
import { peekYaml } from '../manifest/read.js';
import { holdsImages, listFolder } from './folder.js';

const WRITE_OURS =
  'Write a dataset.yaml with "schema: headstart/v1" that names the images and labels; docs/manifest.md has examples.';
const ANALYZE =
  'Only single-label image classification is probed. For other tasks measure both ways yourself and run "headstart analyze measurements.json".';

type Recognise = (folder: string, file: string) => Omit<Problem, 'file'> | null;

/** Descriptions of other tools that are recognised, but not read by this version. */
const FORMATS: { name: RegExp; recognise: Recognise }[] = [
  { name: /\.ya?ml$/i, recognise: yolo },
  { name: /^(croissant\.json|.*\.jsonld|metadata\.json)$/i, recognise: croissant },
  { name: /^datapackage\.json$/i, recognise: () => notYet('a Frictionless Data Package') },
  { name: /\.json$/i, recognise: coco },
];

/** The first file that another tool's format describes the dataset with; null: none. */
export function foreignFormat(folder: string, files: string[]): Problem | null {
  for (const file of files) {
    for (const { name, recognise } of FORMATS) {
      const problem = name.test(file) ? recognise(folder, file) : null;
      if (problem !== null) return { file, ...problem };
    }
  }
  return null;
}

function notYet(what: string): Omit<Problem, 'file'> {
  return { message: `is ${what}, which is not read yet.`, remedy: WRITE_OURS };
}

function yolo(folder: string, file: string): Omit<Problem, 'file'> | null {
  const value = peekYaml(readFileSync(join(folder, file)));
  if (typeof value !== 'object' || value === null) return null;
  const keys = Object.keys(value);
  if (!keys.includes('names') && !keys.includes('nc')) return null;
  if (!keys.includes('train')) return null;
  return listFolder(folder).folders.includes('labels')
    ? { message: 'describes object detection (YOLO).', remedy: ANALYZE }
    : notYet('a YOLO data file');
}

function croissant(folder: string, file: string): Omit<Problem, 'file'> | null {
  const value = readJson(join(folder, file));
  return typeof value === 'object' && value !== null && '@context' in value
    ? notYet('a Croissant description')
    : null;
}

function coco(folder: string, file: string): Omit<Problem, 'file'> | null {
  const value = readJson(join(folder, file));
  const isCoco = typeof value === 'object' && value !== null && 'annotations' in value && 'images' in value;
  return isCoco
    ? { message: 'describes detection, segmentation or captions (COCO).', remedy: ANALYZE }
    : null;
}

function readJson(path: string): unknown {
  try {
    return statSync(path).size > 50e6 ? null : JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return null;
  }
}

const OTHER_TASKS: [RegExp, string][] = [
  [/\.(wav|mp3|flac|ogg|m4a)$/i, 'audio'],
  [/\.(txt|md|docx?|pdf)$/i, 'text'],
  [/\.(csv|tsv|parquet|xlsx?|arrow)$/i, 'a table of numbers'],
  [/\.(mp4|mov|avi|mkv|webm)$/i, 'video'],
];

/** A folder without images whose files tell of another task; null: nothing says so. */
export function notClassification(folder: string, shown: string): Problem | null {
  if (holdsImages(folder, 2)) return null;
  const { folders, files } = listFolder(folder);
  const names = [...files, ...folders.flatMap((name) => listFolder(join(folder, name)).files)];
  const task = OTHER_TASKS.find(
    ([extension]) => names.filter((name) => extension.test(name)).length > names.length / 2,
  );
  return task === undefined
    ? null
    : { file: shown, message: `looks like ${task[1]}, not images.`, remedy: ANALYZE };
}
