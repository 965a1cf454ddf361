import { join } from 'node:path';
import { holdsImages, imagesBelow, type Tree } from './tree.js';

const PICTURES = /^(images?|imgs?|JPEGImages|leftImg8bit)$/i;
/** Hold masks whatever is in them. */
const MASKS = /^(masks?|segmentations?|ground_?truths?|SegmentationClass|gt(Fine|Coarse)?)$/i;
/** May hold boxes, or images of a class that is called so. */
const LABELS = /^(annotations?|annots?|labels?|targets?|seg)$/i;
const ENDING = /([_-](masks?|labels?|seg|gt|annot|L))?\.[^.]+$/i;

/** The folders of pictures and of their masks, as segmentation has them; null: there are none. */
export function maskFolder(tree: Tree, folder: string): { pictures: string; masks: string } | null {
  const { folders } = tree.list(folder);
  const pictures = folders.find((name) => PICTURES.test(name));
  if (pictures === undefined) return null;
  const masks = folders.find((name) => MASKS.test(name)) ?? folders.find((name) => LABELS.test(name));
  if (masks === undefined) return null;
  return MASKS.test(masks) || isCounterpart(tree, folder, pictures, masks) ? { pictures, masks } : null;
}

/** Classes may be called so, too, but hardly just these two, with an image of the same name for every other. */
function isCounterpart(tree: Tree, folder: string, pictures: string, masks: string): boolean {
  const holding = tree.list(folder).folders.filter((name) => holdsImages(tree, join(folder, name)));
  if (holding.length !== 2 || !holding.includes(pictures) || !holding.includes(masks)) return false;
  const stems = (name: string) =>
    imagesBelow(tree, join(folder, name)).images.map((path) => path.replace(ENDING, ''));
  const known = new Set(stems(pictures));
  const wanted = stems(masks);
  return wanted.filter((stem) => known.has(stem)).length > wanted.length / 2;
}
