import { decode } from 'fast-png';
import type { Raster } from './raster.js';

/** All PNGs: 1 to 16 bits, gray, palette, alpha, interlaced. Of 16 bits the upper 8 are used. */
export function decodePng(bytes: Uint8Array): Raster {
  // The decoder fills the rest of a truncated file with black.
  if (!Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes('IEND'))
    throw new Error('truncated');
  const { width, height, data, depth, channels, palette, transparency } = decode(bytes, { checkCrc: true });
  const samples = width * height * channels;
  const eight =
    depth === 16 ? upperBytes(data as Uint16Array) : depth < 8 ? unpacked(data, width, height, depth) : data;
  const scale = depth < 8 && palette === undefined ? 255 / (2 ** depth - 1) : 1;
  const rgba = new Uint8Array(width * height * 4);
  const transparent = depth === 16 ? transparency && upperBytes(transparency) : transparency;
  for (let pixel = 0; pixel < samples / channels; pixel++) {
    const values = eight.subarray(pixel * channels, (pixel + 1) * channels);
    const color = palette === undefined ? values : palette[values[0]];
    const [red, green, blue, alpha] = toRgba(color, palette === undefined ? channels : color.length);
    const isTransparent =
      transparent !== undefined &&
      palette === undefined &&
      values.every((value, i) => value === transparent[i]);
    rgba.set([red * scale, green * scale, blue * scale, isTransparent ? 0 : alpha], 4 * pixel);
  }
  return { width, height, channels: 4, data: rgba };
}

function toRgba(values: ArrayLike<number>, channels: number): [number, number, number, number] {
  if (channels === 1) return [values[0], values[0], values[0], 255];
  if (channels === 2) return [values[0], values[0], values[0], values[1]];
  return [values[0], values[1], values[2], channels === 4 ? values[3] : 255];
}

function upperBytes(values: Uint16Array): Uint8Array {
  return Uint8Array.from(values, (value) => value >> 8);
}

/** One sample per byte from rows of packed bits. */
function unpacked(data: ArrayLike<number>, width: number, height: number, depth: number): Uint8Array {
  const rowBytes = Math.ceil((width * depth) / 8);
  const samples = new Uint8Array(width * height);
  const mask = 2 ** depth - 1;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const bit = x * depth;
      samples[y * width + x] = (data[y * rowBytes + (bit >> 3)] >> (8 - depth - (bit & 7))) & mask;
    }
  }
  return samples;
}
