import { bandOf } from './depthwise';
import { SIX } from './tile';

/**
 * The gradient of the input of a depthwise 3x3 convolution at stride 2. Each window spreads its slope over 3x3 pixels;
 * windows overlap by one, so there are four sorts of pixels, by how many of the windows a, b, c, d saw them:
 *
 *     windows  a b     pixels   middle of a              end of a, beginning of b
 *              c d              bottom of a, top of c    corners of a, b, c and d
 *
 * `target` and `mask` point at the middle of the first window, `slope` at its slope, in zero-bordered buffers; `quads`
 * is how many of those four there are along a side. Quads may reach one pixel into the border: there the mask is zero,
 * and so is what is written. Flags: SIX as in `tile.ts`.
 */
export function depthwiseSpread(
  slope: usize,
  slopeImage: i32,
  slopeRow: i32,
  images: i32,
  quads: i32,
  channels: i32,
  weights: usize,
  target: usize,
  targetImage: i32,
  targetRow: i32,
  flags: i32,
  mask: usize,
): void {
  const pixel = channels << 2;
  const band = bandOf(2 * quads * pixel);
  const toMask = mask - target;
  const ceiling = f32x4.splat(flags & SIX ? 6 : Infinity);
  for (let image = 0; image < images; image++) {
    for (let top = 0; top < quads; top += band) {
      const rows = min(band, quads - top);
      const from = slope + image * slopeImage + top * slopeRow;
      const into = target + image * targetImage + 2 * top * targetRow;
      for (let c = 0; c < pixel; c += 16) {
        const first = weights + c;
        upperRows(from + c, slopeRow, rows, quads, pixel, first, into + c, targetRow, ceiling, toMask);
        lowerRows(from + c, slopeRow, rows, quads, pixel, first, into + c, targetRow, ceiling, toMask);
      }
    }
  }
}

/** The slope where the activation below is not flat. */
function masked(slope: v128, mask: usize, ceiling: v128): v128 {
  const output = v128.load(mask);
  return v128.and(slope, v128.and(f32x4.gt(output, f32x4.splat(0)), f32x4.lt(output, ceiling)));
}

/** Pixels in the middle rows of windows. */
function upperRows(
  slope: usize,
  slopeRow: i32,
  rows: i32,
  quads: i32,
  pixel: i32,
  weights: usize,
  target: usize,
  targetRow: i32,
  ceiling: v128,
  toMask: usize,
): void {
  const w10 = v128.load(weights + 3 * pixel);
  const w11 = v128.load(weights + 4 * pixel);
  const w12 = v128.load(weights + 5 * pixel);
  for (let y = 0; y < rows; y++) {
    let from = slope;
    let into = target;
    let a = v128.load(from);
    for (const end = from + quads * pixel; from < end;) {
      from += pixel;
      const b = v128.load(from);
      v128.store(into, masked(f32x4.mul(a, w11), into + toMask, ceiling));
      into += pixel;
      const sum = f32x4.add(f32x4.mul(a, w12), f32x4.mul(b, w10));
      v128.store(into, masked(sum, into + toMask, ceiling));
      into += pixel;
      a = b;
    }
    slope += slopeRow;
    target += 2 * targetRow;
  }
}

/** Pixels in the last rows of windows, which are the first of those below. */
function lowerRows(
  slope: usize,
  slopeRow: i32,
  rows: i32,
  quads: i32,
  pixel: i32,
  weights: usize,
  target: usize,
  targetRow: i32,
  ceiling: v128,
  toMask: usize,
): void {
  const w00 = v128.load(weights);
  const w01 = v128.load(weights + pixel);
  const w02 = v128.load(weights + 2 * pixel);
  const w20 = v128.load(weights + 6 * pixel);
  const w21 = v128.load(weights + 7 * pixel);
  const w22 = v128.load(weights + 8 * pixel);
  for (let y = 0; y < rows; y++) {
    let from = slope;
    let into = target + targetRow;
    let a = v128.load(from);
    let c = v128.load(from + slopeRow);
    for (const end = from + quads * pixel; from < end;) {
      from += pixel;
      let sum = f32x4.add(f32x4.mul(a, w21), f32x4.mul(c, w01));
      v128.store(into, masked(sum, into + toMask, ceiling));
      into += pixel;
      sum = f32x4.add(f32x4.mul(a, w22), f32x4.mul(c, w02));
      a = v128.load(from);
      c = v128.load(from + slopeRow);
      sum = f32x4.add(sum, f32x4.add(f32x4.mul(a, w20), f32x4.mul(c, w00)));
      v128.store(into, masked(sum, into + toMask, ceiling));
      into += pixel;
    }
    slope += slopeRow;
    target += 2 * targetRow;
  }
}
