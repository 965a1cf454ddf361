import type { SplitName } from '../dataset.js';

/** An image as a table, list or folder tells of it: the class is still a word. */
export interface Listed {
  /** Relative to the dataset's root, as the file system spells it. */
  path: string;
  label: string;
  group: string | null;
  split: SplitName | null;
}
