import { dirname } from 'node:path';
import { portablePath } from './confine.js';
import { shownPath } from './description.js';
import type { Look } from './inspect-folder.js';
import type { Problem } from '../../problem.js';
import { splitKeys } from './unclear-folders.js';
import type { SplitWord } from './split-names.js';

const REMEDY =
  'Add "train: ." if its folders are the classes; else say with "train" and "test", "path" or "labels" which images to use.';
/** Where folders are called after splits, `train: .` would make classes of the splits. */
const remedyOfSplits = (splits: ReadonlyMap<string, SplitWord>) =>
  splits.size === 0
    ? 'Put the images into one folder a class, or name a table under "labels".'
    : `Say which folders of class folders to use, such as ${splitKeys(splits)}, or name a table under "labels".`;

/**
 * Why a manifest that names neither splits nor a table has to: what its root holds is not clearly class folders.
 * `note` is what was found wrong on the way, `splits` those of the folders called after splits that hold folders; null: none is called so.
 */
export function unclearManifest(
  seen: Look,
  note: Problem | undefined,
  {
    manifest,
    root,
    splits,
    cwd,
  }: { manifest: string; root: string; splits: ReadonlyMap<string, SplitWord> | null; cwd: string },
): Problem {
  const place = shownPath(cwd, root);
  const usual = splits === null ? REMEDY : remedyOfSplits(splits);
  const about = (what: string, remedy = usual): Problem => ({
    file: shownPath(cwd, manifest),
    message: `names no "train" or "labels", and ${what}`,
    remedy,
  });
  if (note !== undefined) return about(`${note.file} ${note.message}`);
  switch (seen.kind) {
    case 'several':
      return about(`${place} holds several datasets: ${namesOf(seen.descriptions, root)}.`);
    case 'class folders':
      return deeper(seen.description.root);
    case 'described':
      return deeper(seen.descriptions[0].root);
    case 'images':
      return about(
        seen.folder === null
          ? `${place} holds images, but nothing says which class they are of.`
          : `${place} has one class only, "${seen.folder.slice(0, 60)}".`,
      );
    case 'nothing':
      return about(`${place} holds no images.`, 'Check "path".');
  }

  function deeper(folder: string): Problem {
    const path = portablePath(dirname(manifest), folder);
    return about(`what ${place} holds is in ${portablePath(root, folder)}.`, `Add "path: ${path}".`);
  }
}

function namesOf(descriptions: readonly { root: string }[], root: string): string {
  const names = descriptions.slice(0, 5).map((each) => portablePath(root, each.root));
  return names.join(', ') + (descriptions.length > names.length ? ', …' : '');
}
