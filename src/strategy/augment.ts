import { uniformInt } from 'pure-rand/distribution/uniformInt';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import { ONE, type Affine, type Warper } from '../engine/wasm/warp.js';

/** What training does to an image at random; all in whole numbers, so that it is the same on every machine. */
export interface Augmentation {
  /** Mirror left to right, never or every other time; only where labels do not turn on orientation. */
  flipProbability: 0 | 0.5;
  /** Shift by up to so many pixels in both directions, edges repeated. */
  shiftPixels: number;
  /** Scale width and height about the centre by up to this share, each on its own, 0 to 1. */
  scale: number;
  /** Slant rows and columns about the centre by up to so many pixels a pixel; both together turn the image. */
  shear: number;
  /** Scale brightness by up to this share, 0 to 1. */
  brightness: number;
}

/** Augments the first `count` images [size, size, 3] of the warper's source into its target. */
export function augment(
  warper: Warper,
  count: number,
  { flipProbability, shiftPixels, scale, shear, brightness }: Augmentation,
  random: RandomGenerator,
): void {
  const within = (limit: number) => uniformInt(random, -limit, limit);
  const range = Math.round(256 * brightness);
  const stretch = Math.round(ONE * scale);
  const slant = Math.round(ONE * shear);
  for (let image = 0; image < count; image++) {
    const dx = within(shiftPixels);
    const dy = within(shiftPixels);
    const side = flipProbability > 0 && uniformInt(random, 0, 1) === 1 ? -1 : 1;
    const gain = 256 + within(range);
    const turned = { xx: side * (ONE + within(stretch)), yx: side * within(slant) };
    const from = aboutCentre(warper.size, dx, dy, {
      ...turned,
      xy: within(slant),
      yy: ONE + within(stretch),
    });
    warper.warp(image, from, gain);
  }
}

/** Mirrors the first `count` images of the warper's source left to right into its target. */
export function mirror(warper: Warper, count: number): void {
  const from = aboutCentre(warper.size, 0, 0, { xx: -ONE, xy: 0, yx: 0, yy: ONE });
  for (let image = 0; image < count; image++) warper.warp(image, from, 256);
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
