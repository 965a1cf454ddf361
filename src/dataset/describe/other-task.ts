import { join } from 'node:path';
import { maskFolder } from './mask-folder.js';
import { peekText } from './peek.js';
import type { Problem } from '../../problem.js';
import { splitOf } from './split-names.js';
import { isImageName, type Folder, type Tree } from './tree.js';

export const ANALYZE =
  'Only single-label image classification is probed. For other tasks measure both ways yourself and run "headstart analyze measurements.json".';

/** What a folder's other files say that its images are for, when that is not classification; null: nothing. */
export function otherImageTask(tree: Tree, folder: string, shown: (full: string) => string): Problem | null {
  const listed = tree.list(folder);
  const says = (file: string, message: string): Problem => ({
    file: shown(join(folder, file)),
    message,
    remedy: ANALYZE,
  });

  const coco = filesBelow(tree, folder, /^annotations?$/i, /\.json$/i).find((file) =>
    isCoco(join(folder, file)),
  );
  if (coco !== undefined) return says(coco, 'describes detection, segmentation or captions (COCO).');

  const boxes = filesBelow(tree, folder, /^labels$/i, /\.txt$/i)
    .concat(besideImages(listed, '.txt'))
    .find((file) => isBoxes(join(folder, file)));
  if (boxes !== undefined) {
    const yolo = listed.files.find((file) => /^data\.ya?ml$/i.test(file)) ?? boxes;
    return says(yolo, 'describes object detection (YOLO).');
  }
  const yolo = listed.files.find(
    (file) => /\.ya?ml$/i.test(file) && listed.folders.includes('labels') && isYoloText(join(folder, file)),
  );
  if (yolo !== undefined) return says(yolo, 'describes object detection (YOLO).');

  const xml = filesBelow(tree, folder, /^annotations?$/i, /\.xml$/i)
    .concat(besideImages(listed, '.xml'))
    .find((file) => peekText(join(folder, file)).head.includes('<bndbox'));
  if (xml !== undefined) return says(xml, 'describes object detection (Pascal VOC).');
  const found = maskFolder(tree, folder);
  return found === null ? null : says(found.masks, `beside ${found.pictures} looks like segmentation.`);
}

const KINDS: [RegExp, string][] = [
  [/\.(wav|mp3|flac|ogg|m4a|aac)$/i, 'audio'],
  [/\.(mp4|mov|avi|mkv|webm)$/i, 'video'],
  [/\.(txt|md|docx?|pdf|html?)$/i, 'text'],
  [/\.(csv|tsv|parquet|xlsx?|arrow|feather|npy|npz)$/i, 'a table of numbers'],
];

/** What a folder without images is about, by most of its files; null: nothing says so. */
export function otherContent(tree: Tree, folder: string, shown: string): Problem | null {
  const { folders, files } = tree.list(folder);
  const below = folders.flatMap((name) => {
    const inside = tree.list(join(folder, name));
    return [
      ...inside.files,
      ...inside.folders.flatMap((deeper) => tree.list(join(folder, name, deeper)).files),
    ];
  });
  const names = [...files, ...below];
  for (const [extension, what] of KINDS) {
    const count = names.filter((name) => extension.test(name)).length;
    if (count > names.length / 2)
      return { file: shown, message: `looks like ${what}, not images.`, remedy: ANALYZE };
  }
  return null;
}

/** Images without objects have empty files, so that the first may say nothing; so many are tried. */
const TRIED = 20;

/** Files of the folder itself, of sub-folders with the name, and of those of its split folders; the first ones of each. */
function filesBelow(tree: Tree, folder: string, name: RegExp, file: RegExp): string[] {
  const { folders, files } = tree.list(folder);
  const own = file.source.includes('json') ? files.filter((each) => file.test(each)) : [];
  const inside = (at: string): string[] => {
    const listed = tree.list(join(folder, at));
    const first = listed.files.filter((each) => file.test(each)).slice(0, TRIED);
    if (first.length > 0) return first.map((each) => `${at}/${each}`);
    return listed.folders.slice(0, 3).flatMap((deeper) => inside(`${at}/${deeper}`));
  };
  return [
    ...own,
    ...folders.filter((each) => name.test(each)).flatMap(inside),
    ...folders
      .filter((each) => splitOf(each) !== null)
      .flatMap((split) =>
        tree
          .list(join(folder, split))
          .folders.filter((each) => name.test(each))
          .flatMap((each) => inside(`${split}/${each}`)),
      ),
  ];
}

function besideImages({ files }: Folder, ending: string): string[] {
  const stem = (name: string) => name.replace(/\.[^.]+$/, '');
  const images = new Set(files.filter(isImageName).map(stem));
  return files
    .filter((name) => name.toLowerCase().endsWith(ending) && images.has(stem(name)))
    .slice(0, TRIED);
}

function isCoco(path: string): boolean {
  const { head, tail } = peekText(path);
  const has = (key: string) => new RegExp(`"${key}"\\s*:\\s*\\[`).test(head + tail);
  return has('annotations') && (has('images') || has('categories'));
}

/** Lines of a class and four or more coordinates. */
function isBoxes(path: string): boolean {
  const lines = peekText(path).head.split(/\r?\n/).slice(0, 20);
  const filled = lines.filter((line) => line.trim() !== '');
  return (
    filled.length > 0 &&
    filled.slice(0, 19).every((line) => /^\d+(\s+-?\d*\.?\d+(e-?\d+)?){4,}\s*$/i.test(line))
  );
}

function isYoloText(path: string): boolean {
  const { head } = peekText(path);
  return /^train\s*:/m.test(head) && /^(names|nc)\s*:/m.test(head);
}
