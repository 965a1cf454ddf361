import { SIX } from './tile';

/**
 * Mean over the pixels of each image and channel, into rows `featurePitch` bytes apart. Rows are summed first and
 * then added up, which keeps the rounding of large images small. `source` points at the first inner pixel.
 */
export function pool(
  source: usize,
  sourceImage: i32,
  sourceRow: i32,
  images: i32,
  side: i32,
  channels: i32,
  features: usize,
  featurePitch: i32,
): void {
  const pixelBytes = channels << 2;
  const area = f32x4.splat(<f32>(side * side));
  for (let image = 0; image < images; image++) {
    for (let c = 0; c < pixelBytes; c += 16) {
      let sum = f32x4.splat(0);
      for (let y = 0; y < side; y++) {
        let from = source + image * sourceImage + y * sourceRow + c;
        let row = f32x4.splat(0);
        for (let x = 0; x < side; x++) {
          row = f32x4.add(row, v128.load(from));
          from += pixelBytes;
        }
        sum = f32x4.add(sum, row);
      }
      v128.store(features + image * featurePitch + c, f32x4.div(sum, area));
    }
  }
}

/**
 * The gradient of `pool` followed by the mask of the activation before it, ReLU or with SIX in `flags` ReLU6:
 * `outputs` is what was pooled.
 */
export function poolGradient(
  featureSlopes: usize,
  images: i32,
  side: i32,
  channels: i32,
  outputs: usize,
  slopes: usize,
  imageBytes: i32,
  rowBytes: i32,
  flags: i32,
): void {
  const pixelBytes = channels << 2;
  const area = f32x4.splat(<f32>(side * side));
  const zero = f32x4.splat(0);
  const six = f32x4.splat(6);
  for (let image = 0; image < images; image++) {
    for (let c = 0; c < pixelBytes; c += 16) {
      const share = f32x4.div(v128.load(featureSlopes + image * pixelBytes + c), area);
      for (let y = 0; y < side; y++) {
        let at = image * imageBytes + y * rowBytes + c;
        for (let x = 0; x < side; x++) {
          const output = v128.load(outputs + at);
          let slope = v128.and(share, f32x4.gt(output, zero));
          if (flags & SIX) slope = v128.and(slope, f32x4.lt(output, six));
          v128.store(slopes + at, slope);
          at += pixelBytes;
        }
      }
    }
  }
}
