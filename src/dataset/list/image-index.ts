import { join, posix } from 'node:path';
import { inputError, quote } from '../../problem.js';
import { isAbsolute, portablePath } from '../files/paths.js';
import type { Tree } from '../files/tree.js';

/** Finds images by their paths in tables and lists. */
export interface ImageIndex {
  /**
   * The path as the file system spells it, relative to the root; null if there is no such file.
   * Case-sensitive. Composed and decomposed letters (NFC, NFD) are equal unless both spellings exist.
   */
  find: (path: string) => string | null;
  /** Absolute. */
  readonly root: string;
  /** Links on searched paths that lead out of the dataset's folder. */
  readonly leaving: string[];
}

export function indexImages(tree: Tree, root: string): ImageIndex {
  const known = new Map<string, Entries>();
  const leaving: string[] = [];
  const entriesOf = (folder: string): Entries => {
    let entries = known.get(folder);
    if (entries === undefined) {
      const { folders, files, leaving: links } = tree.list(join(root, folder));
      entries = { folders: byNfc(folders), files: byNfc(files), leaving: byNfc(links) };
      known.set(folder, entries);
    }
    return entries;
  };
  const find = (path: string): string | null => {
    const parts = posix
      .normalize(path)
      .replace(/^\/+|\/+$/g, '')
      .split('/');
    let found = '';
    for (const [depth, part] of parts.entries()) {
      const entries = entriesOf(found);
      const isLast = depth === parts.length - 1;
      const name = spellingOf(isLast ? entries.files : entries.folders, part);
      const inFolder = (entry: string) => (found === '' ? entry : `${found}/${entry}`);
      if (name === null) {
        const link = spellingOf(entries.leaving, part);
        if (link !== null) leaving.push(inFolder(link));
        return null;
      }
      found = inFolder(name);
    }
    return found;
  };
  return { find, root, leaving };
}

/** Names by their NFC form. */
type Spellings = Map<string, string[]>;

interface Entries {
  folders: Spellings;
  files: Spellings;
  leaving: Spellings;
}

function byNfc(names: readonly string[]): Spellings {
  const spellings: Spellings = new Map();
  for (const name of names) {
    const form = name.normalize('NFC');
    const same = spellings.get(form);
    if (same === undefined) spellings.set(form, [name]);
    else same.push(name);
  }
  return spellings;
}

function spellingOf(spellings: Spellings, name: string): string | null {
  const names = spellings.get(name.normalize('NFC')) ?? [];
  return names.find((each) => each === name) ?? names.at(0) ?? null;
}

/**
 * The image of a path in a table or list: relative to the root, or else to `folder`, the table's.
 * @throws InputError if it is absolute, a URL, or leaves the dataset's folder.
 */
export function findListed(
  name: string,
  folder: string,
  index: ImageIndex,
  at: { file: string; line: number },
): string | null {
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(name)) {
    throw inputError(
      at,
      `${quote(name)} is a URL.`,
      'Images are not downloaded: put them into the repository.',
    );
  }
  const portable = name.includes('\\') ? name.replaceAll('\\', '/') : name;
  if (isAbsolute(portable)) {
    throw inputError(
      at,
      `${quote(name)} is absolute and leaves the dataset’s folder.`,
      'Write paths relative to the dataset.',
    );
  }
  const fromRoot = leavesRoot(portable) ? null : index.find(portable);
  if (fromRoot !== null) return fromRoot;
  const beside = portablePath(index.root, join(folder, portable));
  const isOutside = beside === '..' || beside.startsWith('../') || isAbsolute(beside);
  if (isOutside && leavesRoot(portable)) {
    throw inputError(
      at,
      `${quote(name)} leaves the dataset’s folder.`,
      'Write relative paths that stay inside the dataset.',
    );
  }
  return isOutside ? null : index.find(beside);
}

function leavesRoot(path: string): boolean {
  return posix.normalize(path).split('/').includes('..');
}
