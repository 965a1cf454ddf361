import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open, realpath, type FileHandle } from 'node:fs/promises';
import { join, sep } from 'node:path';
import exifr from 'exifr';
import { decodeBmp } from './codecs/bmp.js';
import { decodeGif, decodeWebp } from './codecs/gif-webp.js';
import { decodeJpeg } from './codecs/jpeg.js';
import { decodePng } from './codecs/png.js';
import { decodePpm } from './codecs/ppm.js';
import { onWhite, withOrientation, type Raster } from './codecs/raster.js';
import { recognizeImage, type FileKind } from './codecs/recognize.js';
import type { Dataset, Unreadable } from '../dataset.js';
import { fitSquare } from './resize.js';

/** A file cannot be used as an image; the run continues without it. */
export class UnreadableImage extends Error {
  constructor(
    readonly kind: Unreadable['kind'],
    /** A sentence, with a remedy. */
    readonly reason: string,
  ) {
    super(reason);
    this.name = 'UnreadableImage';
  }
}

const MAX_BYTES = 64 * 2 ** 20;
const MAX_PIXELS = 100e6;
const MAX_SIDE = 30_000;

/**
 * Any supported image as RGB [size, size, 3]: the center square, alpha on white, rotated by EXIF. The same
 * bytes give the same pixels on every engine and OS.
 * @throws UnreadableImage
 */
export async function decodeImage(bytes: Uint8Array, options: Dataset['image']): Promise<Uint8Array> {
  const kind = recognizeImage(bytes);
  if ('refused' in kind) throw new UnreadableImage(kind.refused, kind.reason);
  const { width, height } = kind;
  if (width * height > MAX_PIXELS || Math.max(width, height) > MAX_SIDE) {
    throw new UnreadableImage(
      'too large',
      `Its header says ${width} × ${height} pixels; at most 100 megapixels are decoded. Scale it down.`,
    );
  }
  try {
    const raster = onWhite(await decodeKind(kind, bytes, options.size));
    const upright = options.exif ? withOrientation(raster, await orientationOf(kind, bytes)) : raster;
    const square = fitSquare(upright, options.size);
    return options.channels === 'grey' ? gray(square) : square;
  } catch {
    throw new UnreadableImage('corrupt', 'The file is damaged or cut short. Fetch or export it again.');
  }
}

function decodeKind(
  { decodable }: Extract<FileKind, { decodable: string }>,
  bytes: Uint8Array,
  size: number,
): Raster | Promise<Raster> {
  switch (decodable) {
    case 'jpeg':
      return decodeJpeg(bytes, size);
    case 'png':
      return decodePng(bytes);
    case 'webp':
      return decodeWebp(bytes);
    case 'gif':
      return decodeGif(bytes);
    case 'bmp':
      return decodeBmp(bytes);
    case 'ppm':
      return decodePpm(bytes);
  }
}

async function orientationOf(
  { decodable }: Extract<FileKind, { decodable: string }>,
  bytes: Uint8Array,
): Promise<number> {
  if (decodable !== 'jpeg') return 1;
  try {
    return (await exifr.orientation(bytes)) ?? 1;
  } catch {
    return 1;
  }
}

/** Luma of ITU-R BT.601 in all three channels. */
function gray(pixels: Uint8Array): Uint8Array {
  const result = new Uint8Array(pixels.length);
  for (let at = 0; at < pixels.length; at += 3) {
    const luma = (299 * pixels[at] + 587 * pixels[at + 1] + 114 * pixels[at + 2] + 500) / 1000;
    result.fill(Math.floor(luma), at, at + 3);
  }
  return result;
}

/**
 * Reads one file of a dataset.
 * @throws UnreadableImage if it is missing, a link out of the dataset's folder, or too large.
 */
export async function readImageFile(
  root: string,
  path: string,
): Promise<{ bytes: Uint8Array; sha256: string }> {
  const full = join(root, path);
  let real: string;
  try {
    real = await realpath(full);
  } catch (error) {
    throw whyMissing(error);
  }
  if (!real.startsWith((await realpath(root)) + sep)) {
    throw new UnreadableImage(
      'missing',
      'It is a link that leaves the dataset’s folder. Put the file itself there.',
    );
  }
  const file = await openToRead(real);
  try {
    const { size, isFile } = await file.stat().then((stat) => ({ size: stat.size, isFile: stat.isFile() }));
    if (!isFile) throw new UnreadableImage('not an image', 'It is not a regular file.');
    if (size > MAX_BYTES) {
      throw new UnreadableImage(
        'too large',
        `The file has ${Math.round(size / 2 ** 20)} MiB; at most 64 MiB are read.`,
      );
    }
    const bytes = await file.readFile();
    return { bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
  } finally {
    await file.close();
  }
}

async function openToRead(path: string): Promise<FileHandle> {
  try {
    return await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    throw whyMissing(error);
  }
}

/** The system's own message would contain a path of this machine. */
function whyMissing(error: unknown): UnreadableImage {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'EACCES' || code === 'EPERM'
    ? new UnreadableImage('missing', 'It cannot be read. Check its permissions.')
    : new UnreadableImage('missing', 'The file no longer exists.');
}
