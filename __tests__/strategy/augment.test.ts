import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { ONE, Warper, type Affine } from '../../src/engine/wasm/warp.js';
import { augment, mirror, type Augmentation } from '../../src/strategy/augment.js';

const SIZE = 8;
const COUNT = 2;
const images = fc.uint8Array({ minLength: COUNT * SIZE * SIZE * 3, maxLength: COUNT * SIZE * SIZE * 3 });
const NOTHING: Augmentation = { flipProbability: 0, shiftPixels: 0, scale: 0, shear: 0, brightness: 0 };

/** The copies of `source` in an own array. */
function copies(source: Uint8Array, work: (warper: Warper) => void): Uint8Array {
  const warper = new Warper(COUNT, SIZE);
  warper.source.set(source);
  work(warper);
  return warper.target.slice();
}

function augmented(source: Uint8Array, augmentation: Augmentation, seed: number): Uint8Array {
  return copies(source, (warper) => augment(warper, COUNT, augmentation, xoroshiro128plus(seed)));
}

describe('Warper', () => {
  const coordinate = fc.integer({ min: -20 * ONE, max: 20 * ONE });
  const slope = fc.integer({ min: -2 * ONE, max: 2 * ONE });
  const map = fc.record({ left: coordinate, top: coordinate, xx: slope, xy: slope, yx: slope, yy: slope });

  it('interpolates as the plain definition does, and leaves no trace in neighbours', () => {
    fc.assert(
      fc.property(images, map, map, fc.nat(512), (source, first, second, gain) => {
        const found = copies(source, (warper) => {
          warper.warp(0, first, gain);
          warper.warp(1, second, gain);
        });
        const half = source.length / 2;
        expect(found.subarray(0, half)).toEqual(byDefinition(source.subarray(0, half), first, gain));
        expect(found.subarray(half)).toEqual(byDefinition(source.subarray(half), second, gain));
      }),
    );
  });
});

/** Bilinear interpolation in plain numbers, the nearest pixel beyond the edges. */
function byDefinition(source: Uint8Array, { left, top, xx, xy, yx, yy }: Affine, gain: number): Uint8Array {
  const inside = (position: number) => Math.max(0, Math.min((SIZE - 1) * ONE, position));
  const target = new Uint8Array(source.length);
  for (let y = 0; y < SIZE; y++) {
    for (let x = 0; x < SIZE; x++) {
      const px = inside(left + x * xx + y * xy);
      const py = inside(top + x * yx + y * yy);
      const [column, row] = [px, py].map((position) => Math.floor(position / ONE));
      const [right, below] = [px, py].map((position) => Math.floor((position % ONE) / 256));
      for (let channel = 0; channel < 3; channel++) {
        const at = (dx: number, dy: number) =>
          source[(Math.min(SIZE - 1, row + dy) * SIZE + Math.min(SIZE - 1, column + dx)) * 3 + channel];
        const upper = at(0, 0) * (256 - right) + at(1, 0) * right;
        const lower = at(0, 1) * (256 - right) + at(1, 1) * right;
        const level = Math.floor((upper * (256 - below) + lower * below + 0x8000) / ONE);
        target[(y * SIZE + x) * 3 + channel] = Math.min(255, Math.floor((level * gain + 128) / 256));
      }
    }
  }
  return target;
}

describe('augment', () => {
  it('changes nothing when nothing is asked for', () => {
    fc.assert(
      fc.property(images, fc.integer(), (source, seed) => {
        expect(augmented(source, NOTHING, seed)).toEqual(Uint8Array.from(source));
      }),
    );
  });

  it('gives the same copies for the same seed', () => {
    const all: Augmentation = {
      flipProbability: 0.5,
      shiftPixels: 2,
      scale: 0.2,
      shear: 0.2,
      brightness: 0.2,
    };
    fc.assert(
      fc.property(images, fc.integer(), (source, seed) => {
        expect(augmented(source, all, seed)).toEqual(augmented(source, all, seed));
      }),
    );
  });

  it('only moves pixels when neither shape nor brightness changes: every colour of the copy is one of the source', () => {
    fc.assert(
      fc.property(images, fc.integer(), (source, seed) => {
        const colours = (pixels: Uint8Array) =>
          Array.from({ length: COUNT * SIZE * SIZE }, (_, i) => pixels.subarray(3 * i, 3 * i + 3).join());
        const known = new Set(colours(source));
        const moved = augmented(source, { ...NOTHING, flipProbability: 0.5, shiftPixels: 3 }, seed);
        expect(colours(moved).every((colour) => known.has(colour))).toBe(true);
      }),
    );
  });
});

describe('augment with scale and shear', () => {
  it('leaves an image of one colour as it is: nothing comes in from outside', () => {
    const shape: Augmentation = { ...NOTHING, flipProbability: 0.5, shiftPixels: 2, scale: 0.3, shear: 0.3 };
    fc.assert(
      fc.property(fc.nat(255), fc.integer(), (level, seed) => {
        const source = new Uint8Array(COUNT * SIZE * SIZE * 3).fill(level);
        expect(augmented(source, shape, seed)).toEqual(source);
      }),
    );
  });

  it('makes levels that lie between those of the source', () => {
    fc.assert(
      fc.property(images, fc.integer(), (source, seed) => {
        const found = augmented(source, { ...NOTHING, scale: 0.3, shear: 0.3 }, seed);
        expect(Math.min(...found)).toBeGreaterThanOrEqual(Math.min(...source));
        expect(Math.max(...found)).toBeLessThanOrEqual(Math.max(...source));
      }),
    );
  });
});

describe('mirror', () => {
  it('is its own inverse, and swaps the first and last column', () => {
    fc.assert(
      fc.property(images, (source) => {
        const mirrored = (pixels: Uint8Array) => copies(pixels, (warper) => mirror(warper, COUNT));
        const once = mirrored(source);
        expect(mirrored(once)).toEqual(Uint8Array.from(source));
        expect(once.subarray(0, 3)).toEqual(Uint8Array.from(source.subarray(3 * (SIZE - 1), 3 * SIZE)));
      }),
    );
  });
});
