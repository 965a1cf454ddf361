import type { Raster } from './codecs/raster.js';

/** One output pixel as a weighted sum of input pixels along one axis. */
interface Window {
  first: number;
  weights: number[];
}

/**
 * The center square of the image at `size` × `size`, RGB: area-averaged to shrink, bilinear to enlarge.
 * Sums run in float64 in a fixed order, so the pixels are the same on every machine.
 */
export function fitSquare({ width, height, channels, data }: Raster, size: number): Uint8Array {
  const side = Math.min(width, height);
  const left = (width - side) >> 1;
  const top = (height - side) >> 1;
  const windows = side >= size ? averages(side, size) : interpolations(side, size);
  const rows = new Float64Array(side * size * 3);
  for (let y = 0; y < side; y++) {
    const start = ((top + y) * width + left) * channels;
    for (let x = 0; x < size; x++) {
      const { first, weights } = windows[x];
      for (let channel = 0; channel < 3; channel++) {
        let sum = 0;
        for (let i = 0; i < weights.length; i++)
          sum += weights[i] * data[start + (first + i) * channels + channel];
        rows[(y * size + x) * 3 + channel] = sum;
      }
    }
  }
  const square = new Uint8Array(size * size * 3);
  for (let y = 0; y < size; y++) {
    const { first, weights } = windows[y];
    for (let at = 0; at < size * 3; at++) {
      let sum = 0;
      for (let i = 0; i < weights.length; i++) sum += weights[i] * rows[(first + i) * size * 3 + at];
      square[y * size * 3 + at] = Math.floor(sum + 0.5);
    }
  }
  return square;
}

/** Each output pixel covers side/size input pixels, the outer ones partly. */
function averages(side: number, size: number): Window[] {
  return Array.from({ length: size }, (_, x) => {
    const from = (x * side) / size;
    const to = ((x + 1) * side) / size;
    const first = Math.floor(from);
    const last = Math.min(side, Math.ceil(to));
    const covered = Array.from(
      { length: last - first },
      (_, i) => Math.min(to, first + i + 1) - Math.max(from, first + i),
    );
    return { first, weights: covered.map((share) => (share * size) / side) };
  });
}

/** Between the two nearest pixel centers, edges repeated. */
function interpolations(side: number, size: number): Window[] {
  return Array.from({ length: size }, (_, x) => {
    const center = ((x + 0.5) * side) / size - 0.5;
    const first = Math.max(0, Math.min(side - 1, Math.floor(center)));
    const share = Math.max(0, Math.min(1, center - first));
    return first + 1 < side ? { first, weights: [1 - share, share] } : { first, weights: [1] };
  });
}
