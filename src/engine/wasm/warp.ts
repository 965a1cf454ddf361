import { Arena } from './arena.js';
import type { Address } from './module.js';

/** 1 in the fixed-point numbers of an affine map: 16 bits behind the point. */
export const ONE = 0x10000;

/** Where the pixel at (x, y) of a copy comes from, fixed-point: (left + x·xx + y·xy, top + x·yx + y·yy). */
export interface Affine {
  left: number;
  top: number;
  xx: number;
  xy: number;
  yx: number;
  yy: number;
}

/** Copies of images under affine maps, the same to the bit on every machine and for every engine. */
export class Warper {
  /** Images [count, size, size, 3], to be filled in, and their copies. */
  readonly source: Uint8Array;
  readonly target: Uint8Array;
  readonly #arena = new Arena();
  readonly #from: Address;
  readonly #to: Address;

  constructor(
    count: number,
    readonly size: number,
  ) {
    const bytes = count * this.#imageBytes;
    // Beyond the last image the kernel reads a row and a little, and writes a byte.
    this.#from = this.#arena.reserve(bytes + 3 * size + 8);
    this.#to = this.#arena.reserve(bytes + 1);
    this.#arena.take();
    this.source = this.#arena.bytes(this.#from, bytes);
    this.target = this.#arena.bytes(this.#to, bytes);
  }

  /**
   * Copies one image of the source, its levels scaled by `gain` / 256, 0 to 2, and held at 255. The first byte of the
   * next copy is overwritten: go through images in ascending order.
   */
  warp(image: number, { left, top, xx, xy, yx, yy }: Affine, gain: number): void {
    const at = image * this.#imageBytes;
    const { kernels } = this.#arena;
    kernels.warp(this.#from + at, this.#to + at, this.size, left, top, xx, xy, yx, yy, gain);
  }

  get #imageBytes(): number {
    return this.size ** 2 * 3;
  }
}
