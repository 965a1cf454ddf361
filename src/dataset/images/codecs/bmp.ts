import type { Raster } from './raster.js';

interface Header {
  width: number;
  height: number;
  /** Rows are stored from the bottom unless the height is negative. */
  topDown: boolean;
  bits: number;
  compression: number;
  /** Offset of the pixels. */
  pixels: number;
  palette: { at: number; entries: number };
}

const RLE8 = 1;
const RLE4 = 2;
const BIT_FIELDS = 3;
const ALPHA_BIT_FIELDS = 6;
const NO_COMPRESSION = 0;

/**
 * Windows bitmaps of 1 to 32 bits, with palettes, run lengths and bit masks. All are opaque: most writers
 * leave the fourth byte of opaque 32-bit pixels at zero.
 */
export function decodeBmp(bytes: Uint8Array): Raster {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const header = readHeader(view);
  const { width, height } = header;
  const colorOf = header.bits <= 8 ? paletteColors(bytes, header) : maskedColors(view, header);
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const stored = header.topDown ? y : height - 1 - y;
    for (let x = 0; x < width; x++) colorOf(x, stored, data, (y * width + x) * 3);
  }
  return { width, height, channels: 3, data };
}

/** Writes red, green and blue of the pixel in column `x` of the stored row `y`. */
type ColorOf = (x: number, y: number, into: Uint8Array, at: number) => void;

function readHeader(view: DataView): Header {
  const pixels = view.getUint32(10, true);
  const size = view.getUint32(14, true);
  if (size < 40) throw new Error('header');
  const height = view.getInt32(22, true);
  const bits = view.getUint16(28, true);
  return {
    width: view.getInt32(18, true),
    height: Math.abs(height),
    topDown: height < 0,
    bits,
    compression: view.getUint32(30, true),
    pixels,
    palette: { at: 14 + size, entries: view.getUint32(46, true) || 2 ** bits },
  };
}

const PALETTE_ENTRY_BYTES = 4;

/** Indices outside of the palette are black. */
function paletteColors(bytes: Uint8Array, header: Header): ColorOf {
  const { at, entries } = header.palette;
  const known = Math.min(entries, 256, Math.floor((bytes.length - at) / PALETTE_ENTRY_BYTES));
  const colors = new Uint8Array(256 * 3);
  for (let index = 0; index < known; index++) {
    const [blue, green, red] = bytes.subarray(at + index * PALETTE_ENTRY_BYTES);
    colors.set([red, green, blue], 3 * index);
  }
  const indices = indicesOf(bytes, header);
  return (x, y, into, target) => {
    const from = 3 * indices[y * header.width + x];
    for (let channel = 0; channel < 3; channel++) into[target + channel] = colors[from + channel];
  };
}

function indicesOf(bytes: Uint8Array, header: Header): Uint8Array {
  const { width, height, bits, compression, pixels } = header;
  if (compression === RLE8 || compression === RLE4) {
    return runLengthIndices(bytes, header, compression === RLE8 ? 8 : 4);
  }
  if (compression !== NO_COMPRESSION || ![1, 2, 4, 8].includes(bits)) throw new Error('compression');
  const stride = rowBytes(header, bytes.length);
  const mask = 2 ** bits - 1;
  return Uint8Array.from({ length: width * height }, (_, i) => {
    const x = i % width;
    const bit = x * bits;
    const byte = bytes[pixels + ((i - x) / width) * stride + (bit >> 3)];
    return (byte >> (8 - bits - (bit & 7))) & mask;
  });
}

function maskedColors(view: DataView, header: Header): ColorOf {
  const { bits, compression, pixels } = header;
  const masked = compression === BIT_FIELDS || compression === ALPHA_BIT_FIELDS;
  if ((!masked && compression !== NO_COMPRESSION) || ![16, 24, 32].includes(bits)) {
    throw new Error('compression');
  }
  const defaults = bits === 16 ? [0x7c00, 0x03e0, 0x001f] : [0xff0000, 0x00ff00, 0x0000ff];
  const channels = (masked ? [54, 58, 62].map((at) => view.getUint32(at, true)) : defaults).map(channelOf);
  const stride = rowBytes(header, view.byteLength);
  const pixelAt = (at: number) =>
    bits === 16
      ? view.getUint16(at, true)
      : bits === 32
        ? view.getUint32(at, true)
        : view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
  return (x, y, into, target) => {
    const pixel = pixelAt(pixels + y * stride + (x * bits) / 8);
    for (let channel = 0; channel < 3; channel++) into[target + channel] = channels[channel](pixel);
  };
}

/** The bits under the mask, scaled to 0 to 255. */
function channelOf(mask: number): (pixel: number) => number {
  if (mask === 0) return () => 0;
  const shift = 31 - Math.clz32(mask & -mask);
  const highest = mask >>> shift;
  return (pixel) => Math.round((((pixel & mask) >>> shift) * 255) / highest);
}

/** Rows are padded to four bytes, except perhaps the last. */
function rowBytes({ width, height, bits, pixels }: Header, available: number): number {
  const stride = 4 * Math.ceil((width * bits) / 32);
  const needed = pixels + stride * (height - 1) + Math.ceil((width * bits) / 8);
  if (needed > available) throw new Error('truncated');
  return stride;
}

const END_OF_ROW = 0;
const END_OF_IMAGE = 1;
const MOVE = 2;

/**
 * Palette indices of a run-length coded bitmap, in the stored order of rows. Skipped pixels are 0.
 * @throws Error if the file stops before the image ends.
 */
function runLengthIndices(bytes: Uint8Array, { width, height, pixels }: Header, bits: 4 | 8): Uint8Array {
  const indices = new Uint8Array(width * height);
  let at = pixels;
  let x = 0;
  let y = 0;
  const next = (): number => {
    if (at >= bytes.length) throw new Error('truncated');
    return bytes[at++];
  };
  const nibble = (byte: number, i: number) => (i % 2 === 0 ? byte >> 4 : byte & 0x0f);
  const put = (count: number, indexAt: (i: number) => number): void => {
    const fitting = Math.min(count, width - x);
    for (let i = 0; i < fitting; i++) indices[y * width + x + i] = indexAt(i);
    x += count;
  };
  while (y < height) {
    const count = next();
    const code = next();
    if (count > 0) put(count, (i) => (bits === 8 ? code : nibble(code, i)));
    else if (code === END_OF_ROW) {
      x = 0;
      y++;
    } else if (code === END_OF_IMAGE) break;
    else if (code === MOVE) {
      x += next();
      y += next();
    } else {
      const start = at;
      const length = bits === 8 ? code : Math.ceil(code / 2);
      // Literal pixels are padded to two bytes.
      at += length + (length % 2);
      if (start + length > bytes.length) throw new Error('truncated');
      put(code, (i) => (bits === 8 ? bytes[start + i] : nibble(bytes[start + (i >> 1)], i)));
    }
  }
  return indices;
}
