import type { Raster } from './raster.js';

/** Binary files of the Netpbm family: P4 is a bitmap, P5 gray, P6 color. */
export function decodePpm(bytes: Uint8Array): Raster {
  const kind = String.fromCharCode(bytes[1]);
  const isBitmap = kind === '4';
  const header = readHeader(bytes, isBitmap ? 2 : 3);
  const [width, height, highest = 1] = header.numbers;
  const channels = kind === '6' ? 3 : 1;
  const count = width * height * channels;
  const samples = isBitmap
    ? unpackedBits(bytes, header.end, width, height)
    : samplesOf(bytes, header.end, count, highest);
  if (samples.length < count) throw new Error('truncated');
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < data.length; i++) {
    const sample = samples[channels === 3 ? i : Math.floor(i / 3)];
    data[i] = isBitmap ? 255 * (1 - sample) : Math.round((255 * Math.min(sample, highest)) / highest);
  }
  return { width, height, channels: 3, data };
}

/** The first numbers of the header without comments, and where the pixels begin. */
function readHeader(bytes: Uint8Array, count: number): { numbers: number[]; end: number } {
  const numbers: number[] = [];
  let at = 2;
  while (numbers.length < count) {
    while (isSpace(bytes[at])) at++;
    if (bytes[at] === 0x23) {
      while (at < bytes.length && bytes[at] !== 0x0a) at++;
      continue;
    }
    const start = at;
    while (bytes[at] >= 0x30 && bytes[at] <= 0x39) at++;
    if (at === start) throw new Error('header');
    numbers.push(Number(new TextDecoder().decode(bytes.subarray(start, at))));
  }
  return { numbers, end: at + 1 };
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}

function unpackedBits(bytes: Uint8Array, from: number, width: number, height: number): number[] {
  const rowBytes = Math.ceil(width / 8);
  if (bytes.length < from + rowBytes * height) return [];
  return Array.from({ length: width * height }, (_, i) => {
    const x = i % width;
    const y = (i - x) / width;
    return (bytes[from + y * rowBytes + (x >> 3)] >> (7 - (x & 7))) & 1;
  });
}

function samplesOf(bytes: Uint8Array, from: number, count: number, highest: number): ArrayLike<number> {
  if (highest < 256) return bytes.subarray(from, from + count);
  const whole = Math.min(count, Math.floor((bytes.length - from) / 2));
  return Array.from({ length: whole }, (_, i) => (bytes[from + 2 * i] << 8) | bytes[from + 2 * i + 1]);
}
