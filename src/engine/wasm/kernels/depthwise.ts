import { BIAS, MASK, SIX } from './tile';

/**
 * Depthwise 3x3 convolutions. The nine weights of four channels stay in registers for a band of rows, so that
 * only the band, not the whole image, has to stay in the first-level cache for the next four channels:
 *
 *     channels  0..3   4..7   …
 *     row 0     ────▶  ────▶
 *     row 1     ────▶  ────▶      a band
 *     ──────────────────────
 *     row 2     ────▶
 */
const BAND_BYTES = 1 << 14;

/** Number of rows in a band, for rows of `rowBytes` bytes. */
export function bandOf(rowBytes: i32): i32 {
  return max(1, BAND_BYTES / rowBytes);
}

/**
 * `target = activation(bias + window * weights)`. `source` points at the first window, `target` and `mask` at
 * the first pixel of images of `side` x `side`, all in zero-bordered buffers. `weights` points at the first
 * tap's [channels]; the other eight follow `tapStep` bytes apart. Flags as in `tile.ts`: BIAS and RELU
 * together, or MASK at stride 1.
 *
 * Used for the forward pass at any stride and, with reversed taps, for the gradient of the input at stride 1.
 */
export function depthwise(
  source: usize,
  sourceImage: i32,
  sourceRow: i32,
  stride: i32,
  images: i32,
  side: i32,
  channels: i32,
  weights: usize,
  tapStep: i32,
  target: usize,
  targetImage: i32,
  targetRow: i32,
  flags: i32,
  bias: usize,
  mask: usize,
): void {
  const pixel = channels << 2;
  const band = bandOf(side * pixel);
  const toMask = flags & MASK ? mask - target : 0;
  const ceiling = f32x4.splat(flags & SIX ? 6 : Infinity);
  for (let image = 0; image < images; image++) {
    for (let top = 0; top < side; top += band) {
      const rows = min(band, side - top);
      const from = source + image * sourceImage + top * stride * sourceRow;
      const into = target + image * targetImage + top * targetRow;
      for (let c = 0; c < pixel; c += 16) {
        const base = flags & BIAS ? v128.load(bias + c) : f32x4.splat(0);
        const first = weights + c;
        if (stride == 1) {
          // prettier-ignore
          slide(from + c, sourceRow, rows, side, pixel, first, tapStep, base, into + c, targetRow, ceiling, toMask);
        } else {
          leap(from + c, sourceRow, rows, side, pixel, first, tapStep, base, into + c, targetRow, ceiling);
        }
      }
    }
  }
}

/**
 * Stride 1. Each column of three inputs is loaded once and added to the sums of the three windows that
 * contain it:
 *
 *     column  x-1  x  x+1         weights
 *     done     0   1   2    ◀──   the window around x, which column x+1 completes
 *     next         0   1          the window around x+1
 *     after            0          the window around x+2
 *
 * The column before the image is zero and skipped. `toMask` is the distance in bytes from the target to the
 * mask; 0 means bias and activation.
 */
