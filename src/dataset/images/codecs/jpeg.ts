import { jpegModule } from '../../../generated/codecs.js';
import { compile, instantiate } from './wasm.js';
import type { Raster } from './raster.js';

/** What the libjpeg-turbo module exports (TurboJPEG API 2.0). */
interface TurboJpeg {
  memory: { buffer: ArrayBuffer };
  malloc(bytes: number): number;
  free(pointer: number): void;
  tjInitDecompress(): number;
  tjDestroy(handle: number): void;
  /** Handle, source and its length; pointers to width, height, subsampling and color space. */
  tjDecompressHeader3(...args: number[]): number;
  /** Handle, source and its length; target, width, pitch, height, format, flags. */
  tjDecompress2(...args: number[]): number;
}

const RGB = 0;
const CMYK = 11;
/** TurboJPEG's color spaces that only decode to CMYK. */
const CMYK_SPACES = [3, 4];

let compiled: object | null = null;
let instance: TurboJpeg | null = null;

/** After an error the decoder's memory may be corrupt, so the next image gets a new instance. */
function turboJpeg(): TurboJpeg {
  compiled ??= compile(jpegModule);
  const refuse = () => {
    throw new Error('not supported');
  };
  instance ??= instantiate(compiled, {
    env: { setjmp: () => 0, longjmp: refuse },
    wasi_snapshot_preview1: {
      environ_sizes_get: () => 0,
      environ_get: refuse,
      proc_exit: refuse,
      fd_close: refuse,
      fd_seek: refuse,
      fd_write: () => 0,
    },
  }) as TurboJpeg;
  return instance;
}

/**
 * Decodes at the smallest of the scales 1/8, 2/8, … 1 whose shorter side has at least `minSide` pixels.
 * @throws Error if the file is damaged.
 */
export function decodeJpeg(bytes: Uint8Array, minSide: number): Raster {
  try {
    return decode(turboJpeg(), bytes, minSide);
  } catch (error) {
    instance = null;
    throw error;
  }
}

function decode(codec: TurboJpeg, bytes: Uint8Array, minSide: number): Raster {
  const handle = codec.tjInitDecompress();
  const source = codec.malloc(bytes.length);
  const header = codec.malloc(16);
  new Uint8Array(codec.memory.buffer).set(bytes, source);
  const fields = [0, 4, 8, 12].map((offset) => header + offset);
  if (codec.tjDecompressHeader3(handle, source, bytes.length, ...fields) !== 0) throw new Error('header');
  const [fullWidth, fullHeight, , colorSpace] = new Int32Array(
    codec.memory.buffer.slice(header, header + 16),
  );
  const eighths = Math.min(8, Math.max(1, Math.ceil((8 * minSide) / Math.min(fullWidth, fullHeight))));
  const width = Math.ceil((fullWidth * eighths) / 8);
  const height = Math.ceil((fullHeight * eighths) / 8);
  const isCmyk = CMYK_SPACES.includes(colorSpace);
  const channels = isCmyk ? 4 : 3;
  const length = width * height * channels;
  const target = codec.malloc(length);
  const format = isCmyk ? CMYK : RGB;
  const pitch = width * channels;
  const status = codec.tjDecompress2(handle, source, bytes.length, target, width, pitch, height, format, 0);
  // After a warning the image is complete, unless the file ends early.
  if (status !== 0 && !isComplete(bytes)) throw new Error('truncated');
  const data = new Uint8Array(codec.memory.buffer.slice(target, target + length));
  for (const pointer of [source, header, target]) codec.free(pointer);
  codec.tjDestroy(handle);
  return isCmyk ? fromCmyk(width, height, data, hasAdobeMarker(bytes)) : { width, height, channels: 3, data };
}

/** Whether the end-of-image marker is in the last kilobyte. */
function isComplete(bytes: Uint8Array): boolean {
  for (let at = bytes.length - 2; at >= Math.max(0, bytes.length - 1024); at--) {
    if (bytes[at] === 0xff && bytes[at + 1] === 0xd9) return true;
  }
  return false;
}

/** Adobe inverts inks: 255 is none. */
function fromCmyk(width: number, height: number, inks: Uint8Array, inverted: boolean): Raster {
  const data = new Uint8Array(width * height * 3);
  const light = (ink: number) => (inverted ? ink : 255 - ink);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const key = light(inks[4 * pixel + 3]);
    for (let channel = 0; channel < 3; channel++) {
      data[3 * pixel + channel] = Math.round((light(inks[4 * pixel + channel]) * key) / 255);
    }
  }
  return { width, height, channels: 3, data };
}

function hasAdobeMarker(bytes: Uint8Array): boolean {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 65_536));
  return head.includes(Buffer.from([0xff, 0xee])) && head.includes('Adobe');
}
