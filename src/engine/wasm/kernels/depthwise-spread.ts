import { bandOf } from './depthwise';
import { SIX } from './tile';

/**
 * Input gradient of a depthwise 3x3 convolution at stride 2. Each window spreads its gradient over 3x3
 * pixels. Windows overlap by one pixel, so there are four kinds of pixels, depending on which of the windows
 * a, b, c, d contain them:
 *
 *     windows  a b     pixels   middle of a              end of a, beginning of b
 *              c d              bottom of a, top of c    corners of a, b, c and d
 *
 * `target` and `mask` point at the middle of the first window, `outputGradient` at its gradient, all in
 * zero-bordered buffers; `quads` is the number of such groups of four pixels along a side. Groups may reach
 * one pixel into the border, where the mask is zero and therefore zeros are written. Flags: SIX as in
 * `tile.ts`.
 */
export function depthwiseSpread(
  outputGradient: usize,
  gradientImage: i32,
  gradientRow: i32,
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
      const from = outputGradient + image * gradientImage + top * gradientRow;
      const into = target + image * targetImage + 2 * top * targetRow;
      for (let c = 0; c < pixel; c += 16) {
        const first = weights + c;
        upperRows(from + c, gradientRow, rows, quads, pixel, first, into + c, targetRow, ceiling, toMask);
        lowerRows(from + c, gradientRow, rows, quads, pixel, first, into + c, targetRow, ceiling, toMask);
      }
    }
  }
}

/** The gradient where the activation below has a nonzero derivative, else zero. */
function masked(gradient: v128, mask: usize, ceiling: v128): v128 {
  const output = v128.load(mask);
  return v128.and(gradient, v128.and(f32x4.gt(output, f32x4.splat(0)), f32x4.lt(output, ceiling)));
}

/** Pixels in the middle rows of windows. */
function upperRows(
  outputGradient: usize,
  gradientRow: i32,
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
    let from = outputGradient;
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
    outputGradient += gradientRow;
    target += 2 * targetRow;
  }
}

/** Pixels in the last rows of windows, which are also the first rows of the windows below. */
function lowerRows(
  outputGradient: usize,
  gradientRow: i32,
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
    let from = outputGradient;
    let into = target + targetRow;
    let a = v128.load(from);
    let c = v128.load(from + gradientRow);
    for (const end = from + quads * pixel; from < end;) {
      from += pixel;
      let sum = f32x4.add(f32x4.mul(a, w21), f32x4.mul(c, w01));
      v128.store(into, masked(sum, into + toMask, ceiling));
      into += pixel;
      sum = f32x4.add(f32x4.mul(a, w22), f32x4.mul(c, w02));
      a = v128.load(from);
      c = v128.load(from + gradientRow);
      sum = f32x4.add(sum, f32x4.add(f32x4.mul(a, w20), f32x4.mul(c, w00)));
      v128.store(into, masked(sum, into + toMask, ceiling));
      into += pixel;
    }
    outputGradient += gradientRow;
    target += 2 * targetRow;
  }
}
