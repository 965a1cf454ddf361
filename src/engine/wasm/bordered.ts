import { zerosBefore, type ConvLayer } from '../network.js';
import type { Arena } from './arena.js';
import type { Address } from './module.js';

/**
 * A batch of square images [images, rows, rows, channels] whose inner side × side pixels lie within a border of
 * zeros: one pixel above and to the left; below and to the right one, and what fills the image up to whole tiles of
 * 4 × 4. Convolutions read it without asking
 * where the image ends, and nothing ever writes to the border.
 */
export interface Bordered {
  readonly side: number;
  readonly channels: number;
  /** The first pixel of the border. */
  readonly outer: Address;
  /** The first pixel of the image. */
  readonly inner: Address;
  /** Bytes of a pixel, a row, an image. */
  readonly pixel: number;
  readonly row: number;
  readonly image: number;
}

export function reserveBordered(arena: Arena, images: number, side: number, channels: number): Bordered {
  const rows = Math.ceil(side / 4) * 4 + 2;
  const pixel = 4 * channels;
  const row = rows * pixel;
  const image = rows * row;
  const outer = arena.reserve(images * image);
  return { side, channels, outer, inner: outer + row + pixel, pixel, row, image };
}

/** Where the first window of a layer that reads the images begins. */
export function firstWindow({ inner, side, row, pixel }: Bordered, layer: ConvLayer): Address {
  return inner - zerosBefore(layer, side) * (row + pixel);
}
