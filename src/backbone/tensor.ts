/** A weight of a model. Its values are decoded on request. */
export interface Tensor {
  shape: readonly number[];
  /**
   * Row-major.
   * @throws InputError when the data type is not supported or a value is not finite.
   */
  values(): Float32Array;
}

/** The weights of a model by layer and part, such as `conv1` and `kernel`, whatever their names in the file. */
export interface WeightLookup {
  has(layer: string, part: string): boolean;
  /**
   * The row-major values of a weight of this shape, in which null matches any size.
   * @throws InputError when the weight is missing, ambiguous or of another shape.
   */
  find(
    layer: string,
    part: string,
    shape: readonly (number | null)[],
  ): { shape: number[]; values: Float32Array };
}

const MAGNITUDE_BITS = 0x7fff;
const INFINITY_BITS = 0x7c00;

/**
 * Converts IEEE 754 half precision, as bit patterns, to float32; exact. Sign, exponent and fraction move to where
 * float32 has them. Multiplying by 2 ** 112 corrects the exponent's bias (127 - 15), for subnormal numbers as well.
 */
export function float16ToFloat32(halves: Uint16Array): Float32Array {
  const floats = new Float32Array(halves.length);
  const bits = new Uint32Array(floats.buffer);
  for (let i = 0; i < halves.length; i++) {
    const magnitude = halves[i] & MAGNITUDE_BITS;
    const exponent = magnitude >= INFINITY_BITS ? 0x7f800000 : 0;
    bits[i] = ((halves[i] & ~MAGNITUDE_BITS) << 16) | (magnitude << 13) | exponent;
    floats[i] *= 2 ** 112;
  }
  return floats;
}

/** A bfloat16 is the upper half of a float32. */
export function bfloat16ToFloat32(halves: Uint16Array): Float32Array {
  return new Float32Array(Uint32Array.from(halves, (half) => half * 65_536).buffer);
}
