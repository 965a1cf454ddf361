import { float16ToFloat32 } from '../float16.js';
import type { WeightEntry } from './model.js';
import { quote, refuse } from './refuse.js';

/** One weight of the model, still as the shards have it. */
export interface Tensor {
  /** As the manifest has it: `<layer>/<part>`, often with a prefix. */
  name: string;
  shape: readonly number[];
  /**
   * Row-major, as many as the shape says.
   * @throws InputError when they are whole numbers, or one of them is not finite.
   */
  values(): Float32Array;
}

/** Numbers in a tensor; Infinity and beyond are possible, so ask before anything is reserved. */
export function countOf({ shape }: WeightEntry): number {
  return shape.reduce((product, side) => product * side, 1);
}

/** Bytes that it takes in the shards. */
export function bytesOf(entry: WeightEntry): number {
  return countOf(entry) * SIZES[entry.quantization?.dtype ?? entry.dtype];
}

const SIZES = { float32: 4, int32: 4, float16: 2, uint16: 2, uint8: 1 } as const;

/** A tensor over its own bytes, little-endian; `file` is what a message about them names. */
export function tensorOf(entry: WeightEntry, bytes: Uint8Array, file: string): Tensor {
  const { name, shape } = entry;
  return {
    name,
    shape,
    values: () => {
      if (entry.dtype === 'int32') {
        throw refuse(
          file,
          `The weights ${quote(name)} are int32; a convolution is read from float32.`,
          'Convert the model again, with float32 weights or quantised ones.',
        );
      }
      const values = decode(entry, bytes);
      if (!values.every(Number.isFinite)) {
        throw refuse(
          file,
          `The weights ${quote(name)} have values that are NaN or infinite.`,
          'Download the file anew; if it stays so, the model was saved after its training had failed.',
        );
      }
      return values;
    },
  };
}

function decode({ quantization }: WeightEntry, bytes: Uint8Array): Float32Array {
  // A copy, because numbers of several bytes must begin at a multiple of their size.
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  if (quantization === undefined) return new Float32Array(buffer);
  const { dtype, scale = 1, min = 0 } = quantization;
  if (dtype === 'float16') return float16ToFloat32(new Uint16Array(buffer));
  const whole = dtype === 'uint16' ? new Uint16Array(buffer) : new Uint8Array(buffer);
  return Float32Array.from(whole, (q) => q * scale + min);
}
