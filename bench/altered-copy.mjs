import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encode } from 'fast-png';
import { decodeImage } from '../build/dataset/images/decode.js';

/** Side at which altered images are written; that of the images of sign-digits. */
const SIDE = 100;

/** A copy of a dataset with class folders, and the paths of its images. */
export function copySet(set, folder) {
  cpSync(set, folder, { recursive: true });
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.jpe?g$/i.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/**
 * Writes one image of a hundred again, under its name and so with its class and group, with one pixel changed. It is
 * written as PNG, without loss, whatever its name ends in: what a file is, its content says.
 */
export async function alterHundredth(paths) {
  const chosen = paths.filter((_, index) => index % 100 === 0);
  for (const path of chosen) {
    const data = await decodeImage(readFileSync(path), { size: SIDE, channels: 'colour', exif: true });
    data[3 * (SIDE * (SIDE / 2) + SIDE / 2)] ^= 8;
    writeFileSync(path, encode({ width: SIDE, height: SIDE, data, channels: 3, depth: 8 }));
  }
  return chosen.length;
}
