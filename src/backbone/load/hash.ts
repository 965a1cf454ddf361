import { createHash } from 'node:crypto';
import { InputError, type Problem } from '../../problem.js';

/** SHA-256 of weight files joined in their order, in lower case. */
export function hashOfShards(shards: ReadonlyMap<string, Uint8Array>): string {
  const hash = createHash('sha256');
  for (const bytes of shards.values()) hash.update(bytes);
  return hash.digest('hex');
}

/** @throws InputError when the user's hash is none. */
export function checkedHash(sha256: string): string {
  const hash = sha256.trim().toLowerCase();
  if (/^[0-9a-f]{64}$/.test(hash)) return hash;
  throw new InputError([
    {
      file: '',
      message: 'The hash of the backbone (backbone-sha256) is not 64 hexadecimal digits.',
      remedy: 'Give the SHA-256 of the weight files joined in the order of the weightsManifest.',
    },
  ]);
}

/** The weights are not those that were asked for. */
export function otherHash(file: string, expected: string, found: string, more: string): InputError {
  const problem: Problem = {
    file,
    message: `has other weights than expected: their SHA-256 is ${found} and should be ${expected}.`,
    remedy: `Check where they come from; if they are the right ones, give their hash (backbone-sha256).${more}`,
  };
  return new InputError([problem]);
}

/** A download that nothing says what to expect of. */
export function unpinnedDownload(file: string): InputError {
  return new InputError([
    {
      file,
      message: 'is a download, and no hash says which weights are expected.',
      remedy:
        'Give the SHA-256 of the weight files joined in manifest order (backbone-sha256), or accept whatever comes (allow-unpinned); the report then names the hash.',
    },
  ]);
}
