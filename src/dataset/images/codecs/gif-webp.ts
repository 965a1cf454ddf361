import { GifReader } from 'omggif';
import decodeWebpModule, { init } from '@jsquash/webp/decode.js';
import { webpModule } from '../../../generated/codecs.js';
import { compile } from './wasm.js';
import type { Raster } from './raster.js';

/** `ImageData` of browsers. */
interface Pixels {
  width: number;
  height: number;
  data: Uint8ClampedArray;
}

let webpReady: Promise<unknown> | null = null;

export async function decodeWebp(bytes: Uint8Array): Promise<Raster> {
  const start = init as unknown as (module: object) => Promise<unknown>;
  webpReady ??= start(compile(webpModule));
  await webpReady;
  const copy = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  const { width, height, data } = (await decodeWebpModule(copy)) as unknown as Pixels;
  return { width, height, channels: 4, data: new Uint8Array(data.buffer) };
}

/** The first frame, on the whole canvas. */
export function decodeGif(bytes: Uint8Array): Raster {
  const reader = new GifReader(Buffer.from(bytes));
  const data = new Uint8Array(reader.width * reader.height * 4);
  reader.decodeAndBlitFrameRGBA(0, data);
  return { width: reader.width, height: reader.height, channels: 4, data };
}
