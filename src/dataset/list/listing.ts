import type { Dataset, SplitName } from '../dataset.js';
import type { Tree } from '../files/tree.js';
import type { ImageIndex } from './image-index.js';

/** An image and its label as a table, list or folder gives them. */
export interface ListedImage {
  /** Relative to the dataset's root, as the file system spells it. */
  path: string;
  label: string;
  group: string | null;
  split: SplitName | null;
}

/** The images of one or more sources. */
export interface Listing extends Pick<Dataset, 'absent' | 'leftOut' | 'skipped'> {
  images: ListedImage[];
}

/** What the sources of a dataset are read with. */
export interface ListingContext {
  tree: Tree;
  root: string;
  index: ImageIndex;
  /** A path for messages and reports. */
  display: (full: string) => string;
}
