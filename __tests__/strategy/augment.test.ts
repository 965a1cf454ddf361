import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { augment, mirror } from '../../src/strategy/augment.js';

const SIZE = 8;
const image = fc.uint8Array({ minLength: SIZE * SIZE * 3, maxLength: SIZE * SIZE * 3 });

describe('augment', () => {
  it('changes nothing when nothing is asked for', () => {
    fc.assert(
      fc.property(image, fc.integer(), (source, seed) => {
        const target = new Uint8Array(source.length);
        augment(
          source,
          target,
          1,
          SIZE,
          { flip: false, shiftPixels: 0, scale: 0, shear: 0, brightness: 0 },
          xoroshiro128plus(seed),
        );
        expect(target).toEqual(Uint8Array.from(source));
      }),
    );
  });

  it('gives the same copies for the same seed', () => {
    fc.assert(
      fc.property(image, fc.integer(), (source, seed) => {
        const copies = [0, 1].map(() => {
          const target = new Uint8Array(source.length);
          augment(
            source,
            target,
            1,
            SIZE,
            { flip: true, shiftPixels: 2, scale: 0.2, shear: 0.2, brightness: 0.2 },
            xoroshiro128plus(seed),
          );
          return target;
        });
        expect(copies[0]).toEqual(copies[1]);
      }),
    );
  });

  it('only moves pixels when neither shape nor brightness changes: every colour of the copy is one of the source', () => {
    fc.assert(
      fc.property(image, fc.integer(), (source, seed) => {
        const target = new Uint8Array(source.length);
        augment(
          source,
          target,
          1,
          SIZE,
          { flip: true, shiftPixels: 3, scale: 0, shear: 0, brightness: 0 },
          xoroshiro128plus(seed),
        );
        const colours = (pixels: Uint8Array) =>
          Array.from({ length: SIZE * SIZE }, (_, i) => pixels.subarray(3 * i, 3 * i + 3).join());
        const known = new Set(colours(source));
        expect(colours(target).every((colour) => known.has(colour))).toBe(true);
      }),
    );
  });
});

describe('augment with scale and shear', () => {
  it('leaves an image of one colour as it is: nothing comes in from outside', () => {
    fc.assert(
      fc.property(fc.nat(255), fc.integer(), (level, seed) => {
        const source = new Uint8Array(SIZE * SIZE * 3).fill(level);
        const target = new Uint8Array(source.length);
        augment(
          source,
          target,
          1,
          SIZE,
          { flip: true, shiftPixels: 2, scale: 0.3, shear: 0.3, brightness: 0 },
          xoroshiro128plus(seed),
        );
        expect(target).toEqual(source);
      }),
    );
  });

  it('makes levels that lie between those of the source', () => {
    fc.assert(
      fc.property(image, fc.integer(), (source, seed) => {
        const target = new Uint8Array(source.length);
        augment(
          source,
          target,
          1,
          SIZE,
          { flip: false, shiftPixels: 0, scale: 0.3, shear: 0.3, brightness: 0 },
          xoroshiro128plus(seed),
        );
        expect(Math.min(...target)).toBeGreaterThanOrEqual(Math.min(...source));
        expect(Math.max(...target)).toBeLessThanOrEqual(Math.max(...source));
      }),
    );
  });
});

describe('mirror', () => {
  it('is its own inverse, and swaps the first and last column', () => {
    fc.assert(
      fc.property(image, (source) => {
        const once = new Uint8Array(source.length);
        const twice = new Uint8Array(source.length);
        mirror(source, once, 1, SIZE);
        mirror(once, twice, 1, SIZE);
        expect(twice).toEqual(Uint8Array.from(source));
        expect(once.subarray(0, 3)).toEqual(Uint8Array.from(source.subarray(3 * (SIZE - 1), 3 * SIZE)));
      }),
    );
  });
});
