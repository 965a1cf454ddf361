import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { InputError, problemAt, type Problem } from '../../problem.js';
import type { Description } from '../describe/description.js';
import { SPLITS } from '../describe/split-names.js';
import { resolveInside } from '../files/paths.js';
import { readHead } from '../files/read-head.js';
import type { ListedImage } from './listing.js';

const CHUNK_BYTES = 2 ** 20;

/** @throws InputError with every count and file that is not as the manifest's `expect` and `files` say. */
export function checkExpectations(description: Description, images: readonly ListedImage[]): void {
  const problems = [...wrongCounts(description, images), ...changedFiles(description)];
  if (problems.length > 0) throw new InputError(problems);
}

/** Images without a split count as train. */
function wrongCounts({ manifest, file, positionOf }: Description, images: readonly ListedImage[]): Problem[] {
  return SPLITS.flatMap((split) => {
    const expected = manifest.expect?.[split];
    const actual = images.filter((image) => (image.split ?? 'train') === split).length;
    if (expected === undefined || expected === actual) return [];
    return [
      problemAt(
        { file, ...positionOf(['expect', split]) },
        `"expect.${split}" is ${expected}, but there are ${actual} images.`,
        'Fetch the missing images, or correct the number.',
      ),
    ];
  });
}

function changedFiles({ manifest, file, positionOf, base, bounds }: Description): Problem[] {
  return (manifest.files ?? []).flatMap(({ path, sha256, bytes }, index): Problem[] => {
    const at = { file, ...positionOf(['files', String(index)]) };
    const full = resolveInside(path, base, bounds, at);
    const remedy = 'Fetch it again, or correct the manifest.';
    const stat = statSync(full);
    if (!stat.isFile()) return [problemAt(at, `"${path}" is a folder, not a file.`, 'Name a file.')];
    if (bytes !== undefined && stat.size !== bytes) {
      const message = `"${path}" has ${stat.size} bytes, not ${bytes}`;
      return [
        stat.size < 1024 && isLfsPointer(full)
          ? problemAt(at, `${message}: it is a Git LFS pointer.`, 'Fetch it with "git lfs pull".')
          : problemAt(at, `${message}.`, remedy),
      ];
    }
    return sha256 === undefined || sha256OfFile(full) === sha256.toLowerCase()
      ? []
      : [problemAt(at, `"${path}" does not have the SHA-256 that the manifest gives.`, remedy)];
  });
}

function isLfsPointer(path: string): boolean {
  return readHead(path, 40).toString().startsWith('version https://git-lfs');
}

function sha256OfFile(path: string): string {
  const hash = createHash('sha256');
  const file = openSync(path, 'r');
  const chunk = Buffer.alloc(CHUNK_BYTES);
  try {
    for (let count = readSync(file, chunk); count > 0; count = readSync(file, chunk))
      hash.update(chunk.subarray(0, count));
  } finally {
    closeSync(file);
  }
  return hash.digest('hex');
}
