import { describe, expect, it } from '@jest/globals';
import { float16ToFloat32 } from '../../src/backbone/tensor.js';

describe('float16ToFloat32', () => {
  it('reads every bit pattern as IEEE 754 defines it', () => {
    const all = Uint16Array.from({ length: 65536 }, (_, pattern) => pattern);
    const expected = Float32Array.from(all, byDefinition);
    const found = float16ToFloat32(all);
    expect(found.every((value, i) => Object.is(value, expected[i]))).toBe(true);
  });
});

function byDefinition(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
