import { SIX } from './tile';

/**
 * Global average pool: the mean over the pixels of each image and channel, in rows `featurePitch` bytes
 * apart. Each row of pixels is summed first, which keeps rounding errors of large images small. `source`
 * points at the first inner pixel.
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

/** Gradient of `pool` and the activation before it, ReLU or with SIX ReLU6. `outputs` is what was pooled. */
export function poolGradient(
  featureGradient: usize,
  images: i32,
  side: i32,
  channels: i32,
  outputs: usize,
  outputGradient: usize,
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
      const share = f32x4.div(v128.load(featureGradient + image * pixelBytes + c), area);
      for (let y = 0; y < side; y++) {
        let at = image * imageBytes + y * rowBytes + c;
        for (let x = 0; x < side; x++) {
          const output = v128.load(outputs + at);
          let gradient = v128.and(share, f32x4.gt(output, zero));
          if (flags & SIX) gradient = v128.and(gradient, f32x4.lt(output, six));
          v128.store(outputGradient + at, gradient);
          at += pixelBytes;
        }
      }
    }
  }
}