function slide(
  source: usize,
  sourceRow: i32,
  rows: i32,
  side: i32,
  pixel: i32,
  weights: usize,
  tapStep: i32,
  base: v128,
  target: usize,
  targetRow: i32,
  ceiling: v128,
  toMask: usize,
): void {
  const w00 = v128.load(weights);
  const w01 = v128.load(weights + tapStep);
  const w02 = v128.load(weights + 2 * tapStep);
  const w10 = v128.load(weights + 3 * tapStep);
  const w11 = v128.load(weights + 4 * tapStep);
  const w12 = v128.load(weights + 5 * tapStep);
  const w20 = v128.load(weights + 6 * tapStep);
  const w21 = v128.load(weights + 7 * tapStep);
  const w22 = v128.load(weights + 8 * tapStep);
  const zero = f32x4.splat(0);
  for (let y = 0; y < rows; y++) {
    let from = source + pixel;
    let input = v128.load(from);
    let done = f32x4.add(base, f32x4.mul(input, w01));
    let next = f32x4.add(base, f32x4.mul(input, w00));
    input = v128.load(from + sourceRow);
    done = f32x4.add(done, f32x4.mul(input, w11));
    next = f32x4.add(next, f32x4.mul(input, w10));
    input = v128.load(from + 2 * sourceRow);
    done = f32x4.add(done, f32x4.mul(input, w21));
    next = f32x4.add(next, f32x4.mul(input, w20));
    for (let into = target, end = target + side * pixel; into < end; into += pixel) {
      from += pixel;
      input = v128.load(from);
      done = f32x4.add(done, f32x4.mul(input, w02));
      next = f32x4.add(next, f32x4.mul(input, w01));
      let after = f32x4.add(base, f32x4.mul(input, w00));
      input = v128.load(from + sourceRow);
      done = f32x4.add(done, f32x4.mul(input, w12));
      next = f32x4.add(next, f32x4.mul(input, w11));
      after = f32x4.add(after, f32x4.mul(input, w10));
      input = v128.load(from + 2 * sourceRow);
      done = f32x4.add(done, f32x4.mul(input, w22));
      next = f32x4.add(next, f32x4.mul(input, w21));
      after = f32x4.add(after, f32x4.mul(input, w20));
      if (toMask) {
        const output = v128.load(into + toMask);
        done = v128.and(done, v128.and(f32x4.gt(output, zero), f32x4.lt(output, ceiling)));
      } else {
        done = f32x4.pmin(f32x4.pmax(done, zero), ceiling);
      }
      v128.store(into, done);
      done = next;
      next = after;
    }
    source += sourceRow;
    target += targetRow;
  }
}

/** Stride 2, with bias and activation. */
function leap(
  source: usize,
  sourceRow: i32,
  rows: i32,
  side: i32,
  pixel: i32,
  weights: usize,
  tapStep: i32,
  base: v128,
  target: usize,
  targetRow: i32,
  ceiling: v128,
): void {
  const w00 = v128.load(weights);
  const w01 = v128.load(weights + tapStep);
  const w02 = v128.load(weights + 2 * tapStep);
  const w10 = v128.load(weights + 3 * tapStep);
  const w11 = v128.load(weights + 4 * tapStep);
  const w12 = v128.load(weights + 5 * tapStep);
  const w20 = v128.load(weights + 6 * tapStep);
  const w21 = v128.load(weights + 7 * tapStep);
  const w22 = v128.load(weights + 8 * tapStep);
  const zero = f32x4.splat(0);
  for (let y = 0; y < rows; y++) {
    let from0 = source;
    let from1 = from0 + sourceRow;
    let from2 = from1 + sourceRow;
    for (let into = target, end = target + side * pixel; into < end; into += pixel) {
      let sum = f32x4.add(base, f32x4.mul(v128.load(from0), w00));
      sum = f32x4.add(sum, f32x4.mul(v128.load(from1), w10));
      sum = f32x4.add(sum, f32x4.mul(v128.load(from2), w20));
      from0 += pixel;
      from1 += pixel;
      from2 += pixel;
      sum = f32x4.add(sum, f32x4.mul(v128.load(from0), w01));
      sum = f32x4.add(sum, f32x4.mul(v128.load(from1), w11));
      sum = f32x4.add(sum, f32x4.mul(v128.load(from2), w21));
      from0 += pixel;
      from1 += pixel;
      from2 += pixel;
      sum = f32x4.add(sum, f32x4.mul(v128.load(from0), w02));
      sum = f32x4.add(sum, f32x4.mul(v128.load(from1), w12));
      sum = f32x4.add(sum, f32x4.mul(v128.load(from2), w22));
      v128.store(into, f32x4.pmin(f32x4.pmax(sum, zero), ceiling));
    }
    source += 2 * sourceRow;
    target += targetRow;
  }
}
