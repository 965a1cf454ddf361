import type { Tree } from '../describe/tree.js';
import type { ImageIndex } from './image-index.js';

/** What the sources of one dataset are looked up in. */
export interface Where {
  tree: Tree;
  root: string;
  index: ImageIndex;
  /** A path as the user knows it. */
  shown: (full: string) => string;
}
