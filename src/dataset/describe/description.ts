import { basename, dirname, relative, resolve } from 'node:path';
import { folderBounds, isInside, realPath, repositoryBounds, type Bounds } from './confine.js';
import type { LabelTable, Manifest } from './manifest-model.js';
import type { SplitList } from './split-lists.js';
import type { SplitWord } from './split-names.js';
import type { Place } from './yaml.js';

/** Where samples are listed. */
export type Source =
  /** Folders named after classes, images at any depth in them; `lists` name the images of each split, where they are there. */
  | { kind: 'class folders'; folder: string; split: SplitWord | null; lists: SplitList[] }
  /** One image path a line, relative to the root; the folder that an image is in is its class. */
  | { kind: 'image list'; file: string; split: SplitWord }
  /** One row an image. Rows take their split from the table, else from `splits` by place, else `split`. */
  | {
      kind: 'label table';
      file: string;
      columns: Omit<LabelTable, 'file'>;
      split: SplitWord | null;
      splits: { place: string; split: SplitWord }[];
    };

/** Where one dataset is and how it is described; nothing is read yet but the manifest. All paths are absolute. */
export interface Description {
  kind: 'manifest' | 'class folders' | 'label table';
  name: string;
  /** The manifest, or the dataset's folder, as the user knows it: what problems are about. */
  shown: string;
  /** As the user knows them: the manifest or the label tables; null for class folders. */
  origin: string | null;
  /** Folder that the manifest's own paths are relative to. */
  base: string;
  /** Folder that sample paths are relative to. */
  root: string;
  /** What the manifest may name; images may not leave `root`. */
  bounds: Bounds;
  sources: Source[];
  /** What was read from the names of folders and files, a sentence each. */
  inferred: string[];
  /** What else the manifest says; empty without one. */
  manifest: Omit<Manifest, 'schema'>;
  /** Where a key of the manifest stands. */
  placeOf: (path: readonly string[], key?: string) => Place;
}

/** A path as the user knows it: relative to where they called, `.` for that place itself. */
export function shownPath(cwd: string, full: string): string {
  return relative(cwd, full).replaceAll('\\', '/') || '.';
}

/** A dataset without a manifest: class folders or label tables found in a folder. */
export function found(
  kind: 'class folders' | 'label table',
  root: string,
  sources: Source[],
  cwd: string,
  inferred: string[] = [],
): Description {
  const tables = sources.flatMap((source) =>
    source.kind === 'label table' ? [shownPath(cwd, source.file)] : [],
  );
  return {
    kind,
    name: basename(root) || 'dataset',
    shown: shownPath(cwd, root),
    origin: tables.length > 0 ? tables.join(', ') : null,
    base: root,
    root,
    bounds: folderBounds(root),
    sources,
    inferred,
    manifest: {},
    placeOf: () => ({}),
  };
}

/** What a manifest may reach: its repository, else the folder that the user named when the manifest lies in it. */
export function boundsOfManifest(file: string, named: string | null): Bounds {
  const own = repositoryBounds(dirname(file));
  if (own.name === 'the repository' || named === null) return own;
  const real = realPath(named);
  return real !== null && isInside(own.root, real) ? { ...own, root: real } : own;
}

/** `<name>.headstart.yaml` is called so; `dataset.yaml` after its folder. */
export function nameOfManifest(file: string, manifest: Pick<Manifest, 'name'>): string {
  const stem = /^(.+)\.headstart\.ya?ml$/i.exec(basename(file))?.[1];
  return manifest.name ?? stem ?? (basename(resolve(dirname(file))) || 'dataset');
}
