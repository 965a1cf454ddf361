import { runLengthIndices } from './bmp-runs.js';
import type { Raster } from './raster.js';

interface Header {
  width: number;
  height: number;
  /** Rows are stored from the bottom unless the height is negative. */
  topDown: boolean;
  bits: number;
  compression: number;
  /** Where the pixels begin. */
  pixels: number;
  palette: { at: number; entryBytes: number; entries: number };
}

const RLE8 = 1;
const RLE4 = 2;
const BIT_FIELDS = 3;
const ALPHA_BIT_FIELDS = 6;
const NO_COMPRESSION = 0;

/**
 * Windows and OS/2 bitmaps of 1 to 32 bits, with palettes, run lengths and bit masks. All are opaque: most writers
 * leave the fourth byte of 32-bit pixels at zero and mean opaque.
 */
export function decodeBmp(bytes: Uint8Array): Raster {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const header = readHeader(view);
  const { width, height } = header;
  const colourOf = header.bits <= 8 ? paletteColours(bytes, header) : maskedColours(view, header);
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const stored = header.topDown ? y : height - 1 - y;
    for (let x = 0; x < width; x++) colourOf(x, stored, data, (y * width + x) * 3);
  }
  return { width, height, channels: 3, data };
}

/** Writes red, green and blue of the pixel in column `x` of the stored row `y`. */
type ColourOf = (x: number, y: number, into: Uint8Array, at: number) => void;

function readHeader(view: DataView): Header {
  const pixels = view.getUint32(10, true);
  const size = view.getUint32(14, true);
  if (size === 12) {
    const bits = view.getUint16(24, true);
    return {
      width: view.getUint16(18, true),
      height: view.getUint16(20, true),
      topDown: false,
      bits,
      compression: NO_COMPRESSION,
      pixels,
      palette: { at: 26, entryBytes: 3, entries: 2 ** bits },
    };
  }
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
    palette: { at: 14 + size, entryBytes: 4, entries: view.getUint32(46, true) || 2 ** bits },
  };
}

/** An index that the palette lacks is black. */
function paletteColours(bytes: Uint8Array, header: Header): ColourOf {
  const { at, entryBytes, entries } = header.palette;
  const known = Math.min(entries, 256, Math.floor((bytes.length - at) / entryBytes));
  const colours = new Uint8Array(256 * 3);
  for (let index = 0; index < known; index++) {
    const [blue, green, red] = bytes.subarray(at + index * entryBytes);
    colours.set([red, green, blue], 3 * index);
  }
  const indices = indicesOf(bytes, header);
  return (x, y, into, target) => {
    const from = 3 * indices[y * header.width + x];
    for (let channel = 0; channel < 3; channel++) into[target + channel] = colours[from + channel];
  };
}

function indicesOf(bytes: Uint8Array, header: Header): Uint8Array {
  const { width, height, bits, compression, pixels } = header;
  if (compression === RLE8 || compression === RLE4) {
    return runLengthIndices(bytes, { from: pixels, width, height, bits: compression === RLE8 ? 8 : 4 });
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

function maskedColours(view: DataView, header: Header): ColourOf {
  const { bits, compression, pixels } = header;
  const masked = compression === BIT_FIELDS || compression === ALPHA_BIT_FIELDS;
  if ((!masked && compression !== NO_COMPRESSION) || ![16, 24, 32].includes(bits)) {
    throw new Error('compression');
  }
  const usual = bits === 16 ? [0x7c00, 0x03e0, 0x001f] : [0xff0000, 0x00ff00, 0x0000ff];
  const channels = (masked ? [54, 58, 62].map((at) => view.getUint32(at, true)) : usual).map(channelOf);
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

/** The bits under the mask, stretched to 0 to 255. */
function channelOf(mask: number): (pixel: number) => number {
  if (mask === 0) return () => 0;
  const shift = 31 - Math.clz32(mask & -mask);
  const highest = mask >>> shift;
  return (pixel) => Math.round((((pixel & mask) >>> shift) * 255) / highest);
}

/** Rows are filled up to four bytes; the last one may lack that. */
function rowBytes({ width, height, bits, pixels }: Header, available: number): number {
  const stride = 4 * Math.ceil((width * bits) / 32);
  const needed = pixels + stride * (height - 1) + Math.ceil((width * bits) / 8);
  if (needed > available) throw new Error('truncated');
  return stride;
}
