import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { confined } from '../describe/confine.js';
import type { Description } from '../describe/description.js';
import { InputError, type Problem } from '../../problem.js';
import type { Listed } from './listed.js';

const CHUNK = 2 ** 20;

/**
 * Counts and contents that the manifest promises.
 * @throws InputError that names every promise that is not kept.
 */
export function checkPromises(description: Description, listed: readonly Listed[]): void {
  const problems = [...brokenCounts(description, listed), ...changedFiles(description)];
  if (problems.length > 0) throw new InputError(problems);
}

/** Images without a split count as train. */
function brokenCounts({ manifest, shown, placeOf }: Description, listed: readonly Listed[]): Problem[] {
  return (['train', 'val', 'test'] as const).flatMap((split) => {
    const expected = manifest.expect?.[split];
    const found = listed.filter((each) => (each.split ?? 'train') === split).length;
    if (expected === undefined || expected === found) return [];
    return [
      {
        file: shown,
        ...placeOf(['expect', split]),
        message: `"expect.${split}" is ${expected}, but ${found} images are there.`,
        remedy: 'Fetch what is missing, or correct the number.',
      },
    ];
  });
}

function changedFiles({ manifest, shown, placeOf, base, bounds }: Description): Problem[] {
  return (manifest.files ?? []).flatMap(({ path, sha256, bytes }, index): Problem[] => {
    const at = { file: shown, ...placeOf(['files', String(index)]), message: '' };
    const full = confined(path, base, bounds, at);
    const remedy = 'Fetch it again, or correct the manifest.';
    const stat = statSync(full);
    if (!stat.isFile())
      return [{ ...at, message: `"${path}" is a folder, not a file.`, remedy: 'Name a file.' }];
    if (bytes !== undefined && stat.size !== bytes) {
      const pointer = stat.size < 1024 && isPointer(full);
      return [
        {
          ...at,
          message: `"${path}" has ${stat.size} bytes, not ${bytes}${pointer ? ': it is a Git LFS pointer' : ''}.`,
          remedy: pointer ? 'Fetch it with "git lfs pull".' : remedy,
        },
      ];
    }
    return sha256 === undefined || sha256OfFile(full) === sha256.toLowerCase()
      ? []
      : [{ ...at, message: `"${path}" is not the file that is named by SHA-256.`, remedy }];
  });
}

function isPointer(path: string): boolean {
  return chunksOf(path).next().value?.toString().startsWith('version https://git-lfs') === true;
}

function sha256OfFile(path: string): string {
  const hash = createHash('sha256');
  for (const chunk of chunksOf(path)) hash.update(chunk);
  return hash.digest('hex');
}

function* chunksOf(path: string): Generator<Buffer, undefined> {
  const file = openSync(path, 'r');
  const chunk = Buffer.alloc(CHUNK);
  try {
    for (let count = readSync(file, chunk); count > 0; count = readSync(file, chunk))
      yield chunk.subarray(0, count);
  } finally {
    closeSync(file);
  }
}
