import { uniformInt } from 'pure-rand/distribution/uniformInt';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';

/** What training does to an image at random; all in whole pixels and levels, so that it is the same on every machine. */
export interface Augmentation {
  /** Mirror left to right, every other time; only where labels do not turn on orientation. */
  flip: boolean;
  /** Shift by up to so many pixels in both directions, edges repeated. */
  shiftPixels: number;
  /** Scale brightness by up to this share, 0 to 1. */
  brightness: number;
}

/** Writes augmented copies of `count` images [size, size, 3] from `source` to `target`. */
export function augment(
  source: Uint8Array,
  target: Uint8Array,
  count: number,
  size: number,
  { flip, shiftPixels, brightness }: Augmentation,
  random: RandomGenerator,
): void {
  const levels = new Uint8Array(256);
  const range = Math.round(256 * brightness);
  for (let image = 0; image < count; image++) {
    const dx = uniformInt(random, -shiftPixels, shiftPixels);
    const dy = uniformInt(random, -shiftPixels, shiftPixels);
    const mirrored = flip && uniformInt(random, 0, 1) === 1;
    const gain = 256 + uniformInt(random, -range, range);
    for (let value = 0; value < 256; value++) levels[value] = Math.min(255, (value * gain + 128) >> 8);
    copyMoved(source, target, image * size * size * 3, size, dx, dy, mirrored, levels);
  }
}

function copyMoved(
  source: Uint8Array,
  target: Uint8Array,
  start: number,
  size: number,
  dx: number,
  dy: number,
  mirrored: boolean,
  levels: Uint8Array,
): void {
  let at = start;
  for (let y = 0; y < size; y++) {
    const row = start + clamp(y + dy, size) * size * 3;
    for (let x = 0; x < size; x++) {
      const from = row + clamp((mirrored ? size - 1 - x : x) + dx, size) * 3;
      target[at++] = levels[source[from]]!;
      target[at++] = levels[source[from + 1]]!;
      target[at++] = levels[source[from + 2]]!;
    }
  }
}

/** Mirrors `count` images left to right in place of `target`. */
export function mirror(source: Uint8Array, target: Uint8Array, count: number, size: number): void {
  const levels = Uint8Array.from({ length: 256 }, (_, value) => value);
  for (let image = 0; image < count; image++) {
    copyMoved(source, target, image * size * size * 3, size, 0, 0, true, levels);
  }
}

function clamp(position: number, size: number): number {
  return position < 0 ? 0 : position >= size ? size - 1 : position;
}
