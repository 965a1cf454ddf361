import { uniformInt } from 'pure-rand/distribution/uniformInt';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';

/** What training does to an image at random; all in whole numbers, so that it is the same on every machine. */
export interface Augmentation {
  /** Mirror left to right, every other time; only where labels do not turn on orientation. */
  flip: boolean;
  /** Shift by up to so many pixels in both directions, edges repeated. */
  shiftPixels: number;
  /** Scale width and height about the centre by up to this share, each on its own, 0 to 1. */
  scale: number;
  /** Slant rows and columns about the centre by up to so many pixels a pixel; both together turn the image. */
  shear: number;
  /** Scale brightness by up to this share, 0 to 1. */
  brightness: number;
}

/** 1 in the fixed-point numbers of positions: 16 bits behind the point. */
const ONE = 0x10000;

/** Where the pixel at (x, y) of the copy comes from, fixed-point: (left + x·xx + y·xy, top + x·yx + y·yy). */
interface Affine {
  left: number;
  top: number;
  xx: number;
  xy: number;
  yx: number;
  yy: number;
}

/** Writes augmented copies of `count` images [size, size, 3] from `source` to `target`. */
export function augment(
  source: Uint8Array,
  target: Uint8Array,
  count: number,
  size: number,
  { flip, shiftPixels, scale, shear, brightness }: Augmentation,
  random: RandomGenerator,
): void {
  const levels = new Uint8Array(256);
  const within = (limit: number) => uniformInt(random, -limit, limit);
  const range = Math.round(256 * brightness);
  const stretch = Math.round(ONE * scale);
  const slant = Math.round(ONE * shear);
  for (let image = 0; image < count; image++) {
    const dx = within(shiftPixels);
    const dy = within(shiftPixels);
    const side = flip && uniformInt(random, 0, 1) === 1 ? -1 : 1;
    const gain = 256 + within(range);
    const turned = { xx: side * (ONE + within(stretch)), yx: side * within(slant) };
    const from = aboutCentre(size, dx, dy, { ...turned, xy: within(slant), yy: ONE + within(stretch) });
    for (let value = 0; value < 256; value++) levels[value] = Math.min(255, (value * gain + 128) >> 8);
    copyFrom(source, target, image * size * size * 3, size, from, levels);
  }
}

/** Mirrors `count` images left to right in place of `target`. */
export function mirror(source: Uint8Array, target: Uint8Array, count: number, size: number): void {
  const levels = Uint8Array.from({ length: 256 }, (_, value) => value);
  const from = aboutCentre(size, 0, 0, { xx: -ONE, xy: 0, yx: 0, yy: ONE });
  for (let image = 0; image < count; image++) {
    copyFrom(source, target, image * size * size * 3, size, from, levels);
  }
}

/** The map that keeps the centre but for a shift by whole pixels. */
function aboutCentre(size: number, dx: number, dy: number, matrix: Omit<Affine, 'left' | 'top'>): Affine {
  const { xx, xy, yx, yy } = matrix;
  const twiceCentre = size - 1;
  return {
    ...matrix,
    left: dx * ONE + ((twiceCentre * (ONE - xx - xy)) >> 1),
    top: dy * ONE + ((twiceCentre * (ONE - yx - yy)) >> 1),
  };
}

/** One image, by bilinear interpolation; exact where positions are whole pixels. */
function copyFrom(
  source: Uint8Array,
  target: Uint8Array,
  start: number,
  size: number,
  { left, top, xx, xy, yx, yy }: Affine,
  levels: Uint8Array,
): void {
  const last = (size - 1) * ONE;
  const rowBytes = size * 3;
  let at = start;
  for (let y = 0; y < size; y++) {
    let column = left + y * xy;
    let row = top + y * yy;
    for (let x = 0; x < size; x++, column += xx, row += yx) {
      const px = clamp(column, last);
      const py = clamp(row, last);
      const right = (px >> 8) & 255;
      const below = (py >> 8) & 255;
      const a = start + (py >> 16) * rowBytes + (px >> 16) * 3;
      const b = px < last ? a + 3 : a;
      const down = py < last ? rowBytes : 0;
      const wa = (256 - right) * (256 - below);
      const wb = right * (256 - below);
      const wc = (256 - right) * below;
      const wd = right * below;
      for (let channel = 0; channel < 3; channel++) {
        const sum =
          source[a + channel] * wa +
          source[b + channel] * wb +
          source[a + down + channel] * wc +
          source[b + down + channel] * wd;
        target[at++] = levels[(sum + 0x8000) >> 16];
      }
    }
  }
}

function clamp(position: number, last: number): number {
  return position < 0 ? 0 : position > last ? last : position;
}
