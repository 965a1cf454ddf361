const MAGNITUDE = 0x7fff;
const INFINITE = 0x7c00;

/**
 * IEEE 754 half precision, as bit patterns, to float32; exact. Sign, exponent and fraction are put where float32 has
 * them; what is then missing is the difference of the exponents' offsets, 127 - 15, and multiplying by that power of
 * two is right for subnormal numbers as well.
 */
export function float16ToFloat32(halves: Uint16Array): Float32Array {
  const floats = new Float32Array(halves.length);
  const bits = new Uint32Array(floats.buffer);
  for (let i = 0; i < halves.length; i++) {
    const magnitude = halves[i] & MAGNITUDE;
    const exponent = magnitude >= INFINITE ? 0x7f800000 : 0;
    bits[i] = ((halves[i] & ~MAGNITUDE) << 16) | (magnitude << 13) | exponent;
    floats[i] *= 2 ** 112;
  }
  return floats;
}
