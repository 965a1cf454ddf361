import { bandOf } from './depthwise';

/**
 * Gradients of a depthwise convolution's kernel [9, channels] and bias [channels]. `source` points at the
 * first window, `outputGradient` at the first output pixel's gradient, both in zero-bordered buffers; steps
 * are in bytes. The nine sums of four channels stay in registers for a band of rows (see `depthwise.ts`)
 * before they are added to the gradient, which also keeps rounding errors small.
 */
export function depthwiseKernelGradient(
  source: usize,
  sourceImage: i32,
  sourceRow: i32,
  stride: i32,
  outputGradient: usize,
  gradientImage: i32,
  gradientRow: i32,
  images: i32,
  side: i32,
  channels: i32,
  kernel: usize,
  bias: usize,
): void {
  const pixel = channels << 2;
  const band = bandOf(side * pixel);
  memory.fill(kernel, 0, 9 * pixel);
  memory.fill(bias, 0, pixel);
  for (let image = 0; image < images; image++) {
    for (let top = 0; top < side; top += band) {
      const rows = min(band, side - top);
      const from = source + image * sourceImage + top * stride * sourceRow;
      const to = outputGradient + image * gradientImage + top * gradientRow;
      for (let c = 0; c < pixel; c += 16) {
        if (stride == 1) slideSums(from + c, sourceRow, to + c, gradientRow, rows, side, pixel, kernel + c);
        else leapSums(from + c, sourceRow, to + c, gradientRow, rows, side, pixel, kernel + c);
        sumGradients(to + c, gradientRow, rows, side, pixel, bias + c);
      }
    }
  }
}

/**
 * Stride 1. Each column of three inputs is loaded once and multiplied by the gradients of the three windows
 * that contain it. The columns before and after the image are zero and skipped.
 */
function slideSums(
  source: usize,
  row: i32,
  outputGradient: usize,
  gradientRow: i32,
  rows: i32,
  side: i32,
  pixel: i32,
  kernel: usize,
): void {
  let g00 = f32x4.splat(0);
  let g01 = f32x4.splat(0);
  let g02 = f32x4.splat(0);
  let g10 = f32x4.splat(0);
  let g11 = f32x4.splat(0);
  let g12 = f32x4.splat(0);
  let g20 = f32x4.splat(0);
  let g21 = f32x4.splat(0);
  let g22 = f32x4.splat(0);
  for (let y = 0; y < rows; y++) {
    let from = source + pixel;
    let left = f32x4.splat(0);
    let middle = v128.load(outputGradient);
    for (let at = outputGradient, end = outputGradient + side * pixel; at < end;) {
      at += pixel;
      const right = v128.load(at);
      let input = v128.load(from);
      g00 = f32x4.add(g00, f32x4.mul(input, right));
      g01 = f32x4.add(g01, f32x4.mul(input, middle));
      g02 = f32x4.add(g02, f32x4.mul(input, left));
      input = v128.load(from + row);
      g10 = f32x4.add(g10, f32x4.mul(input, right));
      g11 = f32x4.add(g11, f32x4.mul(input, middle));
      g12 = f32x4.add(g12, f32x4.mul(input, left));
      input = v128.load(from + 2 * row);
      g20 = f32x4.add(g20, f32x4.mul(input, right));
      g21 = f32x4.add(g21, f32x4.mul(input, middle));
      g22 = f32x4.add(g22, f32x4.mul(input, left));
      from += pixel;
      left = middle;
      middle = right;
    }
    source += row;
    outputGradient += gradientRow;
  }
  addTo(kernel, g00);
  addTo(kernel + pixel, g01);
  addTo(kernel + 2 * pixel, g02);
  addTo(kernel + 3 * pixel, g10);
  addTo(kernel + 4 * pixel, g11);
  addTo(kernel + 5 * pixel, g12);
  addTo(kernel + 6 * pixel, g20);
  addTo(kernel + 7 * pixel, g21);
  addTo(kernel + 8 * pixel, g22);
}

/** Stride 2. */
function leapSums(
  source: usize,
  row: i32,
  outputGradient: usize,
  gradientRow: i32,
  rows: i32,
  side: i32,
  pixel: i32,
  kernel: usize,
): void {
  let g00 = f32x4.splat(0);
  let g01 = f32x4.splat(0);
  let g02 = f32x4.splat(0);
  let g10 = f32x4.splat(0);
  let g11 = f32x4.splat(0);
  let g12 = f32x4.splat(0);
  let g20 = f32x4.splat(0);
  let g21 = f32x4.splat(0);
  let g22 = f32x4.splat(0);
  for (let y = 0; y < rows; y++) {
    let from0 = source;
    let from1 = from0 + row;
    let from2 = from1 + row;
    for (let at = outputGradient, end = outputGradient + side * pixel; at < end; at += pixel) {
      const s = v128.load(at);
      g00 = f32x4.add(g00, f32x4.mul(s, v128.load(from0)));
      g10 = f32x4.add(g10, f32x4.mul(s, v128.load(from1)));
      g20 = f32x4.add(g20, f32x4.mul(s, v128.load(from2)));
      from0 += pixel;
      from1 += pixel;
      from2 += pixel;
      g01 = f32x4.add(g01, f32x4.mul(s, v128.load(from0)));
      g11 = f32x4.add(g11, f32x4.mul(s, v128.load(from1)));
      g21 = f32x4.add(g21, f32x4.mul(s, v128.load(from2)));
      from0 += pixel;
      from1 += pixel;
      from2 += pixel;
      g02 = f32x4.add(g02, f32x4.mul(s, v128.load(from0)));
      g12 = f32x4.add(g12, f32x4.mul(s, v128.load(from1)));
      g22 = f32x4.add(g22, f32x4.mul(s, v128.load(from2)));
    }
    source += 2 * row;
    outputGradient += gradientRow;
  }
  addTo(kernel, g00);
  addTo(kernel + pixel, g01);
  addTo(kernel + 2 * pixel, g02);
  addTo(kernel + 3 * pixel, g10);
  addTo(kernel + 4 * pixel, g11);
  addTo(kernel + 5 * pixel, g12);
  addTo(kernel + 6 * pixel, g20);
  addTo(kernel + 7 * pixel, g21);
  addTo(kernel + 8 * pixel, g22);
}

function sumGradients(outputGradient: usize, row: i32, rows: i32, side: i32, pixel: i32, bias: usize): void {
  let sum = f32x4.splat(0);
  for (let y = 0; y < rows; y++) {
    for (let at = outputGradient, end = at + side * pixel; at < end; at += pixel)
      sum = f32x4.add(sum, v128.load(at));
    outputGradient += row;
  }
  addTo(bias, sum);
}

function addTo(place: usize, sum: v128): void {
  v128.store(place, f32x4.add(v128.load(place), sum));
}
