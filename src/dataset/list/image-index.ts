import { join, posix } from 'node:path';
import type { Tree } from '../describe/tree.js';

/** Finds images by the paths that tables and lists give them. */
export interface ImageIndex {
  /**
   * The path as the file system spells it, relative to the root; null when there is no such file. Capitals count on
   * every OS; composed and decomposed letters (NFC, NFD) are the same unless both spellings exist.
   */
  find: (path: string) => string | null;
  /** Absolute. */
  readonly root: string;
  /** Links that lead out of the dataset's folder, and were asked for. */
  readonly leaving: string[];
}

export function indexImages(tree: Tree, root: string): ImageIndex {
  const folders = new Map<string, Names>();
  const leaving: string[] = [];
  const namesIn = (folder: string): Names => {
    let names = folders.get(folder);
    if (names === undefined) folders.set(folder, (names = namesOf(tree, join(root, folder))));
    return names;
  };
  const find = (path: string): string | null => {
    const parts = posix
      .normalize(path)
      .replace(/^\/+|\/+$/g, '')
      .split('/');
    let folder = '';
    for (const [depth, part] of parts.entries()) {
      const names = namesIn(folder);
      const last = depth === parts.length - 1;
      const name = spelt(last ? names.files : names.folders, part);
      const at = (actual: string) => (folder === '' ? actual : `${folder}/${actual}`);
      if (name === null) {
        const link = spelt(names.leaving, part);
        if (link !== null) leaving.push(at(link));
        return null;
      }
      folder = at(name);
    }
    return folder;
  };
  return { find, root, leaving };
}

/** Names by their NFC form. */
type Spellings = Map<string, string[]>;

interface Names {
  folders: Spellings;
  files: Spellings;
  leaving: Spellings;
}

function namesOf(tree: Tree, folder: string): Names {
  const { folders, files, leaving } = tree.list(folder);
  return { folders: spellings(folders), files: spellings(files), leaving: spellings(leaving) };
}

function spellings(names: readonly string[]): Spellings {
  const known: Spellings = new Map();
  for (const name of names) {
    const form = name.normalize('NFC');
    const before = known.get(form);
    if (before === undefined) known.set(form, [name]);
    else before.push(name);
  }
  return known;
}

function spelt(known: Spellings, name: string): string | null {
  const names = known.get(name.normalize('NFC')) ?? [];
  return names.find((each) => each === name) ?? names.at(0) ?? null;
}
