import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** Uniform numbers from -1 to 1, exact in float32. */
export function numbers(length: number, seed: number): Float32Array {
  const random = xoroshiro128plus(seed);
  return Float32Array.from({ length }, () => uniformInt(random, -(2 ** 20), 2 ** 20) / 2 ** 20);
}

/** Whole numbers from 0 to below `below`. */
export function whole(length: number, below: number, seed: number): number[] {
  const random = xoroshiro128plus(seed);
  return Array.from({ length }, () => uniformInt(random, 0, below - 1));
}

/** The largest difference, as a share of the largest expected number. */
export function error(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Infinity;
  let difference = 0;
  let size = 0;
  for (let at = 0; at < expected.length; at++) {
    const distance = Math.abs(actual[at] - expected[at]);
    if (!(distance <= difference)) difference = distance;
    size = Math.max(size, Math.abs(expected[at]));
  }
  return difference === 0 ? 0 : difference / size;
}
