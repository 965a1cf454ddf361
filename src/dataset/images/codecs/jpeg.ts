import { jpegModule } from '../../../generated/codecs.js';
import { compile, instantiate } from './module.js';
import type { Raster } from './raster.js';

/** What the libjpeg-turbo module exports (TurboJPEG API 2.0). */
interface TurboJpeg {
  memory: { buffer: ArrayBuffer };
  malloc(bytes: number): number;
  free(pointer: number): void;
  tjInitDecompress(): number;
  tjDestroy(handle: number): void;
  tjDecompressHeader3(
    handle: number,
    source: number,
    length: number,
    width: number,
    height: number,
    subsampling: number,
    colourspace: number,
  ): number;
  tjDecompress2(
    handle: number,
    source: number,
    length: number,
    target: number,
    width: number,
    pitch: number,
    height: number,
    format: number,
    flags: number,
  ): number;
}

const RGB = 0;
const CMYK = 11;
/** TurboJPEG's colour spaces that only decode to CMYK. */
const FOUR_INKS = [3, 4];

let compiled: object | null = null;
let instance: TurboJpeg | null = null;

/** After an error the decoder's memory cannot be trusted, so the next image gets a new instance. */
function turboJpeg(): TurboJpeg {
  compiled ??= compile(jpegModule);
  const refuse = () => {
    throw new Error('refused');
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
 * Decodes at the smallest of the scales 1/8, 2/8, … 1 whose shorter side is still at least `least` pixels.
 * @throws Error when the file is damaged.
 */
export function decodeJpeg(bytes: Uint8Array, least: number): Raster {
  try {
    return decode(turboJpeg(), bytes, least);
  } catch (error) {
    instance = null;
    throw error;
  }
}

function decode(codec: TurboJpeg, bytes: Uint8Array, least: number): Raster {
  const handle = codec.tjInitDecompress();
  const source = codec.malloc(bytes.length);
  const header = codec.malloc(16);
  new Uint8Array(codec.memory.buffer).set(bytes, source);
  if (
    codec.tjDecompressHeader3(handle, source, bytes.length, header, header + 4, header + 8, header + 12) !== 0
  ) {
    throw new Error('header');
  }
  const [fullWidth, fullHeight, , colourspace] = new Int32Array(
    codec.memory.buffer.slice(header, header + 16),
  );
  const eighths = Math.min(8, Math.max(1, Math.ceil((8 * least) / Math.min(fullWidth, fullHeight))));
  const width = Math.ceil((fullWidth * eighths) / 8);
  const height = Math.ceil((fullHeight * eighths) / 8);
  const fourInks = FOUR_INKS.includes(colourspace);
  const channels = fourInks ? 4 : 3;
  const length = width * height * channels;
  const target = codec.malloc(length);
  const format = fourInks ? CMYK : RGB;
  const status = codec.tjDecompress2(
    handle,
    source,
    bytes.length,
    target,
    width,
    width * channels,
    height,
    format,
    0,
  );
  // A warning leaves a whole image behind; only where the file ends early is part of it missing.
  if (status !== 0 && !endsProperly(bytes)) throw new Error('truncated');
  const data = new Uint8Array(codec.memory.buffer.slice(target, target + length));
  for (const pointer of [source, header, target]) codec.free(pointer);
  codec.tjDestroy(handle);
  return fourInks
    ? fromInks(width, height, data, hasAdobeMarker(bytes))
    : { width, height, channels: 3, data };
}

/** The end-of-image marker stands in the last kilobyte. */
function endsProperly(bytes: Uint8Array): boolean {
  for (let at = bytes.length - 2; at >= Math.max(0, bytes.length - 1024); at--) {
    if (bytes[at] === 0xff && bytes[at + 1] === 0xd9) return true;
  }
  return false;
}

/** Adobe writes ink the other way round: 255 is none. */
function fromInks(width: number, height: number, inks: Uint8Array, inverted: boolean): Raster {
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
