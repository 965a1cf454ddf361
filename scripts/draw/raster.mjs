import { encode } from 'fast-png';

/** Samples a pixel is averaged from, along each side. */
const FINE = 2;

/**
 * A PNG of `size` × `size` from `colourAt(x, y)`, x and y from 0 to 1, colours as [red, green, blue] from 0 to 1.
 * `grain()` is added to every pixel; colours are rounded to `levels` so that the file stays small.
 */
export function colourPng(size, colourAt, { grain, levels }) {
  const data = new Uint8Array(size * size * 3);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const noise = grain();
      const sum = [0, 0, 0];
      for (let sample = 0; sample < FINE * FINE; sample++) {
        const colour = colourAt(
          (x + ((sample % FINE) + 0.5) / FINE) / size,
          (y + (Math.floor(sample / FINE) + 0.5) / FINE) / size,
        );
        for (let channel = 0; channel < 3; channel++) sum[channel] += colour[channel];
      }
      for (let channel = 0; channel < 3; channel++) {
        data[(y * size + x) * 3 + channel] = level(sum[channel] / FINE ** 2 + noise, levels);
      }
    }
  }
  return encode({ width: size, height: size, data, channels: 3, depth: 8 }, { zlib: { level: 9 } });
}

/** A PNG of `size` × `size` from the colour of each whole pixel, channels from 0 to 1, rounded to `levels`. */
export function pixelsPng(size, levels, colourAt) {
  const data = new Uint8Array(size * size * 3);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      data.set(
        colourAt(x, y).map((value) => level(value, levels)),
        (y * size + x) * 3,
      );
    }
  }
  return encode({ width: size, height: size, data, channels: 3, depth: 8 }, { zlib: { level: 9 } });
}

function level(value, levels) {
  const clipped = Math.max(0, Math.min(1, value));
  return Math.floor((Math.floor(clipped * (levels - 1) + 0.5) * 255) / (levels - 1) + 0.5);
}
