import { basename } from 'node:path';
import type { Problem } from '../../problem.js';
import type { SplitName } from '../dataset.js';
import { displayPath, folderBounds, type Bounds } from '../files/paths.js';
import type { Tree } from '../files/tree.js';
import type { LabelTable, Manifest } from './manifest.js';
import type { Position } from './yaml.js';

/** Where images and their labels are. */
export type Source =
  /** A folder per class, with images at any depth. `lists` name the images of each split, if any. */
  | { kind: 'class folders'; folder: string; split: SplitName | null; lists: SplitList[] }
  /** One image path per line, relative to the root; the image's folder is its class. */
  | { kind: 'image list'; file: string; split: SplitName }
  /** One row per image. A row's split is in the table, else from `splits` by place, else `split`. */
  | {
      kind: 'label table';
      file: string;
      columns: Omit<LabelTable, 'file'>;
      split: SplitName | null;
      splits: { place: string; split: SplitName }[];
    };

/** A text file with the images of one split, one per line. */
export interface SplitList {
  file: string;
  split: SplitName;
}

/** Where a dataset is and how to read it. Only the manifest has been read so far. Paths are absolute. */
export interface Description {
  kind: 'manifest' | 'class folders' | 'label table';
  name: string;
  /** The manifest or the dataset's folder, for messages: problems are located there. */
  file: string;
  /** The manifest or the label tables, for reports; null for class folders. */
  origin: string | null;
  /** The folder that the manifest's own paths are relative to. */
  base: string;
  /** The folder that image paths are relative to; images may not leave it. */
  root: string;
  /** What the manifest may name. */
  bounds: Bounds;
  sources: Source[];
  /** What was concluded from the names of folders and files, a sentence each. */
  inferred: string[];
  /** The other keys of the manifest; empty without one. */
  manifest: Omit<Manifest, 'schema'>;
  /** Where a key of the manifest is. */
  positionOf: (path: readonly string[], key?: string) => Position;
}

/** What a folder turns out to hold. */
export type FolderContents =
  /** A manifest or label tables describe it. */
  | { kind: 'described'; descriptions: Description[] }
  /** At least two class folders, possibly in split folders. */
  | { kind: 'class folders'; description: Description }
  /** Datasets further down; `described` if one of them has a manifest or a table. */
  | { kind: 'several'; descriptions: Description[]; described: boolean }
  /**
   * Images without classes; `folder` is the only folder that holds them, or null. `inside` says if they are
   * in split folders, or in folders named after parts of a dataset.
   */
  | { kind: 'images'; folder: string | null; inside?: 'splits' | 'parts' }
  | { kind: 'nothing' };

export interface NamedFolder {
  name: string;
  contents: FolderContents;
}

export interface InspectionContext {
  tree: Tree;
  cwd: string;
  /** The folder that the user named. */
  namedFolder: string;
  /** Why folders were passed over, in case nothing else is found. */
  notes: Problem[];
}

/** A dataset without a manifest. */
export function describeFolder(
  kind: 'class folders' | 'label table',
  root: string,
  sources: Source[],
  cwd: string,
  inferred: string[] = [],
): Description {
  const tables = sources.flatMap((source) =>
    source.kind === 'label table' ? [displayPath(cwd, source.file)] : [],
  );
  return {
    kind,
    name: basename(root) || 'dataset',
    file: displayPath(cwd, root),
    origin: tables.length > 0 ? tables.join(', ') : null,
    base: root,
    root,
    bounds: folderBounds(root),
    sources,
    inferred,
    manifest: {},
    positionOf: () => ({}),
  };
}
