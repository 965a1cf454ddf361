/** Recognizes datasets of other tasks, such as detection, by their files. */
import { join } from 'node:path';
import { problemAt, type Problem } from '../../problem.js';
import { readTextHead, readTextTail } from '../files/read-head.js';
import { holdsImages, imagesBelow, isImageName, type Folder, type Tree } from '../files/tree.js';
import { splitOf } from './split-names.js';

export const USE_ANALYZE =
  'Only single-label image classification is supported. For other tasks, measure both ways yourself and run "headstart analyze measurements.json".';

/** The task that a folder's annotations are for, if it is not classification. */
export function findOtherTask(tree: Tree, folder: string, display: (full: string) => string): Problem | null {
  const listing = tree.list(folder);
  const problem = (file: string, message: string) =>
    problemAt({ file: display(join(folder, file)) }, message, USE_ANALYZE);

  const coco = filesBelow(tree, folder, /^annotations?$/i, /\.json$/i).find((file) =>
    isCoco(join(folder, file)),
  );
  if (coco !== undefined) return problem(coco, 'describes detection, segmentation or captions (COCO).');

  const boxes = filesBelow(tree, folder, /^labels$/i, /\.txt$/i)
    .concat(filesOfImages(listing, '.txt'))
    .find((file) => isBoxes(join(folder, file)));
  const yolo =
    boxes === undefined
      ? listing.files.find(
          (file) =>
            /\.ya?ml$/i.test(file) && listing.folders.includes('labels') && isYolo(join(folder, file)),
        )
      : (listing.files.find((file) => /^data\.ya?ml$/i.test(file)) ?? boxes);
  if (yolo !== undefined) return problem(yolo, 'describes object detection (YOLO).');

  const xml = filesBelow(tree, folder, /^annotations?$/i, /\.xml$/i)
    .concat(filesOfImages(listing, '.xml'))
    .find((file) => readTextHead(join(folder, file)).includes('<bndbox'));
  if (xml !== undefined) return problem(xml, 'describes object detection (Pascal VOC).');
  const masks = findMasks(tree, folder);
  return masks === null ? null : problem(masks.masks, `next to ${masks.pictures} looks like segmentation.`);
}

const CONTENTS: [RegExp, string][] = [
  [/\.(wav|mp3|flac|ogg|m4a|aac)$/i, 'audio'],
  [/\.(mp4|mov|avi|mkv|webm)$/i, 'video'],
  [/\.(txt|md|docx?|pdf|html?)$/i, 'text'],
  [/\.(csv|tsv|parquet|xlsx?|arrow|feather|npy|npz)$/i, 'a table of numbers'],
];

/** What most files of a folder without images are. */
export function findOtherContent(tree: Tree, folder: string, file: string): Problem | null {
  const { folders, files } = tree.list(folder);
  const below = folders.flatMap((name) => {
    const inside = tree.list(join(folder, name));
    return [
      ...inside.files,
      ...inside.folders.flatMap((deeper) => tree.list(join(folder, name, deeper)).files),
    ];
  });
  const names = [...files, ...below];
  const most = CONTENTS.find(
    ([extension]) => names.filter((name) => extension.test(name)).length > names.length / 2,
  );
  return most === undefined ? null : problemAt({ file }, `looks like ${most[1]}, not images.`, USE_ANALYZE);
}

/** Images without objects have empty files, so the first file alone may say nothing. */
const MAX_FILES_TRIED = 20;

/** The first files of the folder, of its sub-folders with the name, and of such in its split folders. */
function filesBelow(tree: Tree, folder: string, name: RegExp, file: RegExp): string[] {
  const { folders, files } = tree.list(folder);
  const own = file.source.includes('json') ? files.filter((each) => file.test(each)) : [];
  const inside = (at: string): string[] => {
    const listing = tree.list(join(folder, at));
    const first = listing.files.filter((each) => file.test(each)).slice(0, MAX_FILES_TRIED);
    if (first.length > 0) return first.map((each) => `${at}/${each}`);
    return listing.folders.slice(0, 3).flatMap((deeper) => inside(`${at}/${deeper}`));
  };
  const inSplits = folders
    .filter((each) => splitOf(each) !== null)
    .flatMap((split) =>
      tree
        .list(join(folder, split))
        .folders.filter((each) => name.test(each))
        .map((each) => `${split}/${each}`),
    );
  return [
    ...own,
    ...folders
      .filter((each) => name.test(each))
      .concat(inSplits)
      .flatMap(inside),
  ];
}

/** Files with the extension and the name of an image beside them. */
function filesOfImages({ files }: Folder, extension: string): string[] {
  const images = new Set(files.filter(isImageName).map(stemOf));
  return files
    .filter((name) => name.toLowerCase().endsWith(extension) && images.has(stemOf(name)))
    .slice(0, MAX_FILES_TRIED);
}

function stemOf(name: string): string {
  return name.replace(/\.[^.]+$/, '');
}

function isCoco(path: string): boolean {
  const text = readTextHead(path) + readTextTail(path);
  const has = (key: string) => new RegExp(`"${key}"\\s*:\\s*\\[`).test(text);
  return has('annotations') && (has('images') || has('categories'));
}

/** Lines with a class and at least four coordinates. */
function isBoxes(path: string): boolean {
  const lines = readTextHead(path)
    .split(/\r?\n/)
    .slice(0, 20)
    .filter((line) => line.trim() !== '');
  return (
    lines.length > 0 &&
    lines.slice(0, 19).every((line) => /^\d+(\s+-?\d*\.?\d+(e-?\d+)?){4,}\s*$/i.test(line))
  );
}

function isYolo(path: string): boolean {
  const head = readTextHead(path);
  return /^train\s*:/m.test(head) && /^(names|nc)\s*:/m.test(head);
}

const PICTURES = /^(images?|imgs?|JPEGImages|leftImg8bit)$/i;
/** Always hold masks. */
const MASKS = /^(masks?|segmentations?|ground_?truths?|SegmentationClass|gt(Fine|Coarse)?)$/i;
/** Hold masks or boxes, or are a class. */
const LABELS = /^(annotations?|annots?|labels?|targets?|seg)$/i;
const MASK_SUFFIX = /([_-](masks?|labels?|seg|gt|annot|L))?\.[^.]+$/i;

/** The folders of pictures and of their masks, as segmentation has them. */
function findMasks(tree: Tree, folder: string): { pictures: string; masks: string } | null {
  const { folders } = tree.list(folder);
  const pictures = folders.find((name) => PICTURES.test(name));
  if (pictures === undefined) return null;
  const masks = folders.find((name) => MASKS.test(name)) ?? folders.find((name) => LABELS.test(name));
  if (masks === undefined) return null;
  return MASKS.test(masks) || areCounterparts(tree, folder, pictures, masks) ? { pictures, masks } : null;
}

/** Classes may have these names, but hardly only these two, with most images of one named as in the other. */
function areCounterparts(tree: Tree, folder: string, pictures: string, masks: string): boolean {
  const holding = tree.list(folder).folders.filter((name) => holdsImages(tree, join(folder, name)));
  if (holding.length !== 2 || !holding.includes(pictures) || !holding.includes(masks)) return false;
  const stemsIn = (name: string) =>
    imagesBelow(tree, join(folder, name)).images.map((path) => path.replace(MASK_SUFFIX, ''));
  const known = new Set(stemsIn(pictures));
  const stems = stemsIn(masks);
  return stems.filter((stem) => known.has(stem)).length > stems.length / 2;
}
