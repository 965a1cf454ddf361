import { Arena, type Address } from './arena.js';

/** 1 in fixed point, with 16 fractional bits. */
export const ONE = 0x10000;

/** The source of pixel (x, y) of a copy, in fixed point: (left + x·xx + y·xy, top + x·yx + y·yy). */
export interface Affine {
  left: number;
  top: number;
  xx: number;
  xy: number;
  yx: number;
  yy: number;
}

/** Copies images under affine maps; identical to the bit on every machine and with every engine. */
export class Warper {
  /** Images [count, size, size, 3], written by the caller, and their copies. */
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
    // The kernel reads up to a row and 8 bytes beyond the last image, and writes one byte.
    this.#from = this.#arena.reserve(bytes + 3 * size + 8);
    this.#to = this.#arena.reserve(bytes + 1);
    this.#arena.allocate();
    this.source = this.#arena.bytes(this.#from, bytes);
    this.target = this.#arena.bytes(this.#to, bytes);
  }

  /**
   * Copies one image, its levels multiplied by `gain` / 256, 0 to 2, and clamped to 255. Overwrites the first
   * byte of the next copy, so process images in ascending order.
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
