import { uniformInt } from 'pure-rand/distribution/uniformInt';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import { ONE, type Affine, type Warper } from '../engine/wasm/warp.js';

/** Random changes to training images. Integer arithmetic, so that results are the same on every machine. */
export interface Augmentation {
  /** Probability of a horizontal flip; 0 if labels depend on orientation. */
  flipProbability: 0 | 0.5;
  /** Maximum shift in pixels, horizontally and vertically; edges are repeated. */
  shiftPixels: number;
  /** Maximum relative change of width and height, independent of each other, 0 to 1. */
  scale: number;
  /** Maximum slant of rows and columns, in pixels per pixel; both together rotate the image. */
  shear: number;
  /** Maximum relative change of brightness, 0 to 1. */
  brightness: number;
}

/** Augments the first `count` images of the warper's source and writes them to its target. */
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
    const from = aroundCenter(warper.size, dx, dy, {
      ...turned,
      xy: within(slant),
      yy: ONE + within(stretch),
    });
    warper.warp(image, from, gain);
  }
}

/** Flips the first `count` images of the warper's source horizontally and writes them to its target. */
export function mirror(warper: Warper, count: number): void {
  const from = aroundCenter(warper.size, 0, 0, { xx: -ONE, xy: 0, yx: 0, yy: ONE });
  for (let image = 0; image < count; image++) warper.warp(image, from, 256);
}

/** The map around the image's center, shifted by whole pixels. */
function aroundCenter(size: number, dx: number, dy: number, matrix: Omit<Affine, 'left' | 'top'>): Affine {
  const { xx, xy, yx, yy } = matrix;
  const twiceCenter = size - 1;
  return {
    ...matrix,
    left: dx * ONE + ((twiceCenter * (ONE - xx - xy)) >> 1),
    top: dy * ONE + ((twiceCenter * (ONE - yx - yy)) >> 1),
  };
}
