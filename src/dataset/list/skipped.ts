import { closeSync, constants, openSync, readSync } from 'node:fs';
import { recognise } from '../images/codecs/recognize.js';

/** Something in a dataset of class folders that no class gets, and why. */
export interface Skipped {
  /** Relative to the dataset's root; a folder ends with `/`. */
  path: string;
  reason: 'no image ending' | 'beside the class folders' | 'a thumbnail' | 'no images in it';
}

const HEAD_BYTES = 1024;

/** Whether a file begins like an image of a known format, supported or not. Notes and scripts beside images do not. */
export function beginsLikeImage(path: string): boolean {
  let file: number | undefined;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const head = Buffer.alloc(HEAD_BYTES);
    const kind = recognise(head.subarray(0, readSync(file, head)));
    // A header that goes on behind these bytes reads as damaged.
    return 'decodable' in kind || !['empty', 'not an image'].includes(kind.refused);
  } catch {
    return false;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
